"""Each labelled claim through the whole validator, as the assistant calls it: what is shown, marked, or dropped."""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from agent.answer import Claim, Place, Verdict
from agent.graph.opinions import FILE as OPINIONS
from agent.llm.protocol import ChatModel
from agent.validator import Asked, Opinion, Opinions, Seen, Span, validate
from agent.validator.decision import calibration
from agent.validator.opinion import weighed
from evals import console as screen
from evals.console import number, percent
from evals.metrics.statistics import auc
from evals.validator.scores import Flags, Floats, pairs_ordered, share
from evals.validator.sets import LabelledClaim, pairs
from tools.errors import ModelNonsense
from tools.language.words import terms

POINTS: dict[Seen, float] = {"yes": 1.0, "cannot tell": 0.5, "no": 0.0}
"""Of a chat model's replies."""
STATUSES = ("supported", "unconfirmed", "refused")
_STATUS_POINTS = dict(zip(STATUSES, (1.0, 0.5, 0.0), strict=True))
"""Score of a verdict that has none of its own."""


def check(row: LabelledClaim) -> Verdict:
    """The verdict on the claim as it is cited."""

    def places(key: int, spans: Sequence[Span]) -> Place:
        return Place(key=key, title=row.title, uri="")

    return validate([Claim(text=row.claim, citations=row.citations)], row.items, places, question=row.question)[0]


@dataclass(frozen=True)
class Shown:
    """`status` is one of STATUSES; `score` 0 to 1, higher for better supported."""

    status: str
    score: float


def outcome(verdict: Verdict) -> Shown:
    status = verdict.status if verdict.status in STATUSES else "refused"
    return Shown(status, _STATUS_POINTS[status] if verdict.score is None else verdict.score)


@dataclass(frozen=True)
class Shares:
    """Of some claims, 0 to 1; nan of none."""

    count: int
    supported: float
    unconfirmed: float
    refused: float


@dataclass(frozen=True)
class Figures:
    """One judge on one set. `pairs_right`: share of pairs whose true member is supported and whose false one is not;
    `pairs_ordered`: whose true member scores higher."""

    auc: float
    pairs_right: float
    pairs_ordered: float
    true: Shares
    false: Shares


def figures(rows: Sequence[LabelledClaim], outcomes: Sequence[Shown]) -> Figures:
    true = np.array([row.supported for row in rows], bool)
    score = np.array([one.score for one in outcomes])
    passed = np.array([one.status == "supported" for one in outcomes], bool)
    found = list(pairs(rows))
    return Figures(
        auc=auc(score, true),
        pairs_right=share(np.array([(passed[m] == true[m]).all() for m in found], bool)),
        pairs_ordered=pairs_ordered(score, true, found),
        true=_shares(outcomes, true),
        false=_shares(outcomes, ~true),
    )


def _shares(outcomes: Sequence[Shown], chosen: Flags) -> Shares:
    statuses = np.array([one.status for one in outcomes], str)[chosen]
    return Shares(len(statuses), *(share(statuses == name) for name in STATUSES))


# --- other judges ----------------------------------------------------------------------------------------------------


def words(rows: Sequence[LabelledClaim]) -> Floats:
    """float64[n]: the share of the claim's words that its sources have."""
    wanted = [(terms(row.claim), terms(row.evidence)) for row in rows]
    return np.array([len(claim & there) / max(1, len(claim)) for claim, there in wanted])


def ask(rows: Sequence[LabelledClaim], model: ChatModel, name: str) -> list[Opinion]:
    """Each claim alone; "cannot tell" where the model gave no usable reply."""

    def one(row: LabelledClaim) -> Opinion:
        try:
            return model.opinions([Asked(row.claim, row.evidence)])[0]
        except ModelNonsense:
            return Opinion("cannot tell")

    return [one(row) for row in track(rows, description=f"{name}, {model.name}", transient=True)]


def worth(rows: Sequence[LabelledClaim], given: Sequence[Opinion]) -> dict[Seen, float]:
    """answer -> how many times as often it is given to true claims as to false ones; one more of each is assumed."""
    true = Counter(one.answer for row, one in zip(rows, given, strict=True) if row.supported)
    false = Counter(one.answer for row, one in zip(rows, given, strict=True) if not row.supported)
    shares = {
        answer: [(some[answer] + 1) / (some.total() + len(POINTS)) for some in (true, false)] for answer in POINTS
    }
    return {answer: round(a / b, 3) for answer, (a, b) in shares.items()}


