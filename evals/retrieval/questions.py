"""One question asked of a library, leg by leg and fused: at which ranks stands what it should find?

What is ranked are places: pages where gold names pages, figures where it names a picture, else sources.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from evals.cases import Case
from evals.suites import Suite
from tools.library.encode.mini import flat_rgb
from tools.library.evidence import Figure, Frozen, Item, Record
from tools.library.library import Library, open_picture
from tools.library.search import Query, Within
from tools.library.search.fuse import convex, reciprocal

KINDS = ("passage", "table", "figure")
DEPTH = 100
"""Items of each ranking that are looked at."""
SAME = 0.9
"""Correlation of two thumbnails from which they show the same picture; different ones of a set stay below .8."""
SIDE = 24


class Ranks(Frozen):
    """What came of one question. `scope` is "document" (searched within the one that the question was written about),
    "all", or "foreign" (a question of another suite: nothing fits).

    `ranks` holds the rank (from 1) of every gold place, None where it is not among the first 100 items: for each leg,
    for the legs fused by "ranks" and by "scores", and for what the user gets, "fused". `best` is the score of the
    first item of each leg.
    """

    case: str
    kind: str
    document: str
    scope: str
    ranks: dict[str, tuple[int | None, ...]]
    best: dict[str, float]
    fits: bool


@dataclass(frozen=True)
class Ask:
    """A case made ready: what to search for, and the gold as names of places. `own` is the source that shows the
    query's own picture: finding it again counts for nothing."""

    case: Case
    query: Query
    gold: tuple[str, ...]
    unit: str
    own: str = ""


class Asker:
    """Asks the cases of one suite of the library that holds its documents."""

    def __init__(self, suite: Suite, library: Library) -> None:
        self._suite = suite
        self._library = library
        self._sources = {
            Path(row.path).relative_to(suite.parts.root).as_posix(): row.source
            for row in library.catalog.files()
            if row.source and Path(row.path).is_relative_to(suite.parts.root)
        }
        self._paths = {source: path for path, source in reversed(self._sources.items())}

    def ready(self, case: Case, folder: Path | None = None, unit: str = "") -> Ask:
        """Words ask for figures where gold is a picture, for everything where it is a page or a source; a picture asks
        for figures. A question of another suite brings the `folder` of its picture, and is asked as for `unit`."""
        image = (folder or self._suite.parts.folder) / case.image if case.image else None
        unit = unit or unit_of(case)
        kinds = ("figure",) if image or unit == "figure" else KINDS
        query = Query(
            "" if image else case.question,
            open_picture(image) if image else None,
            within=Within(kinds=kinds),
            limit=DEPTH,
        )
        own = self._sources.get(case.image, "") if case.image and not folder else ""
        return Ask(case, query, tuple(self._gold(case, unit)), unit, own)

    def _gold(self, case: Case, unit: str) -> Iterable[str]:
        for gold in case.gold:
            source = self._sources.get(gold.source, "")
            if unit == "figure":
                yield self._figure(source, self._suite.parts.folder / gold.picture) or f"not read: {gold.picture}"
            else:
                yield from [f"{gold.source}#{page}" for page in gold.pages] or [gold.source]

    def _figure(self, source: str, picture: Path) -> str | None:
        """The figure of a source that shows this picture, by its look: the library keeps it in other bytes."""
        if not source:
            return None
        pages = range(1, self._library.source(source).pages + 1)
        figures = [i for page in pages for i in self._library.catalog.on_page(source, page) if isinstance(i, Figure)]
        wanted = _thumbnail(picture)
        found = [(float(wanted @ _thumbnail(self._library.picture_path(f.image))), f.id) for f in figures]
        best = max(found, default=(0.0, ""))
        return best[1] if best[0] >= SAME else None

    def ask(self, ask: Ask, scope: str) -> Ranks:
        source = self._sources.get(ask.case.document, "")
        within = ask.query.within if scope != "document" else Within(ask.query.within.kinds, (source,))
        query = Query(ask.query.text, ask.query.image, within=within, limit=DEPTH, blend=ask.query.blend)
        found = self._library.find(query)
        legs = {leg: ranking for leg, ranking in found.legs.items() if leg != "rerank"}
        rankings = {leg: [one.item for one in ranking[:DEPTH]] for leg, ranking in legs.items()}
        if len(legs) > 1:
            for name, fused in (("ranks", reciprocal), ("scores", convex)):
                rankings[name] = [one.item for one in fused(legs, self._library.weights)][:DEPTH]
        rankings["fused"] = [hit.item.id for hit in found.hits]
        items = self._library.catalog.items(list(dict.fromkeys(i for ranking in rankings.values() for i in ranking)))
        return Ranks(
            case=ask.case.id,
            kind=ask.case.kind,
            document=ask.case.document,
            scope=scope,
            ranks={leg: self._ranks(ranking, items, ask) for leg, ranking in rankings.items()},
            best={leg: ranking[0].score for leg, ranking in found.legs.items() if ranking},
            fits=found.fits,
        )

    def among_hits(self, ask: Ask, query: Query) -> tuple[int | None, ...]:
        """The ranks of an ask's gold among what a user gets for any query."""
        hits = self._library.find(query).hits
        return self._ranks([hit.item.id for hit in hits], {hit.item.id: hit.item for hit in hits}, ask)

    def _ranks(self, ranking: Sequence[str], items: Mapping[str, Item], ask: Ask) -> tuple[int | None, ...]:
        met: dict[str, None] = {}
        for item in ranking:
            if item in items:
                met.update(dict.fromkeys(self._places(items[item], ask)))
        at = {place: rank for rank, place in enumerate(met, 1)}
        return tuple(at.get(gold) for gold in ask.gold)

    def _places(self, item: Item, ask: Ask) -> list[str]:
        """Where an item stands, in the unit of the gold; nothing where it shows the query's own picture."""
        if isinstance(item, Record) or item.source_id == ask.own:
            return []
        if ask.unit == "figure":
            return [item.id]
        path = self._paths.get(item.source_id, item.source_id)
        return [f"{path}#{region.page}" for region in item.regions] if ask.unit == "page" else [path]


def unit_of(case: Case) -> str:
    """What a case's gold names."""
    if any(gold.picture for gold in case.gold):
        return "figure"
    return "page" if any(gold.pages for gold in case.gold) else "source"


def _thumbnail(path: Path) -> np.ndarray:
    """float64[576], mean 0, L2-normalised: two of them multiplied are their correlation."""
    with Image.open(path) as picture:
        grey = np.asarray(flat_rgb(picture).convert("L").resize((SIDE, SIDE), Image.Resampling.BOX), float).ravel()
    grey -= grey.mean()
    return grey / max(float(np.linalg.norm(grey)), 1e-9)
