"""extractive: the embedded default. Picks tools by plain rules, picks the sentences that answer, quotes them.

It writes nothing of its own: every claim is a sentence, a table row, a caption or an API's line as it stands. What is
asked about the library itself, as a summary, or as a count is answered from the catalogue, by first sentences, by a
query; see `intents`, `summaries` and `calculating`.
Where nothing answers well enough it says nothing, and the answer is "not found".
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from agent.answer import Citation, Claim
from agent.llm import calculating, summaries
from agent.llm.arguments import arguments
from agent.llm.intents import intent
from agent.llm.protocol import ANSWER, Brief, ChatModel, Decision, Draft, OnClaim, Shown, Similarity
from agent.llm.summaries import Wish
from tools import OWN_TOOLS
from tools.language import markdown, scripts
from tools.language.numbers import extract
from tools.language.sentences import sentences
from tools.language.words import OPPOSITE_VALUES, QUESTION_WORDS, STOP_WORDS, singulars, stem
from tools.tool import Tool

PICTURE_WORDS = frozenset(
    "diagram drawing figure photo photograph picture image screenshot schematic flowchart chart graph plot "
    "illustration dialog screen exploded".split()
)
IDLE = (STOP_WORDS | QUESTION_WORDS) - set("because during may might onto shall via s t".split())
"""Words that do not count; those taken out did when LEAST_SCORE was chosen, and answers change without them."""
POINTERS = frozenset("it its that this these those they them their there one ones same he she".split())
ASKS_NUMBER = re.compile(
    r"\bhow (?:much|many|often|long|far|high|low|hot|cold|big|large|heavy|fast|thick|wide|deep)\b"
    r"|\bwhat(?:'s| is| are)? (?:the )?(?:\w+ )?(?:torque|pressure|temperature|voltage|current|speed|weight|power|"
    r"interval|percentage|number|price|cost|capacity|volume|level|limit|clearance|setting)\b"
    r"|\bat what\b|\bin what year\b",
    re.IGNORECASE,
)
CODE = re.compile(r"\b(?=[\w./-]*\d)(?=[\w./-]*[A-Za-z])[A-Za-z0-9]+(?:[-/.][A-Za-z0-9]+)*\b")
"""Part numbers, error codes, sizes: a token with a letter and a digit."""
HEADING = re.compile(r"(?:\d+(?:\.\d+)*\.? +)?[^\d.!?:;]{3,70}")
"""A short line without a full stop and, past its section number, without a figure."""
MOST_CLAIMS = 3
MOST_LINES = 12
"""Rows of a result, or documents, that are said."""
CLOSE = 0.91
"""A further unit is said too where its score is at least this share of the best one's."""
LEAST_SCORE = 0.5
"""Below it, the nearest unit is nonsense; chosen on the answerable and unanswerable questions of the sample."""
LEAST_COVERAGE = 0.25
MEASURES = (
    (r"\btorque|\bhow tight", r"N·?\s?m\b|lbf"),
    (r"\bpressure\b", r"\b(?:m?bar|psi|[kMh]?Pa)\b"),
    (r"\btemperature\b|\bhow (?:hot|cool|cold|warm)\b", r"°|\bdegrees?\b"),
    (r"\bweigh|\bmass\b|\bhow heavy\b|\bhow many kilos\b", r"\b(?:kg|g|t|lbs?|tonnes?|kilos?)\b"),
    (r"\bpercent", r"%|\bpercent"),
    (r"\bcosts?\b|\bprice\b", r"\bprice|\bcost|[€$£]|\b(?:EUR|USD|GBP)\b"),
    (r"\bhow often\b|\binterval\b|\bhow many hours\b", r"\b(?:h|hours?|days?|weeks?|months?|years?|shift)\b|ly\b"),
)
"""What is asked for, and the units that an answer to it has."""
NUMBER = re.compile(r"(?<![\w.-])\d+(?:\.\d+)?(?![\w-])")
AND_ALSO = re.compile(r",?\s+and\s+(?=(?:how|what|when|where|which|who|why)\b)", re.IGNORECASE)
ASKED_FOR = re.compile(r"\b(?:which|what)\s+(\w+(?:\s+\w+)?)", re.IGNORECASE)
"""The noun a question asks for: "which controller output drives ..." """
NUMBERED = re.compile(r"\b(?:figure|fig\.|table|section|chapter)\s+(\d+(?:[-.]\d+)*)", re.IGNORECASE)
FITS = re.compile(r"\b(?:fits?|replaces?|supersedes?)\b[^.;\n]*", re.IGNORECASE)
LONG_CODE = 8
"""Characters from which a code names one thing in the world: a serial number, a file name."""
SMALL = 800
"""Characters up to which a piece of evidence speaks of one thing: a dialog, a label, a catalogue entry."""
MOST_EMBEDDED = 24
"""Units that are compared by meaning, after the words chose them: this bounds the time of a turn."""