def with_opinions(
    rows: Sequence[LabelledClaim], verdicts: Sequence[Verdict], given: Sequence[Opinion], name: str
) -> list[Shown]:
    """The outcomes after the second opinion on what was unconfirmed; its worth is that on the other half of the
    documents."""
    half = [int(hashlib.sha256(row.document.encode()).hexdigest(), 16) % 2 for row in rows]
    others = {side: [n for n, other in enumerate(half) if other != side] for side in (0, 1)}
    measured = {
        side: Opinions(name, _nobody, worth([rows[n] for n in some], [given[n] for n in some]))
        for side, some in others.items()
    }
    return [
        outcome(_weighed(verdict, opinion, measured[side]))
        for verdict, opinion, side in zip(verdicts, given, half, strict=True)
    ]


def _weighed(verdict: Verdict, opinion: Opinion, opinions: Opinions) -> Verdict:
    if verdict.status != "unconfirmed" or verdict.score is None:
        return verdict
    return weighed(verdict, opinion, opinions, calibration().supported, calibration().unsupported)


def _nobody(asked: Sequence[Asked]) -> Sequence[Opinion]:
    return ()


def as_outcomes(scores: Floats) -> list[Shown]:
    """A judge that only scores: from .75 on supported, below .25 refused."""
    names = np.where(scores >= 0.75, "supported", np.where(scores < 0.25, "refused", "unconfirmed"))
    return [Shown(str(name), float(score)) for name, score in zip(names, scores, strict=True)]


# --- showing ---------------------------------------------------------------------------------------------------------

_HEADS = ("true", "sup.", "unconf.", "refused", "false", "sup.", "unconf.", "refused", "AUC", "pairs right", "ordered")


def table(title: str, lines: Mapping[str, Figures]) -> Table:
    shown = screen.table(title, "", *_HEADS)
    for name, one in lines.items():
        cells = [cell for part in (one.true, one.false) for cell in _cells(part)]
        shown.add_row(name, *cells, number(one.auc, 3), percent(one.pairs_right), percent(one.pairs_ordered))
    return shown


def _cells(part: Shares) -> Iterator[str]:
    yield str(part.count)
    yield from (percent(value, none="–") for value in (part.supported, part.unconfirmed, part.refused))


def by_kind(rows: Sequence[LabelledClaim], outcomes: Sequence[Shown]) -> dict[str, Figures]:
    """kind -> its figures; nothing where the set has no kinds."""
    found: dict[str, Figures] = {}
    for kind in sorted({row.kind for row in rows} - {""}):
        chosen = [n for n, row in enumerate(rows) if row.kind == kind]
        found[kind] = figures([rows[n] for n in chosen], [outcomes[n] for n in chosen])
    return found


def run(
    name: str, rows: Sequence[LabelledClaim], console: Console, model: ChatModel | None = None
) -> dict[str, object]:
    """Shows the judges and the kinds of one set; the figures as plain data, ready for JSON."""
    verdicts = [check(row) for row in track(rows, description=name, transient=True)]
    outcomes = [outcome(verdict) for verdict in verdicts]
    judges = {"whole path": figures(rows, outcomes), "word overlap": figures(rows, as_outcomes(words(rows)))}
    opinions = {}
    if model:
        given = ask(rows, model, name)
        opinions = worth(rows, given)
        judges["chat model alone"] = figures(rows, as_outcomes(np.array([POINTS[one.answer] for one in given])))
        judges["both"] = figures(rows, with_opinions(rows, verdicts, given, model.name))
    kinds = by_kind(rows, outcomes)
    console.print(table(f"{name} ({len(rows)} claims)", judges))
    if kinds:
        console.print(table(f"{name}, by kind", kinds))
    others = {judge: asdict(one) for judge, one in judges.items()}
    return {
        **asdict(judges["whole path"]),
        "kinds": {k: asdict(v) for k, v in kinds.items()},
        "judges": others,
        "opinions": opinions,
    }


def write(path: Path, found: Mapping[str, object]) -> None:
    """All figures as JSON; null where there is no such figure."""
    path.write_text(json.dumps(_without_nan(found), indent=1) + "\n", "utf-8")


def _without_nan(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _without_nan(one) for key, one in value.items()}
    return None if isinstance(value, float) and math.isnan(value) else value


def trust(model: str, opinions: object, path: Path = OPINIONS) -> None:
    """Keeps what the model's answers were measured to be worth: from then on it is asked for a second opinion."""
    kept = json.loads(path.read_text("utf-8")) | {model: opinions}
    path.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
