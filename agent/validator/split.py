"""A claim that joins statements, taken apart: each part is judged alone, and the weakest decides.

Splitting gains more than a larger model (Kamoi et al. 2023, WiCE). Without a parser only joints that are sure are
cut: the ends of sentences, semicolons, and a conjunction or relative after which a new verb group begins.
"""

import re

from agent.validator.windows import terms

LEAST_WORDS = 4
"""A part with fewer words is no statement of its own and stays with what is before it."""
_SENTENCE = re.compile(
    r"(?<=[.!?])(?<!\b[A-Z]\.)(?<!\bNo\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bFig\.)\s+(?=[A-Z“\"(\d])|;\s+"
)
_VERB = (
    r"(?:is|are|was|were|has|have|had|does|do|did|can|could|will|would|should|must|may|might|cannot|"
    r"[a-z]{3,}(?:s|ed))"
)
_SUBJECT = r"(?:(?:the|a|an|this|these|those|its|their|his|her|it|they|he|she|there|we|you)\b(?: [\w’'-]+){0,4}? |)"
_JOINT = re.compile(
    rf",? (?:and|but|while|whereas|although)(?: also)? (?={_SUBJECT}{_VERB}\b)|, (?:which|who) (?={_VERB}\b)"
)
_VERB_BEFORE = re.compile(rf"\b{_VERB}\b")


def split(claim: str) -> list[str]:
    """The statements of the claim in order, at least one; a part without a subject of its own gets the first one's."""
    found = [part.strip() for sentence in _SENTENCE.split(claim) for part in _clauses(sentence)]
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


_STRETCH = re.compile(
    r"[,;:.]\s|\b(?:and|or|but|because|while|whereas|although|which|who|that|when|after|before|since|so)\b"
)


def segments(claim: str) -> list[str]:
    """The claim cut at every comma and conjunction, pieces of one content word joined to the next; at least one.

    Cruder than `split`: good for asking which stretch the evidence has least of, not for reading.
    """
    found, held = [], ""
    for piece in _STRETCH.split(claim):
        held = f"{held} {piece}"
        if len(terms(held)) >= 2:
            found.append(held.strip())
            held = ""
    if found and held.strip():
        found[-1] = f"{found[-1]} {held.strip()}"
    return found or [claim]
