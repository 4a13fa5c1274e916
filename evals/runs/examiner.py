"""Asks the cases of a suite and records everything that came of each."""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from langchain_core.callbacks import get_usage_metadata_callback

from agent import validator
from agent.answer import Answer, Citation, Claim, Place, Status, Verdict
from agent.assistant import Assistant, new_thread
from agent.llm.protocol import ANSWER
from evals.cases import API, Case
from evals.runs.trace import Checked, Cited, Found, Spot, Step, Took, Trace
from tools.errors import ModelNonsense, QuestionError, UnreadableFile
from tools.library.evidence import Evidence, Item, Record

OF_A_CASE = (QuestionError, UnreadableFile, ModelNonsense)
"""What one case may meet alone. A model or a library that is down ends the run, which can be resumed."""


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
        self._gold = frozenset(gold.source for gold in case.gold)
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
        state: dict[str, Any] = {}
        steps: list[Step] = []
        for node, update in self._timed(case, thread, seconds):
            state |= update or {}
            steps.append(self._step(node, state))
        start = time.perf_counter()
        cited = tuple(self._cited(verdict.claim, state["ledger"]) for verdict in state["answer"].verdicts)
        seconds["judge"] = time.perf_counter() - start
        found = tuple(self._found(e, e.key not in before) for e in state["ledger"])
        way = {"steps": tuple(steps), "evidence": found, "cited": cited}
        return self.recorded(case, state["answer"]).model_copy(update=way)

    def recorded(self, case: Case, answer: Answer) -> Trace:
        """What the answer to a case that was begun says by itself, without the way to it."""
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
            decided=verdict.decided,
            score=verdict.score,
            spots=tuple(Spot(source=self._name(p.uri), title=p.title, regions=p.regions) for p in verdict.places),
        )

    def _titled(self, items: Mapping[int, Item]) -> validator.Places:
        """Places that say the title only: it belongs to what a claim is checked against."""

        def place(key: int, spans: Sequence[validator.Span]) -> Place:
            item = items[key]
            title = item.url if isinstance(item, Record) else self.assistant.library.source(item.source_id).title
            return Place(key=key, title=title, uri="")

        return place

    def _cited(self, claim: Claim, ledger: Sequence[Evidence]) -> Cited:
        """The claim before the validator, whether or not the run itself was checked by it."""
        found = self.assistant.library.catalog.items([evidence.origin for evidence in ledger])
        items = {e.key: found[e.origin] for e in ledger if e.origin in found}

        def status(citations: Sequence[Citation]) -> Status:
            asked = claim.model_copy(update={"citations": tuple(citations)})
            return validator.validate([asked], items, self._titled(items))[0].status

        every = claim.citations
        return Cited(
            status=status(every),
            alone=tuple(status([citation]) for citation in every),
            without=tuple(status([c for c in every if c is not citation]) for citation in every),
        )
