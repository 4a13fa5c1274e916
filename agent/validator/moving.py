"""Citations put right: other sources of the conversation that may carry a claim, and citations that add nothing."""

from collections.abc import Iterator

from agent.answer import Citation
from agent.validator import spans
from agent.validator.case import Case, heading
from tools.language.words import terms
from tools.library.evidence import Figure

MOST = 2
"""Other sources that are read for a claim that its own do not carry: each costs a reading."""
SHARE = 0.5
"""Share (0 to 1) of the claim's words that another source must have."""


def others(case: Case) -> list[Case]:
    """The claim cited to each of the likeliest other sources: those with its quotes, then those with its words."""
    wanted = terms(case.claim.text)
    shared = {key: len(wanted & _words(case, key)) for key in case.items if key not in case.keys}
    quoted = [key for key in shared if any(_has(case, key, citation.quote) for citation in case.claim.citations)]
    likely = [key for key in sorted(shared, key=lambda key: -shared[key]) if shared[key] >= SHARE * len(wanted)]
    keys = [key for key in dict.fromkeys([*quoted, *likely]) if not isinstance(case.items[key], Figure)]
    return [case.citing([Citation(key=key, quote=_quote(case, key))]) for key in keys[:MOST]]


def _words(case: Case, key: int) -> frozenset[str]:
    return terms(f"{heading(case.items[key])}\n{case.items[key].text}")


def _has(case: Case, key: int, quote: str) -> bool:
    return bool(quote.strip()) and bool(spans.find(quote, case.items[key].text))


def _quote(case: Case, key: int) -> str:
    return next((one.quote for one in case.claim.citations if _has(case, key, one.quote)), "")


def without(case: Case) -> list[Case]:
    """The claim without a citation that has no word of it which the others lack (ALCE's citation precision: Gao et al.
    2023): one case for each such citation."""
    return list(_without(case)) if len(case.keys) > 1 else []


def _without(case: Case) -> Iterator[Case]:
    wanted = terms(case.claim.text)
    for key in case.keys:
        rest = [citation for citation in case.claim.citations if citation.key != key]
        there = frozenset[str]().union(*(_words(case, citation.key) for citation in rest))
        if wanted & _words(case, key) <= there:
            yield case.citing(rest)
