"""Measures of a run, by ir-measures (success@k, recall@k, reciprocal rank, nDCG@10), with their intervals."""

from collections.abc import Iterable, Mapping, Sequence

import ir_measures

from evals.metrics.places import MEASURES
from evals.metrics.statistics import Interval, bootstrap
from evals.retrieval.questions import Ranks

ORDER = ("bm25", "text", "clip", "picture", "beside", "ranks", "scores", "fused")


def legs_of(rows: Iterable[Ranks]) -> list[str]:
    found = {leg for row in rows for leg in row.ranks}
    return [leg for leg in ORDER if leg in found]


def scores(rows: Sequence[Ranks], leg: str) -> dict[str, list[float]]:
    """Measure → its value for each row, 0 where the leg found nothing of the gold."""
    names = {str(measure): name for name, measure in MEASURES.items()}
    found = {name: [0.0] * len(rows) for name in MEASURES}
    qrels = {str(n): {f"g{g}": 1 for g in range(len(_ranks(row, leg)))} for n, row in enumerate(rows)}
    run = {str(n): listed for n, row in enumerate(rows) if (listed := _listed(_ranks(row, leg)))}
    if run:
        for one in ir_measures.iter_calc(list(MEASURES.values()), qrels, run):
            found[names[str(one.measure)]][int(one.query_id)] = float(one.value)
    return found


def _ranks(row: Ranks, leg: str) -> tuple[int | None, ...]:
    return row.ranks.get(leg, (None,) * len(next(iter(row.ranks.values()))))


def _listed(ranks: Sequence[int | None]) -> dict[str, float]:
    """A ranking as ir-measures takes it, with gold where it stood and strangers between."""
    gold = {rank: f"g{n}" for n, rank in enumerate(ranks) if rank}
    return {gold.get(rank, f"s{rank}"): -float(rank) for rank in range(1, max(gold, default=0) + 1)}


def intervals(rows: Sequence[Ranks], leg: str) -> dict[str, Interval]:
    documents = [row.document for row in rows]
    return {name: bootstrap(values, documents) for name, values in scores(rows, leg).items()}


def groups(rows: Sequence[Ranks]) -> Mapping[str, list[Ranks]]:
    """All rows, then those of each kind of question or evidence."""
    found = {"all": list(rows)}
    for row in rows:
        for kind in filter(None, row.kind.split(" + ")):
            found.setdefault(kind, []).append(row)
    return found
