"""Traces written by hand: what a metric makes of one can be worked out on paper."""

from collections.abc import Sequence

from agent.answer import Citation, Claim, Status
from agent.llm.protocol import Decision
from evals.runs.trace import Checked, Cited, Found, Spot, Step, Trace
from tools.library.evidence import Box, Region


def spot(source: str, page: int = 1, *boxes: Box) -> Spot:
    return Spot(source=source, regions=(Region(page=page, boxes=boxes or ((0, 0, 1, 1),)),))


def said(text: str, *spots: Spot, status: Status = "supported", keys: Sequence[int] = (1,)) -> Checked:
    claim = Claim(text=text, citations=tuple(Citation(key=key, quote=text) for key in keys))
    return Checked(claim=claim, status=status, reason="", decided="place", spots=spots)


def found(key: int, where: Spot, fresh: bool = True) -> Found:
    return Found(key=key, origin=str(key), kind="passage", tool="search_text", rank=1, spot=where, fresh=fresh)


def call(tool: str, *keys: int) -> Step:
    return Step(node="act", decision=Decision(thought="", action=tool), keys=keys)


def trace(*claims: Checked, **given) -> Trace:
    """An answer with these claims, all of them supported by the whole validator unless `cited` says otherwise."""
    given.setdefault("status", "answered" if claims else "not_found")
    given.setdefault(
        "cited", tuple(Cited(status="supported", alone=("supported",), without=("unsupported",)) for _ in claims)
    )
    return Trace(case="1", said=claims, **given)


def met(*spots: Spot) -> Trace:
    """A refusal after one search that met these places, in this order."""
    evidence = tuple(found(key, where) for key, where in enumerate(spots, 1))
    return trace(steps=(call("search_text", *range(1, len(spots) + 1)),), evidence=evidence)


BROKEN = Trace(case="1", error="the model wrote nonsense")
"""A case that got no answer."""