@dataclass(frozen=True)
class Unit:
    """What can be said: `text` is the claim, `quote` stands verbatim in evidence `key`, `context` explains it."""

    text: str
    quote: str
    shown: Shown
    context: str = ""
    order: int = 0
    score: float = 0.0


class Extractive(ChatModel):
    """The model of that name. `similarity` is the text encoder's cosine. It sees nothing and is no judge."""

    name = "extractive"

    def __init__(self, similarity: Similarity) -> None:
        self._similarity = similarity

    def step(self, brief: Brief, tools: Sequence[Tool], on_claim: OnClaim = lambda claim: None) -> Decision | Draft:
        """A call as long as a rule names one, then the answer."""
        decision = self.decide(brief, tools) if brief.may_search else Decision(thought="", action=ANSWER)
        return self.draft(brief) if decision.action == ANSWER else decision

    def decide(self, brief: Brief, tools: Sequence[Tool]) -> Decision:
        """The first of its rules whose call was not made yet in this turn; then "answer"."""
        by_name = {tool.name: tool for tool in tools}
        done = {(call.tool, str(call.args)) for call in brief.calls}
        for thought, action, args in self._wishes(brief, by_name):
            if action in by_name and (action, str(args)) not in done:
                return Decision(thought=thought, action=action, args=args)
        return Decision(thought="Everything that the rules name was searched.", action=ANSWER)

    def _wishes(self, brief: Brief, tools: dict[str, Tool]) -> Iterable[Wish]:
        query = standalone(brief)
        if brief.image is not None:
            yield "There is a picture: find what looks like it.", "search_by_image", {"key": 0, "words": ""}
        elif (about := intent(brief.question, self._similarity)) == "library":
            yield "The question is about the library.", "list_documents", {"words": brief.question}
            return
        elif about == "summary":
            yield from summaries.calls(brief, self._similarity)
            return
        cited = brief.cited if _points_back(brief.question) else []
        texts = [brief.question, *(shown.text for shown in cited)]
        for tool in (tool for name, tool in tools.items() if name not in OWN_TOOLS):
            if (args := arguments(tool, brief.question, texts)) is not None:
                yield f"The question fits '{tool.name}'.", tool.name, args
        if _wants_picture(brief.question):
            yield "The question asks for a picture.", "search_images", {"query": query}
        yield "Look it up in the text.", "search_text", {"query": query}
        if brief.feedback:
            keywords = " ".join(dict.fromkeys(_words(query)))
            yield "Nothing answered: try the bare keywords.", "search_text", {"query": keywords or query}
            yield "Nothing answered: a picture may.", "search_images", {"query": query}
        wanted = calculating.asked(brief.question)
        if wanted and (wanted.by_table_first or brief.feedback):
            yield from self._calculation(brief, wanted)

    def _calculation(self, brief: Brief, wanted: calculating.Aggregate) -> Iterable[Wish]:
        yield "It has to be worked out: which tables are there?", "query_table", {"query": brief.question, "sql": ""}
        tables = [table for shown in brief.found_by("query_table") for table in calculating.told(shown.text)]
        if sql := calculating.sql(brief.question, wanted, tables, self._similarity):
            yield "Work it out.", "query_table", {"query": "", "sql": sql}

    def draft(self, brief: Brief) -> Draft:
        """What the question is answered by as a whole (the catalogue, first sentences, a query's rows), or else the
        units that answer it best."""
        about = "content" if brief.image else intent(brief.question, self._similarity)
        if about == "library":
            return Draft(claims=_lines(brief.found_by("list_documents")))
        if about == "summary":
            firsts = summaries.first_sentences(brief, self._similarity)
            return Draft(claims=firsts, note=summaries.NOTE if firsts else "")
        if any(call.error and call.tool not in OWN_TOOLS for call in brief.calls):
            return Draft()  # an API that the question fits has no answer: what a document says is another matter
        results = _lines([shown for shown in brief.found_by("query_table") if "#sql=" in shown.title])
        return Draft(claims=results) if results else self._quoted(brief)

    def _quoted(self, brief: Brief) -> Draft:
        """Up to three units, best first; none where the best is not good enough. A part of the question that nothing
        answers is named."""
        units = _units(brief)
        best = {question: self._best(question, units) for question in parts(standalone(brief))} if units else {}
        chosen = _different([unit for some in best.values() for unit in some])[:MOST_CLAIMS]
        missing = [question for question, some in best.items() if not some and not brief.history]
        return Draft(claims=tuple(map(_claim, chosen)), missing=" ".join(missing) if chosen else "")

    def _best(self, question: str, units: Sequence[Unit]) -> list[Unit]:
        """The unit that answers one question, and those that answer it about as well; none where none does."""
        good = [unit for unit in self.ranked(question, units) if _good_enough(unit, question)]
        return [unit for unit in good if unit.score >= CLOSE * good[0].score]

    def ranked(self, question: str, units: Sequence[Unit]) -> list[Unit]:
        """By words, meaning and rank of the evidence; see `_score`. Best first, order of reading breaks ties."""
        weights = _weights(question, units)
        covered = {id(u): coverage(weights, u) for u in units}
        short = sorted(units, key=lambda u: (-covered[id(u)] - _prior(u), u.order))[:MOST_EMBEDDED]
        cosines = self._similarity(question, [f"{u.context} {u.text}".strip() for u in short])
        scored = [
            replace(u, score=_score(u, covered[id(u)], cosine, question))
            for u, cosine in zip(short, cosines, strict=True)
        ]
        return sorted(scored, key=lambda u: (-u.score, u.order))


