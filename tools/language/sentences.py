"""Sentences: where they stand in a document, where one ends, and what statements a claim joins."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tools.language.words import terms

_ABBREVIATIONS = (r"[Nn]o", "Fig", "max", "min", "approx", "ca", r"e\.g", r"i\.e", "[A-Z]")
STOP = "(?<=[.!?])" + "".join(rf"(?<!\b{word}\.)" for word in _ABBREVIATIONS)
"""A regular expression for the place after a full stop that is not an abbreviation's."""
CLOSING = r"['\")\]]*"
"""What may stand between a full stop and the next sentence."""
_END = re.compile(rf"{STOP}{CLOSING}\s+(?=\S)|\n+")


class Span(NamedTuple):
    """Characters start to end (exclusive) of a text."""

    start: int
    end: int


def sentences(text: str) -> list[Span]:
    """Where the sentences of a document stand; a line end always ends one."""
    from syntok import segmenter

    spans, offset = [], 0
    for line in text.split("\n"):
        for paragraph in segmenter.process(line):
            for tokens in paragraph:
                start, end = tokens[0].offset, tokens[-1].offset + len(tokens[-1].value)
                spans += [Span(offset + a, offset + b) for a, b in _after_units(line, start, end)]
        offset += len(line) + 1
    return spans


_MEASURE_STOP = re.compile(r"\d\s?[°%A-Za-zµΩ·²³/]{0,5}\.(?=\s+[A-Z])")


def _after_units(line: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """syntok takes the C of "82 °C. Running ..." for an initial: a measure and a full stop end a sentence."""
    for stop in _MEASURE_STOP.finditer(line, start, end):
        yield start, stop.end()
        start = stop.end() + len(line[stop.end() :]) - len(line[stop.end() :].lstrip())
    yield start, end


def cut(text: str) -> list[str]:
    """A passage cut at line ends and full stops: quicker than `sentences`, and cruder."""
    return _END.split(text)


# --- what a claim joins --------------------------------------------------------------------------------------

LEAST_WORDS = 4
"""A part with fewer words is no statement of its own and stays with what is before it."""
_STATEMENT_END = re.compile(rf"{STOP}\s+(?=[A-Z“\"(\d])|;\s+")
_VERB = (
    r"(?:is|are|was|were|has|have|had|does|do|did|can|could|will|would|should|must|may|might|cannot|"
    r"[a-z]{3,}(?:s|ed))"
)
_SUBJECT = r"(?:(?:the|a|an|this|these|those|its|their|his|her|it|they|he|she|there|we|you)\b(?: [\w’'-]+){0,4}? |)"
_JOINT = re.compile(
    rf",? (?:and|but|while|whereas|although)(?: also)? (?={_SUBJECT}{_VERB}\b)|, (?:which|who) (?={_VERB}\b)"
)
_VERB_BEFORE = re.compile(rf"\b{_VERB}\b")


def statements(claim: str) -> list[str]:
    """The statements that a claim joins, in order, at least one; a part without a subject gets the first one's.

    Splitting gains more than a larger model (Kamoi et al. 2023, WiCE). Without a parser only joints that are sure
    are cut: full stops, semicolons, and a conjunction or relative after which a new verb group begins.
    """
    found = [part.strip() for sentence in _STATEMENT_END.split(claim) for part in _clauses(sentence)]
    return found or [claim]


def _clauses(sentence: str) -> list[str]:
    parts, start = [], 0
    for joint in _JOINT.finditer(sentence):
        before, after = sentence[start : joint.start()], sentence[joint.end() :]
        if min(len(before.split()), len(after.split())) >= LEAST_WORDS and _VERB_BEFORE.search(before):
            parts.append(before)
            start = joint.end()
    parts.append(sentence[start:])
    return [parts[0], *(_with_subject(part, parts[0]) for part in parts[1:])]


def _with_subject(part: str, first: str) -> str:
    """ "is red" after "The lamp is hot" -> "The lamp is red"."""
    if not re.match(rf"{_VERB}\b", part):
        return part
    verb = _VERB_BEFORE.search(first)
    subject = first[: verb.start()].strip(" ,") if verb else ""
    return f"{subject} {part}" if subject and len(subject.split()) <= 8 else part


_SEGMENT_END = re.compile(
    r"[,;:.]\s|\b(?:and|or|but|because|while|whereas|although|which|who|that|when|after|before|since|so)\b"
)


def segments(text: str) -> list[str]:
    """The text cut at every comma and conjunction, pieces of one content word joined to the next; at least one.

    Cruder than `statements`: good for asking which stretch a source has least of, not for reading.
    """
    found, piece = [], ""
    for part in _SEGMENT_END.split(text):
        piece = f"{piece} {part}"
        if len(terms(piece)) >= 2:
            found.append(piece.strip())
            piece = ""
    if found and piece.strip():
        found[-1] = f"{found[-1]} {piece.strip()}"
    return found or [text]
