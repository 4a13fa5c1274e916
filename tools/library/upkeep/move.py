"""A library's points from one store to another: what is missing is copied, what is too much is dropped, and both answer
the same queries before anything says that they hold the same. A run that is killed goes on where it was."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from tools.errors import LibraryError
from tools.library.index import OnProgress
from tools.library.store import LegQuery, Scope, Scored, Sparse, Store

CHUNK = 256
SAMPLE = 64
"""Points whose own vectors are the queries of the check."""
FOUND = 10
"""Answers that are compared."""
TOLERANCE = 1e-3
"""Of two scores, relative: of a vector that was normalised once more."""


@dataclass(frozen=True)
class Moved:
    """What one run did. `questions` were answered the same by both sides."""

    points: int
    copied: int
    dropped: int
    questions: int


def move(old: Store, new: Store, on_progress: OnProgress | None = None) -> Moved:
    """Makes `new` hold what `old` holds. Raises LibraryError where it then does not find the same."""
    total, seen, copied = old.count(), 0, 0
    for ids in _chunks(old):
        there = new.has(ids)
        missing = [one for one in ids if one not in there]
        if missing:
            new.put(old.get(missing))
        seen, copied = seen + len(ids), copied + len(missing)
        if on_progress:
            on_progress(seen, total)
    dropped = _drop_strangers(old, new) if new.count() > total else 0
    if new.count() != total:
        raise LibraryError(
            f"The copy holds {new.count()} points, the library {total}.",
            "Is something else writing to one of them? Let it end, and run the same command again.",
        )
    new.optimize()
    return Moved(total, copied, dropped, compare(old, new))


def _chunks(store: Store) -> Iterator[list[str]]:
    ids = (one.id for one in store.scan())
    while some := list(islice(ids, CHUNK)):
        yield some


def _drop_strangers(old: Store, new: Store) -> int:
    """Points of sources that were removed since they were copied."""
    strangers = []
    for ids in _chunks(new):
        there = old.has(ids)
        strangers += [one for one in ids if one not in there]
    new.drop(strangers)
    return len(strangers)


def compare(old: Store, new: Store) -> int:
    """Asks both for what is nearest to some of the points, exactly; the number of questions. The words of a point are
    compared themselves: their scores hang on what a store has not swept yet, and on its shards.

    Raises LibraryError where the answers differ.
    """
    points = old.sample(SAMPLE, Scope())
    copies = {copy.id: copy for copy in new.get([point.id for point in points])}
    questions = 0
    for point in points:
        queries = [LegQuery(leg, vector) for leg, vector in point.dense.items()]
        both = [store.search_all(queries, FOUND, Scope(), exact=True) for store in (old, new)]
        differing = [query.leg for query, *answers in zip(queries, *both, strict=True) if not alike(*answers)]
        if not _same_words(point.bm25, copies[point.id].bm25 if point.id in copies else None):
            differing.append("bm25")
        if differing:
            raise LibraryError(
                f"The copy finds other things than the library: for what is like {point.item} by '{differing[0]}', it "
                "differs.",
                "Run the same command again. The library itself has not changed.",
            )
        questions += len(point.vectors)
    return questions


def _same_words(here: Sparse | None, there: Sparse | None) -> bool:
    if here is None or there is None:
        return here is there
    mine, theirs = (dict(zip(words.indices, words.values, strict=True)) for words in (here, there))
    return mine.keys() == theirs.keys() and all(abs(mine[id] - theirs[id]) <= TOLERANCE for id in mine)


def alike(here: list[Scored], there: list[Scored]) -> bool:
    """The same scores, and the same items above the last score: of several equal ones there any may be the last."""
    if len(here) != len(there):
        return False
    if not here:
        return True
    scores = np.array([[one.score for one in side] for side in (here, there)])
    slack = TOLERANCE * max(1.0, float(np.abs(scores).max()))
    if np.abs(scores[0] - scores[1]).max() > slack:
        return False
    last = float(scores.min()) + 2 * slack
    surely = [{one.item for one in side if one.score > last} for side in (here, there)]
    either = [{one.item for one in side} for side in (here, there)]
    return surely[0] <= either[1] and surely[1] <= either[0]
