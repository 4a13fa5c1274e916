"""A run in tables: every leg beside the fusion, kind by kind, how well it is known what does not fit, what changed."""

from collections.abc import Sequence

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from evals.metrics.places import MEASURES
from evals.metrics.statistics import auc, bootstrap, mcnemar, p_text, sign_flip
from evals.retrieval.questions import Ranks
from evals.retrieval.records import Change, RankingRun
from evals.retrieval.scores import groups, intervals, legs_of, scores

CUT = 5
SCOPES = {"document": "within the named document", "all": "over all documents"}
UNFIT = 0.02
"""Share of good questions whose best score lies below a threshold that would be worth having."""


def show(run: RankingRun, console: Console) -> None:
    for scope in run.scopes:
        rows = run.of(scope)
        console.print(measures(rows, legs_of(rows), f"{run.header.suite}, {SCOPES[scope]}: {len(rows)} questions"))
        console.print(_kinds(rows, f"{run.header.suite}, {SCOPES[scope]}: success@{CUT}, %"))
        if better := _beaten(rows):
            console.print(better)
    if fits := _fits(run):
        console.print(fits)


def measures(rows: Sequence[Ranks], legs: Sequence[str], title: str) -> Table:
    """A row a leg, or whatever else the ranks are of."""
    table = Table("", *MEASURES, title=title)
    for leg in legs:
        found = intervals(rows, leg)
        cells = [f"{100 * one.mean:.1f} ({100 * one.low:.0f} to {100 * one.high:.0f})" for one in found.values()]
        table.add_row(leg, *cells, end_section=leg != "fused", style="bold" if leg == "fused" else "")
    return table


def _kinds(rows: Sequence[Ranks], title: str) -> Table:
    legs = legs_of(rows)
    table = Table("kind", "questions", *legs, title=title)
    for kind, members in groups(rows).items():
        means = [np.mean(scores(members, leg)[f"success@{CUT}"]) for leg in legs]
        table.add_row(escape(kind), str(len(members)), *(f"{100 * mean:.0f}" for mean in means))
    return table


def _beaten(rows: Sequence[Ranks]) -> str:
    """Which leg alone does better than the fusion at the cut; "" where none does."""
    means = {leg: float(np.mean(scores(rows, leg)[f"success@{CUT}"])) for leg in legs_of(rows)}
    best = max(means, key=lambda leg: (means[leg], leg == "fused"))
    if means[best] <= means["fused"]:
        return ""
    a, b = (scores(rows, leg)[f"success@{CUT}"] for leg in (best, "fused"))
    p = mcnemar(sum(x > y for x, y in zip(a, b)), sum(x < y for x, y in zip(a, b)))
    return f"'{best}' alone finds more: {100 * (means[best] - means['fused']):+.1f} points (p = {p_text(p)})."


def _fits(run: RankingRun) -> Table | None:
    """Per leg: the score below which 2 % of the questions with an answer lie, and how many of those without lie there
    too; and what the library's own threshold says of both. None where no question is without an answer."""
    good, bad = run.of("all"), [row for row in run.rows if row.scope == "foreign"]
    if not bad or not good:
        return None
    table = Table("leg", "score", "good below", "strangers below", "AUC", title=f"{run.header.suite}: does it fit?")
    for leg in legs_of(good):
        a, b = ([row.best[leg] for row in rows if leg in row.best] for rows in (good, bad))
        if not a or not b:
            continue
        cut = float(np.quantile(a, UNFIT))
        below = [f"{100 * np.mean(np.array(values) < cut):.0f} %" for values in (a, b)]
        separation = auc(np.array([*a, *b]), np.arange(len(a) + len(b)) < len(a))
        table.add_row(leg, f"{cut:.2f}", *below, f"{separation:.2f}")
    unfit = [f"{100 * np.mean([not row.fits for row in rows]):.0f} %" for rows in (good, bad)]
    table.add_row("all, as set", "", *unfit, "", style="bold")
    return table


def compared(name: str, changes: Sequence[Change], console: Console) -> None:
    """Won and lost at the cut with the exact McNemar test, and the reciprocal rank by sign flips."""
    moved = [one for one in changes if one.before != one.after]
    table = Table("question", "scope", "before", "now", title=f"{name}: {len(moved)} of {len(changes)} moved")
    order = sorted(moved, key=lambda one: _reciprocal(one.after) - _reciprocal(one.before))
    for one in order if len(order) <= 40 else (*order[:20], *order[-20:]):
        table.add_row(escape(one.case), one.scope, str(one.before or "-"), str(one.after or "-"))
    console.print(table)
    for scope in dict.fromkeys(one.scope for one in changes):
        of = [one for one in changes if one.scope == scope]
        won = sum(_hit(one.after) > _hit(one.before) for one in of)
        lost = sum(_hit(one.after) < _hit(one.before) for one in of)
        by_rank = [_reciprocal(one.after) - _reciprocal(one.before) for one in of]
        found = bootstrap(by_rank)
        console.print(
            f"{SCOPES[scope]}: among the first {CUT} {won} won, {lost} lost, {len(of) - won - lost} same "
            f"(p = {p_text(mcnemar(won, lost))}); MRR {100 * found.mean:+.1f} points "
            f"({100 * found.low:+.1f} to {100 * found.high:+.1f}, p = {p_text(sign_flip(by_rank))})"
        )


def _hit(rank: int | None) -> bool:
    return rank is not None and rank <= CUT


def _reciprocal(rank: int | None) -> float:
    return 1 / rank if rank else 0.0
