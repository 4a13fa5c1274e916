"""Small words that decide how far a statement goes: all or some, must or may, done or planned, before or after.

They are stop words to everything that counts words, and an entailment model of this size does not see them (a tester
got 82 of 218 false claims past it, most of them by such a word). So a difference in them is a doubt.
"""

import re

from tools.language.words import STOP_WORDS, WORD, stem

_ALL = frozenset("all every each both only always none never entire entirely".split())
_SOME = frozenset(
    "some few most almost nearly sometimes several many partly partially often usually mostly occasionally half".split()
)
_MAY = frozenset("may can might could possible possibly able allowed permitted optional optionally".split())
_SHOULD = frozenset("should ought recommended recommend advisable advised preferably".split())
_NOT_YET = frozenset(
    "intend intends intended planned planning expect expects expected allege alleges alleged allegedly claimed suggest "
    "suggests suggested hope hopes hoped predict predicts predicted attempted tries tried recommend recommends "
    "recommended propose proposes proposed believe believes believed estimated considers reportedly supposed likely "
    "probably would".split()
)
_NOUNS = re.compile(r"\b(?:plan|claim|attempt|estimate|forecast)s? (?=to\b|that\b)", re.IGNORECASE)
"""Nouns, except before "to" and "that"."""
_PLACES = frozenset(
    "on under above below behind beneath before after during from inside outside among without over beside".split()
)


def differ(claim: str, source: str, sentence: str) -> str:
    """In what claim and source do not go equally far; "" where they do.

    `source`: the clauses that tell of it; `sentence`: all of the sentences that these stand in.
    """
    said, told = _words(claim), _words(source)
    mine, theirs = set(said), set(told)
    if mine & _ALL - theirs:
        return "The claim says it of more than the source does"
    if theirs & _SOME and not mine & (_SOME | _MAY):
        return "The source says it of some only"
    for degree, there in ((_MAY, theirs), (_SHOULD, theirs), (_NOT_YET, set(_words(sentence)))):
        if there & degree and not mine & degree:
            return "The source says it less firmly"
    if _moved(said, told):
        return "The claim says another place, time or direction"
    return ""


def _words(text: str) -> list[str]:
    """Lower case; a capitalised "May" within a text is the month, and "can" after "a" a tin."""
    text = _NOUNS.sub("planned ", text)
    text = re.sub(r"(?<=[a-z0-9,] )May\b|\bMay(?= \d)|\b(?:a|the|each) can\b", " ", text)
    return [word.casefold() for word in WORD.findall(text)]


def _moved(said: list[str], told: list[str]) -> bool:
    """Whether a content word that both have stands after one of _PLACES in each, and never after the same one."""
    mine, theirs = _placed(said), _placed(told)
    return any(mine[word].isdisjoint(theirs[word]) for word in mine.keys() & theirs.keys())


def _placed(words: list[str]) -> dict[str, set[str]]:
    """Stem of the first content word after each of _PLACES, at most three words on -> those it stands after."""
    found: dict[str, set[str]] = {}
    for at, word in enumerate(words):
        if word in _PLACES:
            after = next((w for w in words[at + 1 : at + 4] if w not in STOP_WORDS), "")
            if after:
                found.setdefault(stem(after), set()).add(word)
    return found
