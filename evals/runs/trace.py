"""What is recorded of a case that was asked. A Trace holds no times, no names of conversations, no paths.

So the same question asked again, of the same library with the same settings, leaves the same bytes; what it took is
apart, in Took.
"""

from pydantic import Field

from agent.answer import AnswerStatus, Claim, Status
from agent.llm.protocol import Decision
from tools.library.evidence import Frozen, Region


class Spot(Frozen):
    """A place in a source: `source` relative to the suite's documents, or "api"; `id` is the library's (None: API)."""

    source: str
    id: str | None = None
    title: str = ""
    regions: tuple[Region, ...] = ()

    @property
    def pages(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(region.page for region in self.regions))


class Found(Frozen):
    """A piece of evidence; `origin` is the item's id ("api" for a reply); `fresh` where this turn found it, and not an
    earlier one of the conversation."""

    key: int
    origin: str
    kind: str
    tool: str
    rank: int
    spot: Spot
    fresh: bool


class Checked(Frozen):
    """A claim and its verdict. `score` is the probability (0 to 1) that it is supported, None where none was found;
    `spots` has one entry a citation, and none where a quote was not found."""

    claim: Claim
    status: Status
    reason: str
    decided: str
    score: float | None = None
    spots: tuple[Spot, ...] = ()


class Step(Frozen):
    """A node that was run, and what it did."""

    node: str
    decision: Decision | None = None
    keys: tuple[int, ...] = ()
    error: str = ""
    seen: dict[int, str] = Field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    verdicts: tuple[Checked, ...] = ()


class Cited(Frozen):
    """What the whole validator says of a claim that was shown: with all its citations, with each one alone, and
    without each one ("unsupported" where none is left)."""

    status: Status
    alone: tuple[Status, ...] = ()
    without: tuple[Status, ...] = ()


class Trace(Frozen):
    """`error` says why a case has no answer (a model that is down, a question too long); `status` is None then."""

    case: str
    status: AnswerStatus | None = None
    error: str = ""
    answered_by: str = ""
    steps: tuple[Step, ...] = ()
    evidence: tuple[Found, ...] = ()
    said: tuple[Checked, ...] = ()
    dropped: tuple[Checked, ...] = ()
    gaps: tuple[str, ...] = ()
    cited: tuple[Cited, ...] = ()
    """One entry a claim of `said`."""

    @property
    def text(self) -> str:
        """What was stated, without keys and gaps."""
        return " ".join(checked.claim.text for checked in self.said)

    @property
    def calls(self) -> list[Decision]:
        """The tool calls of this turn, in order."""
        return [s.decision for s in self.steps if s.node == "act" and s.decision]

    def ranking(self) -> list[tuple[str, int]]:
        """(source, page) of what this turn saw, in the order it was met, each once; page 0 is an API's reply."""
        by_key = {found.key: found for found in self.evidence}
        keys = dict.fromkeys(key for step in self.steps for key in step.keys)
        spots = [by_key[key].spot for key in keys if key in by_key]
        return list(dict.fromkeys((spot.source, page) for spot in spots for page in spot.pages or (0,)))


class Took(Frozen):
    """Seconds of each stage (a node of the graph; "judge": the measuring), tokens where the model counts them."""

    case: str
    seconds: dict[str, float]
    tokens: dict[str, int] = Field(default_factory=dict)

    @property
    def total(self) -> float:
        """Seconds until the answer was there."""
        return sum(s for stage, s in self.seconds.items() if stage != "judge")
