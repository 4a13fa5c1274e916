"""What a metric gives for one case: a number, or the reason why there is none."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Score:
    """`value` is None where the case could not be scored, and `reason` says why: counted apart, never zero.

    A metric that a case does not ask for (a refusal where there is an answer) gives no Score at all.
    """

    value: float | None
    reason: str = ""
