"""One case asked, and everything that came of it: a Trace holds no times, no names of conversations, no paths.

So the same question asked again, of the same library with the same settings, leaves the same bytes; what it took is
apart, in Took.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from langchain_core.callbacks import get_usage_metadata_callback
from pydantic import Field

from agent import validator
from agent.answer import Answer, AnswerStatus, Citation, Claim, Place, Status, Verdict
from agent.assistant import Assistant, new_thread
from agent.llm.protocol import ANSWER, Decision
from evals.cases import API, Case
from tools.errors import ModelNonsense, QuestionError, UnreadableFile
from tools.library.evidence import Evidence, Frozen, Item, Record, Region

OF_A_CASE = (QuestionError, UnreadableFile, ModelNonsense)
"""What one case may meet alone. A model or a library that is down ends the run, which can be resumed."""


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
    """A claim and its verdict. `score` is the probability (0 to 1) that it is supported, None where no layer said;
    `spots` has one entry a citation, and none where a quote was not found."""

    claim: Claim
    status: Status
    reason: str
    layer: str
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


class Examiner:
    """Asks the cases of a suite. `root` is what gold sources are relative to, `api` the base URL of its API, if any."""

    def __init__(self, assistant: Assistant, folder: Path, root: Path, api: str = "") -> None:
        self.assistant = assistant
        self.folder = folder
        self.root = root.resolve()
        self.api = api
        self._gold: frozenset[str] = frozenset()

    @cached_property
    def _copies(self) -> dict[str, tuple[str, ...]]:
        """Where a source lies that lies in several places, by the first of them."""
        return {source.uri: source.paths for source in self.assistant.library.sources() if source.also}

    def ask(self, case: Case) -> tuple[Trace, Took]:
        """The case in a conversation of its own, which is deleted afterwards."""
        thread, seconds = new_thread(), defaultdict[str, float](float)
        with get_usage_metadata_callback() as usage:
            try:
                self.begin(case, thread)
                trace = self._trace(case, thread, seconds)
            except OF_A_CASE as error:
                trace = Trace(case=case.id, error=str(error))
            finally:
                self.assistant.forget(thread)
        used = usage.usage_metadata.values()
        tokens = {"input": sum(u["input_tokens"] for u in used), "output": sum(u["output_tokens"] for u in used)}
        took = Took(case=case.id, seconds=dict(seconds), tokens=tokens if used else {})
        return Trace.model_validate_json(self._plain(trace)), took

    def begin(self, case: Case, thread: str) -> None:
        """Asks the earlier turns of a case."""
        for turn in case.turns:
            self.assistant.ask(turn.question, image=self.picture(turn.image), thread=thread)

    def _plain(self, trace: Trace) -> str:
        """An API of the suite may listen on any port: in a trace it has one name."""
        text = trace.model_dump_json()
        return text.replace(self.api, "http://api") if self.api else text

    def picture(self, image: str | None) -> Path | None:
        """The file of a case's picture."""
        return self.folder / image if image else None

    def _trace(self, case: Case, thread: str, seconds: dict[str, float]) -> Trace:
        before = self.assistant.evidence(thread)
        self._gold = frozenset(gold.source for gold in case.gold)
        state: dict[str, Any] = {}
        steps: list[Step] = []
        for node, update in self._timed(case, thread, seconds):
            state |= update or {}
            steps.append(self._step(node, state))
        start = time.perf_counter()
        cited = tuple(self._cited(verdict.claim, state["ledger"]) for verdict in state["answer"].verdicts)
        seconds["judge"] = time.perf_counter() - start
        found = tuple(self._found(e, e.key not in before) for e in state["ledger"])
        told = self.told(case, state["answer"])
        return told.model_copy(update={"steps": tuple(steps), "evidence": found, "cited": cited})

    def told(self, case: Case, answer: Answer) -> Trace:
        """What an answer says by itself, without the way to it."""
        self._gold = frozenset(gold.source for gold in case.gold)
        return Trace(
            case=case.id,
            status=answer.status,
            answered_by=answer.answered_by,
            said=tuple(map(self._checked, answer.verdicts)),
            dropped=tuple(map(self._checked, answer.dropped)),
            gaps=answer.gaps,
        )

    def _timed(self, case: Case, thread: str, seconds: dict[str, float]) -> Iterator[tuple[str, dict[str, Any]]]:
        start = time.perf_counter()
        for node, update in self.assistant.steps(case.question, image=self.picture(case.image), thread=thread):
            seconds[node] += time.perf_counter() - start
            yield node, update
            start = time.perf_counter()

    def _step(self, node: str, state: dict[str, Any]) -> Step:
        if node == "decide":
            answered = state["decision"].action == ANSWER
            claims = tuple(state["draft"].claims) if answered else ()
            return Step(node=node, decision=state["decision"], claims=claims)
        if node == "act":
            call = state["calls"][-1]
            return Step(node=node, decision=state["decision"], keys=call.keys, error=call.error)
        if node == "look":
            return Step(node=node, seen=state["seen"])
        if node == "validate":
            return Step(node=node, verdicts=tuple(map(self._checked, [*state["accepted"], *state["refused"]])))
        return Step(node=node)

    def _found(self, evidence: Evidence, fresh: bool) -> Found:
        item, origin = self.assistant.library.item(evidence.origin), evidence.origin
        if isinstance(item, Record):
            spot, origin = Spot(source=API, title=item.url), API  # its id is made of a URL, which may name any port
        else:
            source = self.assistant.library.source(item.source_id)
            spot = Spot(source=self._name(source.uri), id=source.id, title=source.title, regions=item.regions)
        return Found(
            key=evidence.key,
            origin=origin,
            kind=item.kind,
            tool=evidence.tool,
            rank=evidence.rank,
            spot=spot,
            fresh=fresh,
        )

    def _name(self, uri: str) -> str:
        """The path of a source as the suite names it, of several that which is gold; of one that lies elsewhere, its
        file name."""
        if uri.startswith(("http://", "https://")):
            return API
        names = [self._relative(Path(path)) for path in self._copies.get(uri, (uri,))]
        return next((name for name in names if name in self._gold), names[0])

    def _relative(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.name

    def _checked(self, verdict: Verdict) -> Checked:
        return Checked(
            claim=verdict.claim,
            status=verdict.status,
            reason=verdict.reason,
            layer=verdict.layer,
            score=getattr(verdict, "score", None),  # a validator that gives none has no such field
            spots=tuple(Spot(source=self._name(p.uri), title=p.title, regions=p.regions) for p in verdict.places),
        )

    def _titled(self, items: Mapping[int, Item]) -> validator.Places:
        """Places that say the title only: it belongs to what a claim is held against."""

        def place(key: int, spans: Sequence[validator.Span]) -> Place:
            item = items[key]
            title = item.url if isinstance(item, Record) else self.assistant.library.source(item.source_id).title
            return Place(key=key, title=title, uri="")

        return place

    def _cited(self, claim: Claim, ledger: Sequence[Evidence]) -> Cited:
        """The claim before the whole validator, whatever layers the run itself was held to."""
        held = self.assistant.library.catalog.items([evidence.origin for evidence in ledger])
        items = {e.key: held[e.origin] for e in ledger if e.origin in held}

        def status(citations: Sequence[Citation]) -> Status:
            asked = claim.model_copy(update={"citations": tuple(citations)})
            return validator.validate([asked], items, self._titled(items))[0].status

        every = claim.citations
        return Cited(
            status=status(every),
            alone=tuple(status([citation]) for citation in every),
            without=tuple(status([c for c in every if c is not citation]) for citation in every),
        )
