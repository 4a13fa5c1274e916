"""Are the claims shown supported by what they cite? Shares (0 to 1) and counts, judged by our validator in the place of
an NLI model: the validator, whether or not the run itself was checked by it.

Claims that the validator can neither support nor refute are left out of the shares and counted apart. A refusal states
nothing and has no share.
"""

from collections.abc import Sequence

from evals.cases import Case
from evals.metrics.score import Score, Scorer, asked_where
from evals.runs.trace import Cited, Trace

NO_VERDICT = "the validator could check none of the statements"


def recall(case: Case, trace: Trace) -> Score | None:
    """Statements that all their citations together support / statements, as ALCE has it (Gao et al., EMNLP 2023)."""
    return _share([[c.status == "supported"] for c in trace.cited], trace)


groundedness = recall
"""The same share, read as claims shown that their sources support / claims shown (FActScore's form, Min et al., EMNLP
2023, over cited sources)."""


def precision(case: Case, trace: Trace) -> Score | None:
    """Precise citations / citations (ALCE)."""
    return _share([precise(c) for c in trace.cited], trace)


def precise(cited: Cited) -> list[bool]:
    """For each citation of a statement whether it is precise: it is not where it alone does not support the statement
    and the others do without it. Where a statement is not supported at all, none of its citations is."""
    if cited.status != "supported":
        return [False] * len(cited.alone)
    return [a == "supported" or w != "supported" for a, w in zip(cited.alone, cited.without, strict=True)]


def _share(parts: Sequence[Sequence[bool]], trace: Trace) -> Score | None:
    """Of the parts of the statements that could be checked."""
    if not trace.said:
        return None
    pairs = zip(parts, trace.cited, strict=True)
    checked = [one for part, cited in pairs if cited.status != "unconfirmed" for one in part]
    return Score(sum(checked) / len(checked)) if checked else Score(None, NO_VERDICT)


def count(*statuses: str) -> Scorer:
    """The metric that counts the claims shown with these verdicts: a number from 0."""

    @asked_where(lambda case: True)
    def counted(case: Case, trace: Trace) -> float:
        return sum(cited.status in statuses for cited in trace.cited)

    return counted


unsupported = count("contradicted", "unsupported")
"""Claims shown that the validator refuses."""
unconfirmed = count("unconfirmed")
"""Claims shown that nobody could check."""
