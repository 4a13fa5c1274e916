"""extractive: the embedded default. A small reader of ours chooses what answers; it is quoted as it stands.

It writes nothing of its own: every claim is a sentence, a table row, a list, a caption or an API's line. Where the
reader finds nothing that answers it says nothing, and the answer is "not found". The reader knows English.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from agent.answer import Claim
from agent.llm import calculating, summaries
from agent.llm.arguments import arguments
from agent.llm.intents import intent
from agent.llm.protocol import ANSWER, Brief, ChatModel, Decision, Draft, OnClaim, Shown, Similarity
from agent.llm.summaries import Wish
from agent.llm.units import claim, is_heading, passage, quoted, with_list
from tools import OWN_TOOLS
from tools.language import scripts
from tools.language.blocks import units
from tools.language.numbers import extract
from tools.language.sentences import sentences
from tools.library.encode.answers import AnswerReader, ScoredUnit, answer_reader
from tools.tool import Tool

CODE = re.compile(r"\b(?=[\w./-]*\d)(?=[\w./-]*[A-Za-z])[A-Za-z0-9]+(?:[-/.][A-Za-z0-9]+)*\b")
"""Part numbers, error codes, sizes: a token with a letter and a digit."""
AND_ALSO = re.compile(
    r",?\s+(?:and|und|et|y)\s+(?=(?:how|what|when|where|which|who|why|wie|was|wann|wo|wer|comment|quand|où|qui|cómo)\b)",
    re.IGNORECASE,
)
"""Where a second question begins in the same sentence."""
ASKS = ("?", "？", "؟")
"""How questions end."""
MOST_CLAIMS = 3
"""Of one part of a question."""
CLOSE = 0.7
"""Log-odds below the best unit's within which a further one is said too."""
SMALL = 800
"""Characters up to which a piece of evidence speaks of one thing: a dialog, a label, a catalogue entry."""
READ_FIRST = 5
"""Items that are read before the others, and alone where one of them answers: reading 8 passages takes 0.4 s."""
MOST_LINES = 12
"""Rows of a result, or documents, that are said."""


class Found(NamedTuple):
    """A unit that may answer, and where it stands."""

    shown: Shown
    scored: ScoredUnit


class Extractive(ChatModel):
    """The model of that name. `similarity` is the text encoder's cosine. It sees nothing and is no judge."""

    name = "extractive"

    def __init__(self, similarity: Similarity, reader: AnswerReader | None = None) -> None:
        self._similarity = similarity
        self._given = reader

    @property
    def _reader(self) -> AnswerReader:
        return self._given or answer_reader()

    def step(self, brief: Brief, tools: Sequence[Tool], on_claim: OnClaim = lambda claim: None) -> Decision | Draft:
        """A call as long as there is one to make, then the answer."""
        decision = self.decide(brief, tools) if brief.may_search else Decision(thought="", action=ANSWER)
        return self.write(brief) if decision.action == ANSWER else decision

    def decide(self, brief: Brief, tools: Sequence[Tool]) -> Decision:
        """The first call that is worth making and was not made yet in this turn; then "answer"."""
        by_name = {tool.name: tool for tool in tools}
        done = {(call.tool, str(call.args)) for call in brief.calls}
        for thought, action, args in self._wishes(brief, by_name):
            if action in by_name and (action, str(args)) not in done:
                return Decision(thought=thought, action=action, args=args)
        return Decision(thought="All that may help was searched.", action=ANSWER)

    def _wishes(self, brief: Brief, tools: dict[str, Tool]) -> Iterable[Wish]:
        if brief.image is not None:
            yield "There is a picture: find what looks like it.", "search_by_image", {"key": 0, "words": ""}
        elif (about := intent(brief.question, self._similarity)) == "library":
            yield "The question is about the library.", "list_documents", {"words": brief.question}
            return
        elif about == "summary":
            yield from summaries.calls(brief, self._similarity)
            return
        texts = [brief.question, *(shown.text for shown in brief.cited)]
        for tool in (tool for name, tool in tools.items() if name not in OWN_TOOLS):
            if (args := arguments(tool, brief.question, texts)) is not None:
                yield f"The question fits '{tool.name}'.", tool.name, args
        for query in dict.fromkeys((brief.question, joined(brief))):
            yield "Look it up in the text.", "search_text", {"query": query}
        yield "A picture may show it.", "search_images", {"query": joined(brief)}
        wanted = calculating.asked(brief.question)
        if wanted and (wanted.by_table_first or brief.feedback):
            yield from self._calculation(brief, wanted)

    def _calculation(self, brief: Brief, wanted: calculating.Asked) -> Iterable[Wish]:
        yield "It has to be worked out: which tables are there?", "query_table", {"query": brief.question, "sql": ""}
        tables = [table for shown in brief.found_by("query_table") for table in calculating.told(shown.text)]
        if sql := calculating.sql(brief.question, wanted, tables, self._similarity):
            yield "Work it out.", "query_table", {"query": "", "sql": sql}

    def write(self, brief: Brief) -> Draft:
        """What answers each part of the question, best first; what is missing is named."""
        about = "content" if brief.image else intent(brief.question, self._similarity)
        if about == "library":
            return Draft(claims=_lines(brief.found_by("list_documents")))
        if about == "summary":
            firsts = summaries.first_sentences(brief, self._similarity)
            return Draft(claims=firsts, note=summaries.NOTE if firsts else "")
        if any(call.error and call.tool not in OWN_TOOLS for call in brief.calls):
            return Draft()  # an API that the question fits has no answer: what a document says is another matter
        if results := _lines([shown for shown in brief.found_by("query_table") if "#sql=" in shown.title]):
            return Draft(claims=results)
        if brief.feedback and not brief.found_by("query_table"):
            return Draft()  # nothing came since it was read
        answers = {part: self._answers(part, brief) for part in parts(brief.question)}
        missing = [part for part, claims in answers.items() if not claims]
        claims = dict.fromkeys(one for claims in answers.values() for one in claims)
        return Draft(claims=tuple(claims), missing=" ".join(missing) if claims else "")

    def _answers(self, part: str, brief: Brief) -> list[Claim]:
        """The unit that answers one part, and those that answer it about as well; none where nothing does, or where a
        follow-up is answered by nothing but what was said before."""
        found = self.ranked(part, brief)
        best = [one for one in found if one.scored.score >= found[0].scored.score - CLOSE][:MOST_CLAIMS]
        before = brief.history[-1].answer.casefold() if brief.history else ""
        said = [self._said(one, best) for one in best]
        new = [one for one in said if not before or one.text.casefold() not in before]
        return list({one.text.casefold(): one for one in reversed(new)}.values())[::-1]

    def _said(self, one: Found, chosen: Sequence[Found]) -> Claim:
        unit, scored = one.scored.unit, one.scored
        if unit.kind == "item" or unit.text.endswith(":"):
            return with_list(one.shown, unit, [other.scored.unit for other in chosen if other.shown == one.shown])
        sure = scored.span_score >= self._reader.calibration.sure
        return claim(one.shown, unit, scored.span if sure else (0, 0))

    def ranked(self, part: str, brief: Brief) -> list[Found]:
        """The units that may answer, best first; none where the reader finds that nothing answers.

        Of the person's own picture the one most like it speaks, of an API that was called its reply, else all.
        A follow-up is read with the question before it.
        """
        usable = sorted(
            (shown for shown in brief.evidence if shown.fresh or shown in brief.cited), key=lambda one: one.rank
        )
        asked_for = [one for one in brief.found_by("search_by_image") if one.rank == 1] if brief.image else []
        asked_for = asked_for or [one for one in usable if one.fresh and one.kind == "record"]
        last = brief.history[-1] if brief.history else None
        for some, sure in ((asked_for, True), (usable[:READ_FIRST], False), (usable[READ_FIRST:], False)):
            read = self._reader.read(part, [passage(shown) for shown in some], last.question if last else "")
            if sure or read.answerable >= self._reader.calibration.answerable:
                found = [Found(some[one.passage], one) for one in read.units]
                found = [one for one in found if _names_it(part, *one) and not is_heading(one.scored.unit, usable)]
                if found:
                    return sorted(found, key=lambda one: -one.scored.score)
        return []