# what the question means


def parts(question: str) -> list[str]:
    """The questions in it, each with the statements before it: "It tripped on E21. How cool must it get?" is one;
    "Show me the diagram. Which output drives K2?" and "What is it and what does it cost?" are two."""
    found: list[str] = []
    told = ""
    for span in sentences(question):
        sentence = question[span.start : span.end]
        if sentence.endswith("?") or _wants_picture(sentence):
            first, *more = AND_ALSO.split(sentence)
            found += [f"{told} {first}".strip(), *more]
        elif found:  # what a follow-up points back at stands behind it
            found[-1] = f"{found[-1]} {sentence}"
        else:
            told = f"{told} {sentence}".strip()
    return found or [question]


def standalone(brief: Brief) -> str:
    """The question with what it points at: "and how often?" needs the turn before it to be searched."""
    if not brief.history or not _points_back(brief.question):
        return brief.question
    last = brief.history[-1]
    cited = [shown for shown in brief.evidence if shown.key in last.keys]
    names = " ".join(_first_line(shown.text) for shown in cited if shown.kind in ("figure", "record"))[:200]
    return f"{brief.question} {' '.join(_words(last.question))} {names}".strip()


def _points_back(question: str) -> bool:
    words = re.findall(r"[a-z']+", question.lower())
    if not words:
        return False
    return words[0] in ("and", "then", "also") or bool(POINTERS & set(words)) or len(_words(question)) < 2


def _first_line(text: str) -> str:
    return text.split("\n", 1)[0]


def _wants_picture(question: str) -> bool:
    return bool(PICTURE_WORDS & set(re.findall(r"[a-z]+", question.lower())))


# what can be said


def _units(brief: Brief) -> list[Unit]:
    """Sentences, rows, captions and lines of what this turn found, or of what the question points back at."""
    cited = brief.history[-1].keys if brief.history and _points_back(brief.question) else ()
    usable = [shown for shown in brief.evidence if shown.fresh or shown.key in cited]
    makers: dict[str, Callable[[Shown], Iterable[Unit]]] = {
        "passage": _sentence_units,
        "table": _row_units,
        "figure": _figure_units,
        "record": _line_units,
    }
    units = [unit for shown in usable for unit in makers[shown.kind](shown)]
    return [replace(unit, order=order) for order, unit in enumerate(units)]


