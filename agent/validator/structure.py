"""Layer 1: is there a citation at all, of something that exists, with something quoted?"""

from collections.abc import Container

from agent.answer import Citation, Claim


def check(claim: Claim, known: Container[int], figures: Container[int] = ()) -> str | None:
    """What is wrong with the claim's form, in one sentence; None where nothing is.

    `known` holds the ledger's keys, `figures` those that are pictures: of what a picture shows there is nothing to
    quote, so there alone a quote may be empty.
    """
    if not claim.text.strip():
        return "The claim is empty."
    if not claim.citations:
        return "The claim cites no source."
    problems = (_problem(citation, known, figures) for citation in claim.citations)
    return next((problem for problem in problems if problem), None)


def _problem(citation: Citation, known: Container[int], figures: Container[int]) -> str | None:
    """`model_construct` skips pydantic's checks, so the key's form is looked at here once more."""
    key = citation.key
    if type(key) is not int or key < 1:
        return f"The citation key {key!r} is not a whole number from 1 up."
    if key not in known:
        return f"There is no source [{key}] in this conversation."
    if citation.quote == "" and key in figures:
        return None
    if not isinstance(citation.quote, str) or not any(char.isalnum() for char in citation.quote):
        return f"The citation of source [{key}] quotes nothing."
    return None
