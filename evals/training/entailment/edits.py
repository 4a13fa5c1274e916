"""Small edits of a sentence whose effect on its truth is known: what training pairs are made of.

Each function takes a sentence (and a pool to draw from) and returns the edited sentence, or None where it has no
grip. The kinds are those of Laban et al. 2023 (SummEdits) and Schuster et al. 2021 (VitaminC): numbers, units,
names, negation, roles, comparisons, times, additions.
"""

import re
from collections.abc import Sequence
from random import Random

from tools.language.names import MONTHS
from tools.language.numbers import COUNTED
from tools.language.words import OPPOSITES

NUMBER = re.compile(r"(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?(?!\w|[.,]?\d)")
NAME = re.compile(r"(?<=[a-z,;:] )(?:[A-Z][\w’'-]+)(?: (?:of |the |de |van )?[A-Z][\w’'-]+)*")
_WORDS = COUNTED[:13]
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_UNITS = [
    group.split()
    for group in (
        "mm cm m km µm inches",
        "bar psi kPa MPa",
        "°C °F K",
        "mV V kV",
        "mA A kA",
        "W kW MW",
        "g kg t lb",
        "ms s min h",
        "seconds minutes hours days weeks months years",
        "second minute hour day week month year",
        "Hz kHz MHz GHz",
        "ml L litres gallons",
        "kB MB GB TB",
        "feet metres miles kilometres",
        "thousand million billion",
        "percent points",
        "dollars euros pounds yen",
        "N kN Nm",
    )
]
_OPPOSITES = [
    *OPPOSITES,
    *(
        tuple(pair.split("/"))
        for pair in (
            "more than/less than|at least/at most|up to/over|since/until|largest/smallest|larger/smaller|"
            "longest/shortest|longer/shorter|best/worst|better/worse|most/least|more/fewer|increased/decreased|"
            "increases/decreases|opened/closed|opens/closes|all/none of the|warm/cool|earlier/later|old/new|"
            "older/younger|northern/southern|eastern/western|won/lost|enabled/disabled|starts/stops|started/ended|"
            "begin/end|began/ended|connected/disconnected|added/removed|allowed/forbidden|accepted/rejected|"
            "success/failure|successful/unsuccessful|good/bad|strong/weak|fast/slow|faster/slower|public/private|"
            "father/mother|son/daughter|brother/sister|husband/wife|king/queen|major/minor|domestic/foreign|"
            "bought/sold|import/export|gain/loss|support/oppose|supported/opposed|supports/opposes|same/different|"
            "similar/different|possible/impossible|required/optional|likely/unlikely|alive/dead|single/several|"
            "majority/minority|professional/amateur|fiction/non-fiction|critical/positive|common/rare|men/women|"
            "boys/girls|summer/winter|day/night|thick/thin|wide/narrow|heavy/light|permanent/temporary|"
            "automatic/manual|automatically/manually|internal/external|direct/indirect|primary/secondary"
        ).split("|")
    ),
]
_STRONGER = [
    pair.split("/")
    for pair in (
        "some/all|many/all|most/all|several/all|often/always|usually/always|sometimes/always|may/must|might/will|"
        "can/must|could/did|may be/is|can be/is always|one of the/the only|partly/entirely|nearly/more than|"
        "suggests/proves|believed/proven|should/must|planned/completed|expected/confirmed"
    ).split("|")
]
_AUXILIARY = re.compile(r"\b(is|are|was|were|has|have|had|can|could|will|would|should|must|may|does|did|do)\b")
_DENIAL = re.compile(r"\b(?:not|never) |n[’']t\b")
_LEADING = re.compile(r"^(?:In|On|At|During|After|Before|By|From|Since|Under|With|For|As of) [^,.;]{3,60}, (?=\w)")
_PARENTHESES = re.compile(r"\s*\([^()]{1,120}\)")
_OPENERS = [
    "According to the source, ",
    "The document says that ",
    "Yes, ",
    "However, ",
    "Additionally, ",
    "In addition, ",
    "For example, ",
    "Overall, ",
    "As stated, ",
    "Note that ",
    "It is reported that ",
    "Also, ",
]


def _replace(text: str, found: re.Match[str], new: str) -> str:
    return text[: found.start()] + new + text[found.end() :]


