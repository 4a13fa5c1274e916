"""What the assistant says: claims with citations, the verdict on each, and what could not be answered."""

from typing import Literal

from pydantic import Field

from tools.library.evidence import Frozen, Region

Status = Literal["supported", "contradicted", "unsupported", "misattributed", "unchecked"]
AnswerStatus = Literal["answered", "partial", "conflicting", "not_found"]


class Citation(Frozen):
    """`key` is the evidence's number in the conversation; `quote` is what a model copied from that evidence's text."""

    key: int = Field(ge=1)
    quote: str = ""


class Claim(Frozen):
    """One statement, and where it comes from. A claim with no citation is never shown. `calculation` is an expression
    over quoted numbers, such as "48 * 12", where the statement is computed. `short` is shown before the text: the words
    of it that answer by themselves, such as "48 N·m", or the heading that it stands under. It is not checked, so no
    chat model may write it."""

    text: str
    citations: tuple[Citation, ...] = ()
    calculation: str = ""
    short: str = ""

    @property
    def headed(self) -> str:
        """The text, behind its short form where there is one."""
        return f"{self.short} — {self.text}" if self.short and self.short != self.text else self.text


class Place(Frozen):
    """Where a citation stands, ready to be shown: source title and uri, regions (empty for an API reply). `printed` is
    the number that stands on the page of each region, where it is another one than that of the file, else ""."""

    key: int
    title: str
    uri: str
    regions: tuple[Region, ...] = ()
    printed: tuple[str, ...] = ()

    def pages(self) -> str:
        """ "8", or "8 (printed: 6)"; several are joined by commas."""
        labels = self.printed or ("",) * len(self.regions)
        pairs = zip(self.regions, labels, strict=True)
        return ", ".join(f"{region.page} (printed: {label})" if label else str(region.page) for region, label in pairs)


class Verdict(Frozen):
    """What the validator found. `layer` names the check that decided; `places` has one entry a citation.

    "Could not check" is `unchecked`: not a pass, and not a failure. `score` is the probability, 0 to 1, that the
    sources support the claim; None where the layer that decided gives none.
    """

    claim: Claim
    status: Status
    reason: str
    layer: Literal["structure", "quotes", "vision", "facts", "entailment", "judge"]
    places: tuple[Place, ...] = ()
    score: float | None = Field(default=None, ge=0, le=1)


class Answer(Frozen):
    """One turn's answer. `verdicts` are those of the claims that are shown; `gaps` are sentences on what is missing.

    `dropped` are the claims that were written and not said, each with its verdict. `notes` are sentences on what went
    wrong on the way: a picture that could not be read, steps that were taken by rule.
    """

    question: str
    status: AnswerStatus
    verdicts: tuple[Verdict, ...] = ()
    gaps: tuple[str, ...] = ()
    dropped: tuple[Verdict, ...] = ()
    notes: tuple[str, ...] = ()
    answered_by: str
    thread: str
    seconds: float = Field(ge=0)

    @property
    def claims(self) -> tuple[Claim, ...]:
        return tuple(verdict.claim for verdict in self.verdicts)

    @property
    def text(self) -> str:
        """The claims with their keys, one a line, as plain text."""
        lines = [
            claim.headed + "".join(f" [{key}]" for key in dict.fromkeys(c.key for c in claim.citations))
            for claim in self.claims
        ]
        return "\n".join([*lines, *self.gaps])