# what the question means


def parts(question: str) -> list[str]:
    """The questions in it, each with the statements before it: "It tripped on E21. How cool must it get?" is one;
    "What is it and what does it cost?" are two."""
    found: list[str] = []
    told = ""
    for span in sentences(question):
        sentence = question[span.start : span.end]
        if sentence.endswith(ASKS):
            first, *more = AND_ALSO.split(sentence)
            found += [f"{told} {first}".strip(), *more]
        elif found:  # what a follow-up points back at stands behind it
            found[-1] = f"{found[-1]} {sentence}"
        else:
            told = f"{told} {sentence}".strip()
    return found or [question]


def joined(brief: Brief) -> str:
    """The question with the one before it, which says what a follow-up is about, and the figures that were cited."""
    if not brief.history:
        return brief.question
    names = " ".join(shown.text.split("\n", 1)[0] for shown in brief.cited if shown.kind in ("figure", "record"))
    return f"{brief.question} {brief.history[-1].question} {names[:200]}".strip()


# what can be said


def _names_it(question: str, shown: Shown, scored: ScoredUnit) -> bool:
    """Codes and quantities that the question names are in the unit, in what it stands under, or in a small piece of
    evidence: what holds for E21 does not answer for E33, what holds at 50 Hz not for 60 Hz."""
    text = shown.text if len(shown.text) < SMALL else f"{scored.unit.text} {shown.text.split(chr(10), 1)[0]}"
    near = f"{shown.title} {shown.heading} {text}"
    plain = near.translate(scripts.DASHES).casefold()
    codes = {code.casefold() for code in CODE.findall(question.translate(scripts.DASHES))}
    if not all(re.search(rf"(?<![\w-]){re.escape(code)}(?![\w-])", plain) for code in codes):
        return False
    wanted, there = ([one for one in extract(text) if one.unit] for text in (question, near))
    return all(any(q.dimension == t.dimension and t.low <= q.high and q.low <= t.high for t in there) for q in wanted)


def _lines(shown: Sequence[Shown]) -> tuple[Claim, ...]:
    """Each row, or else each line, of what answers as a whole: the result of a query, the catalogue's reply."""
    rows = [claim(one, unit) for one in shown for unit in units(one.text) if unit.kind == "row"]
    lines = [quoted(one, line) for one in shown for line in one.text.splitlines()]
    return tuple((rows or lines)[:MOST_LINES])