def _sentence_units(shown: Shown) -> Iterable[Unit]:
    """Sentences; a line that is a heading says nothing by itself and explains what follows it."""
    heading = shown.heading
    for span in sentences(shown.text):
        text = " ".join(shown.text[span.start : span.end].split())
        if HEADING.fullmatch(text):
            heading = text
        elif len(text.split()) >= 3:
            yield Unit(text, shown.text[span.start : span.end], shown, heading)


def _row_units(shown: Shown) -> Iterable[Unit]:
    """A row reads as 'column: cell · column: cell'; its quote is the row as it stands."""
    caption = _first_line(shown.text) if not shown.text.startswith("|") else ""
    for row in markdown.rows(shown.text):
        if any(cell.strip("-: ") for cell in row.cells):
            pairs = [f"{h}: {c}" if h else c for h, c in zip(row.header, row.cells, strict=False) if c]
            quote = shown.text[row.start : row.end].strip("| \n")
            yield Unit(" · ".join(pairs), quote, shown, f"{shown.heading} {caption}".strip())


def _figure_units(shown: Shown) -> Iterable[Unit]:
    """The lines of its caption (or paired text), then what is written in it. A picture without a word says nothing."""
    context = f"{shown.heading} {_first_line(shown.text)[:120]}".strip()
    for span in sentences(shown.text):
        text = shown.text[span.start : span.end]
        if len(text.split()) >= 2:
            yield Unit(" ".join(text.split()), text, shown, context)


def _line_units(shown: Shown) -> Iterable[Unit]:
    whole = " ".join(shown.text.split("\n"))
    for line in shown.text.split("\n"):
        if line.strip():
            yield Unit(line.strip(), line.strip(), shown, whole[:400])


# how good it is


def _words(text: str) -> list[str]:
    """Stems of the content words; codes stay whole."""
    return [stem(word) for word in scripts.words(text) if word not in IDLE]


def _weights(question: str, units: Sequence[Unit]) -> dict[str, float]:
    """Question word → how rare it is among the units: ln(1 + n / (1 + df)). Picture words ask, they do not answer."""
    asked = set(_words(question))
    asked = {w for w in asked if w not in PICTURE_WORDS} or asked
    found = Counter(word for unit in units for word in set(_words(f"{unit.context} {unit.text}")))
    return {word: math.log(1 + len(units) / (1 + found[word])) for word in asked}


def coverage(weights: dict[str, float], unit: Unit) -> float:
    """Share (0 to 1) of the question's weight that the unit covers; its context counts six tenths."""
    text, context = set(_words(unit.text)), set(_words(unit.context))
    total = sum(weights.values())
    got = sum(w if word in text else 0.6 * w if word in context else 0.0 for word, w in weights.items())
    return got / total if total else 0.0


def _prior(unit: Unit) -> float:
    """What the search thought of it: 0.1 for the first hit, falling. What a picture or an API was asked for counts
    more, and of a figure that looks alike, the first line of what is written about it: its name."""
    if unit.shown.kind == "record":
        return 0.35
    if unit.shown.tool == "search_by_image":
        return (0.6 if unit.shown.text.startswith(unit.quote) else 0.45) / unit.shown.rank
    return 0.1 / unit.shown.rank


def _score(unit: Unit, covered: float, cosine: float, question: str) -> float:
    """0 to about 1.3: words and meaning weigh about the same; a code that was asked for weighs most in a cell."""
    score = 0.45 * covered + 0.55 * max(cosine, 0.0) + _prior(unit)
    if ASKS_NUMBER.search(question):
        score += 0.05 if re.search(r"\d", unit.text) else -0.1
    numbers = set(NUMBER.findall(question))
    if numbers - set(NUMBER.findall(f"{unit.text} {unit.context}")):
        score -= 0.1
    codes = _codes(question)
    about = unit.shown.text if len(unit.shown.text) < SMALL else unit.text
    if codes and all(_is_token(code, about.lower()) for code in codes):
        score += 0.25 if codes & {cell.lower() for cell in re.split(r" · |: ", unit.text)} else 0.15
    if _wants_picture(question) and unit.shown.kind == "figure":
        score += 0.1
    asked = {word for found in ASKED_FOR.findall(question) for word in singulars(found)}
    return score + 0.16 * len(asked & singulars(unit.text)) / max(len(asked), 1)


