"""Citations put right: moved to the source that has what is claimed, and left out where they add nothing."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice, product

from agent.answer import Citation, Claim
from agent.validator import spans
from agent.validator.case import Case, labels
from agent.validator.windows import best_stretch
from tools.language.words import terms
from tools.library.evidence import Figure, Item

Supported = Callable[[Case], bool]
"""Whether the decision supports a claim as it is cited."""

MAX_MOVES = 64
"""How many ways of moving citations to other sources are tried."""
MAX_READ = 3
"""How many other sources are read for what the cited one lacks: those that share most words with the claim."""


def requoted(claim: Claim, items: Mapping[int, Item]) -> Claim:
    """The claim with each quote that its source does not have replaced by the stretch of that source that shares most
    words with quote and claim. A model that copies inexactly may be right: what decides is the claim against what
    really stands there. Of a figure, what is not printed in it was seen: there the picture is the proof, and the quote
    is empty. A quote that another source has stays: its citation is moved there."""
    citations = tuple(_requoted(citation, claim.text, items) for citation in claim.citations)
    return claim if citations == claim.citations else claim.model_copy(update={"citations": citations})


def _requoted(citation: Citation, claim: str, items: Mapping[int, Item]) -> Citation:
    item, quote = items.get(citation.key), citation.quote.strip()
    if item is None or (isinstance(item, Figure) and not quote):
        return citation
    if quote and any(spans.find(quote, one.text) for one in (item, *items.values())):
        return citation
    stretch = best_stretch(f"{citation.quote} {claim}", item.text)
    if isinstance(item, Figure) and 2 * len(terms(quote) & terms(stretch)) < len(terms(quote)):
        return citation.model_copy(update={"quote": ""})
    return citation.model_copy(update={"quote": stretch}) if stretch else citation


def moved(case: Case) -> Case | None:
    """The case with its citations moved to sources that have its quotes; rather one in which the facts hold too."""
    citations = case.claim.citations
    options = [_keys_with(citation, case.items) for citation in citations]
    ways = [
        case.citing([citation.model_copy(update={"key": key}) for citation, key in zip(citations, keys, strict=True)])
        for keys in islice(product(*options), MAX_MOVES)
        if keys != tuple(citation.key for citation in citations)
    ]
    return next((way for way in ways if way.facts.ok), ways[0] if ways else None)


def _keys_with(citation: Citation, items: Mapping[int, Item]) -> list[int]:
    """The keys whose text has the quote, the cited one first."""
    keys = sorted(items, key=lambda key: (key != citation.key, key))
    return [key for key in keys if spans.find(citation.quote, items[key].text)]


def found_elsewhere(case: Case, supported: Supported) -> Case | None:
    """The case cited to a place of the conversation's sources that says what the claim says, quoted where it does."""
    sound = (other for other in _others(case) if all(other.spans) and other.facts.ok)
    return next((other for other in sound if supported(other)), None)


def _others(case: Case) -> Iterator[Case]:
    """One case a source that shares half of the claim's words or more, the likeliest first."""
    wanted = terms(case.claim.text)
    shared = {key: len(wanted & terms("\n".join([*labels(item), item.text]))) for key, item in case.items.items()}
    for key in sorted(shared, key=lambda key: (-shared[key], key))[:MAX_READ]:
        quote = best_stretch(case.claim.text, case.items[key].text)
        if quote and 2 * shared[key] >= len(wanted) and quote not in case.scope:
            yield case.citing([Citation(key=key, quote=quote)])


def needed(case: Case, supported: Supported) -> Case:
    """The case without the citations that add nothing, where the others carry the claim without them.

    ALCE's citation precision (Gao et al. 2023): a citation is irrelevant where it does not support the claim alone
    and the others support it without it. One that alone has a word of the claim is needed, unread.
    """
    left = case
    for citation in case.claim.citations:
        others = [other for other in left.claim.citations if other is not citation]
        rest = case.citing(others)
        if others and _loses_nothing(case, rest) and not supported(case.citing([citation])) and supported(rest):
            left = rest
    return left


def _loses_nothing(case: Case, rest: Case) -> bool:
    return terms(case.claim.text) & terms(case.scope) <= terms(rest.scope)
