"""True claims of a library made false by their evidence: the most similar wrong chunk, images swapped, evidence gone.

The claims are the library's own sentences and captions, so no model and no labels are needed. Nothing is quoted: the
place is found by the validator.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from rich.table import Table

from agent.answer import Citation, Claim
from agent.validator import validate
from agent.validator.spans import find
from evals import console
from evals.validator import untitled
from tools.language.blocks import units
from tools.language.words import terms
from tools.library.evidence import Figure, Item, Passage
from tools.library.library import Library

LEAST_WORDS, MOST_WORDS = 6, 40


@dataclass(frozen=True)
class Perturbed:
    """`kind`: as it is, wrong chunk, evidence gone, images swapped; `status` is the validator's."""

    kind: str
    claim: str
    cited: Item
    status: str


def items(library: Library) -> list[Item]:
    """Everything in the library, in order."""
    catalog = library.catalog
    found: dict[str, Item] = {}
    for source in catalog.sources():
        for page in range(1, (source.pages or 1) + 1):
            found.update((item.id, item) for item in catalog.on_page(source.id, page))
    return list(found.values())


def run(every: Sequence[Item], count: int, seed: int = 0) -> Iterator[Perturbed]:
    """`count` sentences and every captioned figure (`count` at most), each as it is and perturbed."""
    rng = Random(seed)
    passages = [item for item in every if isinstance(item, Passage)]
    sentences = [(item, unit.text) for item in passages for unit in units(item.text)]
    fitting = [(item, text) for item, text in sentences if LEAST_WORDS <= len(text.split()) <= MOST_WORDS]
    for item, claim in rng.sample(fitting, k=min(count, len(fitting))):
        yield _judged("as it is", claim, item)
        yield _judged("wrong chunk", claim, _most_similar(claim, item, passages))
        yield _judged("evidence gone", claim, item.model_copy(update={"text": item.text.replace(claim, " ")}))
    figures = [item for item in every if isinstance(item, Figure) and len(item.caption.split()) >= LEAST_WORDS]
    for figure in rng.sample(figures, k=min(count, len(figures))):
        yield _judged("as it is", figure.caption, figure)
        others = [other for other in figures if other.caption != figure.caption]
        if others:
            yield _judged("images swapped", figure.caption, _most_similar(figure.caption, figure, others))


def _most_similar(claim: str, own: Item, others: Sequence[Item]) -> Item:
    """Of the items that do not hold the claim word for word."""
    wanted = terms(claim)
    wrong = [other for other in others if other.id != own.id and not find(claim, other.text)]
    return max(wrong, key=lambda other: len(wanted & terms(other.text)))


def _judged(kind: str, claim: str, item: Item) -> Perturbed:
    (verdict,) = validate([Claim(text=claim, citations=(Citation(key=1),))], {1: item}, untitled)
    return Perturbed(kind, claim, item, verdict.status)


def table(found: Sequence[Perturbed]) -> Table:
    title = "true claims, and the same on the wrong evidence"
    shown = console.table(title, "evidence", "claims", "supported", "unconfirmed", "refused")
    for kind in dict.fromkeys(one.kind for one in found):
        statuses = [one.status for one in found if one.kind == kind]
        passed, unsure = statuses.count("supported"), statuses.count("unconfirmed")
        shown.add_row(kind, *(str(n) for n in (len(statuses), passed, unsure, len(statuses) - passed - unsure)))
    return shown