def _pick(rng: Random, pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = list(pattern.finditer(text))
    return rng.choice(found) if found else None


def _whole(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")


# --- edits that make the sentence false, or go beyond it ------------------------------------------------------


def other_number(rng: Random, text: str, pool: Sequence[str]) -> str | None:
    """Another number of the pool (other numbers near by), or one that is a little off."""
    found = _pick(rng, NUMBER, text)
    if not found:
        return _other_number_word(rng, text)
    old = found.group()
    rivals = [number for number in pool if number != old and number not in text and len(number) == len(old)]
    new = rng.choice(rivals) if rivals and rng.random() < 0.6 else _off(rng, old)
    return _replace(text, found, new) if new != old else None


def _off(rng: Random, old: str) -> str:
    value = float(old.replace(",", ""))
    digits = len(old.split(".")[1]) if "." in old else 0
    if digits == 0 and 1000 < value < 2100 and "," not in old:
        return str(int(value) + rng.choice([-20, -11, -10, -7, -5, -3, -2, -1, 1, 2, 3, 4, 6, 10, 12]))
    step = 10.0**-digits
    choices = [value + step, value - step, value * 2, value * 10, value / 10, value + 10 * step, value * 1.5]
    new = round(max(rng.choice(choices), 0), digits)
    return f"{new:,.{digits}f}" if "," in old else f"{new:.{digits}f}"


def _other_number_word(rng: Random, text: str) -> str | None:
    found = _pick(rng, re.compile(rf"\b(?:{'|'.join(_WORDS[2:])})\b"), text)
    return _replace(text, found, rng.choice([word for word in _WORDS[2:] if word != found.group()])) if found else None


def other_unit(rng: Random, text: str) -> str | None:
    """Another unit of the same dimension after a number."""
    options = [
        (found, rng.choice([unit for unit in group if unit != old]))
        for group in _UNITS
        for old in group
        for found in re.finditer(rf"(?<=\d ){re.escape(old)}(?!\w)", text)
    ]
    return _replace(text, *rng.choice(options)) if options else None


def other_time(rng: Random, text: str) -> str | None:
    """Another month or day of the week."""
    for names in (MONTHS, _DAYS):
        found = _pick(rng, re.compile(rf"\b(?:{'|'.join(names)})\b"), text)
        if found and found.group() != "May":
            return _replace(text, found, rng.choice([name for name in names if name != found.group()]))
    return None


def other_name(rng: Random, text: str, pool: Sequence[str]) -> str | None:
    """Another name of the pool."""
    found = _pick(rng, NAME, text)
    rivals = [name for name in pool if found and name not in text and found.group() not in name]
    return _replace(text, found, rng.choice(rivals)) if found and rivals else None


def swap_roles(rng: Random, text: str) -> str | None:
    """Two names of the sentence change places."""
    names = [found.group() for found in NAME.finditer(text)]
    opening = re.match(r"[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*", text)
    names = [*([opening.group()] if opening else []), *names]
    pairs = [(a, b) for a in names for b in names if a not in b and b not in a]
    if not pairs:
        return None
    first, second = rng.choice(pairs)
    marked = _whole(first).sub("\0", text)
    return _whole(second).sub(first, marked).replace("\0", second)


def deny(rng: Random, text: str) -> str | None:
    """A "not" put in or taken away."""
    denial = _pick(rng, _DENIAL, text)
    if denial:
        return _replace(text, denial, "")
    found = _AUXILIARY.search(text)
    return _replace(text, found, f"{found.group()} not") if found else None


def opposite(rng: Random, text: str) -> str | None:
    """A word and its opposite."""
    options = []
    for pair in _OPPOSITES:
        for old, new in (pair, pair[::-1]):
            options += [(found, new) for found in _whole(old).finditer(text)]
    return _replace(text, *rng.choice(options)) if options else None


def overstate(rng: Random, text: str) -> str | None:
    """A hedge made a certainty: "some" all, "may" must."""
    options = [(found, new) for old, new in _STRONGER for found in _whole(old).finditer(text)]
    return _replace(text, *rng.choice(options)) if options else None


def add_detail(rng: Random, text: str, names: Sequence[str]) -> str | None:
    """A place, a year, a source or an extent that nobody mentioned."""
    body, end = text.rstrip(" ."), "."
    name = rng.choice(names) if names else "the manufacturer"
    details = [
        f" in {rng.randint(1890, 2023)}",
        f" in {name}",
        f" by {name}",
        f" for {name}",
        f", together with {name}",
        f" for {rng.choice(_WORDS[2:])} {rng.choice(['years', 'days', 'hours', 'weeks', 'months'])}",
        f", which is {rng.randint(2, 95)} percent of the total",
        f" after {rng.randint(2, 40)} {rng.choice(['days', 'hours', 'attempts', 'cycles', 'years'])}",
        f" because of {name}",
        " for the first time",
        ", the highest on record",
        f" at the request of {name}",
    ]
    detail = rng.choice(details)
    return None if detail.strip(" ,") in text else body + detail + end


# --- rewrites that keep it true -------------------------------------------------------------------------------


def loosen(rng: Random, text: str, *, truly: bool = True) -> str | None:
    """ "1,234" becomes "more than 1,200", "about 1,200", "fewer than 1,300"; with truly=False a bound that fails."""
    numbers = [f for f in NUMBER.finditer(text) if _value(f) >= 21 and not _is_year(f) and not _bounded(text, f)]
    if not numbers:
        return None
    found = rng.choice(numbers)
    value = _value(found)
    step = 10.0 ** (len(str(int(value))) - 2)
    low, high = _show(value // step * step, found), _show((value // step + 1) * step, found)
    if low == found.group():
        return None
    above, below = ["more than", "over", "at least"], ["less than", "under", "at most"]
    true = [*(f"{word} {low}" for word in [*above, "about"]), *(f"{word} {high}" for word in below)]
    false = [*(f"{word} {high}" for word in above), *(f"{word} {low}" for word in below)]
    return _replace(text, found, rng.choice(true if truly else false))


def _value(found: re.Match[str]) -> float:
    return float(found.group().replace(",", ""))


def _is_year(found: re.Match[str]) -> bool:
    return re.fullmatch(r"1[5-9]\d\d|20\d\d", found.group()) is not None


def _bounded(text: str, found: re.Match[str]) -> bool:
    before = text[: found.start()].casefold()
    return bool(re.search(r"(?:than|over|under|about|around|nearly|least|most|to|no\.|version|[$£€-])\s*$", before))


def _show(value: float, like: re.Match[str]) -> str:
    return f"{value:,.0f}" if "," in like.group() or value < 1000 else f"{value:.0f}"


def respell(rng: Random, text: str) -> str | None:
    """Small numbers in words and back; "per cent" and "%"; months short; dates the other way round."""
    tries = [_respell_number, _respell_percent, _respell_date]
    rng.shuffle(tries)
    return next((new for attempt in tries if (new := attempt(text))), None)


def _respell_number(text: str) -> str | None:
    if found := re.search(rf"\b(?:{'|'.join(_WORDS[2:])})\b", text):
        return _replace(text, found, str(_WORDS.index(found.group())))
    found = re.search(r"(?<![\w.,$])(?:[2-9]|1[0-2])(?![\w.,%])", text)
    return _replace(text, found, _WORDS[int(found.group())]) if found else None


def _respell_percent(text: str) -> str | None:
    if found := re.search(r"(?<=\d)\s?%", text):
        return _replace(text, found, " percent")
    found = re.search(r"(?<=\d) per ?cent\b", text)
    return _replace(text, found, "%") if found else None


def _respell_date(text: str) -> str | None:
    months = "|".join(MONTHS)
    if found := re.search(rf"\b(\d{{1,2}}) ({months}) (\d{{4}})", text):
        return _replace(text, found, f"{found[2]} {found[1]}, {found[3]}")
    found = re.search(rf"\b({months}) (\d{{1,2}}) ?, (\d{{4}})", text)
    return _replace(text, found, f"{found[2]} {found[1]} {found[3]}") if found else None


def shorten(rng: Random, text: str) -> str | None:
    """Without a bracket, or without the circumstance that it opens with."""
    if _PARENTHESES.search(text):
        return _PARENTHESES.sub("", text)
    found = _LEADING.match(text)
    rest = text[found.end() :] if found else ""
    return rest[0].upper() + rest[1:] if len(rest.split()) > 4 else None


def open_with(rng: Random, text: str) -> str:
    """With the opening words of an answer."""
    return rng.choice(_OPENERS) + lower_first(text)


def lower_first(text: str) -> str:
    """Lower case at the start, unless that is a name."""
    first = text.split(" ", 1)[0]
    return text[0].lower() + text[1:] if first in _COMMON_FIRST else text


_COMMON_FIRST = set(
    "The A An It He She They This These That Those There In On At For After Before During When While If As By His Her "
    "Their Its Some Many Most All Each Both One Two Three With Without From To Use Set Press Check Turn".split()
)


def join(rng: Random, first: str, second: str) -> str:
    """Two statements in one sentence, or one after the other."""
    glue = rng.choice([". ", ". ", " and ", ", and ", "; ", ", while ", ", but "])
    head = first.rstrip(" .")
    return f"{head}. {second}" if glue == ". " else f"{head}{glue}{lower_first(second)}"