def _good_enough(unit: Unit, question: str) -> bool:
    """Good by score and by words; with the codes, and in the units of measurement, that were asked for."""
    if not all(condition(question, unit) for condition in (_about_it, _measures_it, _same_values, _not_the_opposite)):
        return False
    if unit.shown.tool == "search_by_image" and unit.shown.rank == 1 and unit.shown.fresh:
        return True  # it is the picture that was asked about, whatever words its text has
    if unit.shown.kind == "record" and unit.score >= LEAST_SCORE:
        return True
    weights = dict.fromkeys(_words(question), 1.0)
    return unit.score >= LEAST_SCORE and coverage(weights, unit) >= LEAST_COVERAGE and _of_the_subject(unit, question)


def _of_the_subject(unit: Unit, question: str) -> bool:
    """A table row is about what stands in the row: of the words that header and caption do not explain, it has more
    than half. "Torque of the safety valve" is not the row of another joint of the same table."""
    if unit.shown.kind != "table" or _codes(question):
        return True
    subject = set(_words(question)) - set(_words(unit.context)) - PICTURE_WORDS
    return not subject or len(subject & set(_words(unit.text))) > len(subject) / 2


def _about_it(question: str, unit: Unit) -> bool:
    """The codes, and the figure or table, that the question names are those of the unit. That a part fits a machine
    does not make what is said of the part a statement on the machine."""
    named = {number for number in NUMBERED.findall(question)}
    if named and not named & set(NUMBERED.findall(f"{unit.text} {unit.context}")):
        return False
    return _has_codes(_codes(question), unit, ignore_fits=not FITS.search(question))


def _measures_it(question: str, unit: Unit) -> bool:
    """Asked for a torque, a statement without a unit of torque does not answer."""
    wanted = [measure for asked, measure in MEASURES if re.search(asked, question, re.IGNORECASE)]
    return all(re.search(measure, unit.text) for measure in wanted)


def _not_the_opposite(question: str, unit: Unit) -> bool:
    """Asked for the minimum, the maximum does not answer."""
    asked, said = (set(re.findall(r"[a-z]+", text.lower())) for text in (question, f"{unit.text} {unit.context}"))
    pairs = [pair for a, b in OPPOSITE_VALUES for pair in ((a, b), (b, a))]
    return not any(a in asked and b not in asked and b in said and a not in said for a, b in pairs)


def _same_values(question: str, unit: Unit) -> bool:
    """A quantity in the question is a condition: what holds at 50 Hz does not answer for 60 Hz."""
    there = extract(f"{unit.text} {unit.context}")
    wanted = [quantity for quantity in extract(question) if quantity.unit]
    return all(any(q.dimension == t.dimension and t.low <= q.high and q.low <= t.high for t in there) for q in wanted)


def _codes(text: str) -> set[str]:
    return {code.lower() for code in CODE.findall(text.translate(scripts.DASHES))}


def _has_codes(codes: set[str], unit: Unit, ignore_fits: bool) -> bool:
    """Each of them is near: in the unit or its context; in a small piece of evidence, or for a long code such as a
    serial number, anywhere in it."""
    near = f"{unit.text} {unit.context}".lower()
    whole = f"{near} {unit.shown.text.lower()}"
    if ignore_fits:
        near, whole = FITS.sub("", near), FITS.sub("", whole)
    small = len(unit.shown.text) < SMALL
    return all(_is_token(code, whole if small or len(code) >= LONG_CODE else near) for code in codes)


def _is_token(code: str, text: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(code)}(?![\w-])", text.translate(scripts.DASHES)) is not None


def _different(units: Sequence[Unit]) -> list[Unit]:
    """The same statement once, though passages overlap."""
    return list({unit.text.lower(): unit for unit in reversed(units)}.values())[::-1]


def _claim(unit: Unit) -> Claim:
    return Claim(text=unit.text, citations=(Citation(key=unit.shown.key, quote=unit.quote),))


def _lines(shown: Sequence[Shown]) -> tuple[Claim, ...]:
    """Each row, or else each line, of what answers as a whole: a query's result, the catalogue's reply."""
    rows = [_claim(unit) for one in shown for unit in _row_units(one)]
    lines = [_claim(Unit(line, line, one)) for one in shown for line in one.text.splitlines()]
    return tuple((rows or lines)[:MOST_LINES])
