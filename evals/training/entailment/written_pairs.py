"""Pairs from claims written against whole passages: the premise as the validator writes it, true beside false."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from agent.validator.premise import WORDS, SourceText, premise
from evals.training.entailment import edits
from evals.training.entailment.pairs import Label, Pair
from evals.validator import sets
from evals.validator.sets import OURS, LabelledClaim

SHORT = 90
"""Words of evidence in the shorter window; with the claim, the question and the headings about 160 tokens."""
SHORTENED, UNASKED, UNTITLED = 0.5, 0.25, 0.15
"""Shares of the pairs with the shorter window, without the question, without title and heading."""
ELSEWHERE = 0.1
"""Share of the true claims shown again beside another passage of their document, which does not say it."""
EDITED = 0.2
"""Share of the true claims shown again with one number or name changed."""
CALCULATED = 0.5
"""Share of the claims with a calculated number in a round: a model this small cannot calculate; the validator does."""
_NEEDS_LABELS = {"from_heading", "anaphora", "acronym", "definition", "yes_no", "absence", "other_section"}
_CONTRADICTED = {
    *("wrong_number", "wrong_unit", "wrong_arithmetic", "wrong_date", "wrong_row_or_column", "wrong_direction"),
    *("negation_flipped", "swapped_entity", "swapped_role"),
}
_UNSUPPORTED = {"added_detail", "unanswered", "wrong_quote", "other_section"}


def read(folder: Path) -> list[LabelledClaim]:
    """What may be trained on: of our own set all but what is held back, of another 40 % of the documents."""
    rows = sets.read(folder)[sets.WRITTEN]
    if folder.resolve() == OURS.resolve():
        return [row for row in rows if not sets.is_held_back(row.document)]
    return [row for row in rows if not (sets.is_development(row.document) or sets.is_calibration(row.document))]


def sources(row: LabelledClaim) -> list[SourceText]:
    """The cited items, as the validator hands them to `premise`."""
    return [
        SourceText(row.title, "" if item.kind == "record" else item.heading, item.text) for item in row.items.values()
    ]


def text(row: LabelledClaim, words: int = WORDS) -> str:
    """The premise as it is in use."""
    return premise(row.claim, sources(row), row.question, words)


def draw(rows: Sequence[LabelledClaim], rng: Random) -> Iterator[Pair]:
    """Every claim once, in a form drawn by lot; some of the true ones beside another passage, or edited.

    Of the pairs about a calculated number CALCULATED.
    """
    passages = _passages(rows)
    left_out = {name for name in sorted({_name(row) for row in rows if _calculated(row)}) if rng.random() > CALCULATED}
    for row in rows:
        if _name(row) in left_out:
            continue
        group = f"written:{_name(row)}"
        pair = Pair(row.claim, _varied(row, rng), label(row), group, f"written:{row.kind}")
        yield pair
        if row.supported and rng.random() < EDITED:
            false = _edited(row, rng)
            if false:
                yield replace(pair, claim=false, label="contradicted", kind="written:edited")
        if row.supported and rng.random() < ELSEWHERE:
            other = [item for key, item in passages[row.document].items() if key not in row.items]
            if other:
                moved = replace(row, items={0: rng.choice(other)})
                yield replace(pair, evidence=_varied(moved, rng), label="unsupported", kind="written:elsewhere")


def _name(row: LabelledClaim) -> str:
    return row.pair or f"{row.document}: {row.claim}"


def _calculated(row: LabelledClaim) -> bool:
    return row.kind == "wrong_arithmetic" or row.kind.startswith("computed_")


def _passages(rows: Sequence[LabelledClaim]) -> Mapping[str, dict[int, sets.Item]]:
    found: dict[str, dict[int, sets.Item]] = defaultdict(dict)
    for row in rows:
        found[row.document].update(row.items)
    return found


def label(row: LabelledClaim) -> Label:
    if row.supported:
        return "supported"
    return "contradicted" if row.kind in _CONTRADICTED else "unsupported" if row.kind in _UNSUPPORTED else "not"


def _varied(row: LabelledClaim, rng: Random) -> str:
    """The premise, now and then shorter or without question or labels, so that the model does not lean on them."""
    words = SHORT if rng.random() < SHORTENED and len(row.items) == 1 else WORDS
    shown = sources(row)
    free = row.kind not in _NEEDS_LABELS
    if free and rng.random() < UNTITLED:
        shown = [replace(one, title="", heading="") for one in shown]
    question = "" if free and rng.random() < UNASKED else row.question
    return premise(row.claim, shown, question, words)


def _edited(row: LabelledClaim, rng: Random) -> str | None:
    """Another number, rather one that the passage has; or another name of the passage."""
    makers = [
        lambda: edits.other_number(rng, row.claim, edits.NUMBER.findall(row.evidence)),
        lambda: edits.other_name(rng, row.claim, [name.group() for name in edits.NAME.finditer(row.evidence)]),
        lambda: edits.opposite(rng, row.claim),
    ]
    rng.shuffle(makers)
    made = (make() for make in makers)
    return next((one for one in made if one and _norm(one) != _norm(row.claim)), None)


def _norm(text: str) -> str:
    return re.sub(r"\W+", " ", text).casefold()
