"""Where quotes stand: exactly, in parts, or where most of them stands."""

import random
import re
import time

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from agent.validator.spans import Span, find, nearest, normalise

TEXT = (
    "Tighten the cylin-\nder head bolts (M10) to 48 N·m. Do not exceed 50 N·m.\n"
    "| Fastener | Size | Class | Torque |\n"
    "|---|---|:---:|---:|\n"
    "| Cylinder head bolts | M10 | 8.8 | 48 N·m |\n"
    "| Main bearing bolts | M12 | 8.8 | 85 N·m |\n"
    "The ﬁlter must be cleaned every 250 h; the lubrication system “A” holds 1.5 l at −5 °C. "
    "The valve must never be opened while the engine runs."
)


def whole(quote: str, text: str) -> Span | None:
    """From the start of a quote's first part to the end of its last; the score of the worst."""
    parts = find(quote, text)
    return Span(parts[0].start, parts[-1].end, min(part.score for part in parts)) if parts else None


def shown(quote: str, text: str = TEXT) -> str | None:
    span = whole(quote, text)
    return text[span.start : span.end] if span else None


@pytest.mark.parametrize(
    ("quote", "place"),
    [
        ("Do not exceed 50 N·m", "Do not exceed 50 N·m"),
        ("do not EXCEED 50 Nm.", "Do not exceed 50 N·m"),
        ("Do\n not   exceed 50 N·m", "Do not exceed 50 N·m"),
        ("“Do not exceed 50 N·m.”", "Do not exceed 50 N·m"),
        ("the cylinder head bolts", "the cylin-\nder head bolts"),
        ("the cylin-der head bolts", "the cylin-\nder head bolts"),
        ("The filter must", "The ﬁlter must"),
        ('system "A" holds', "system “A” holds"),
        ("1.5 l at -5 °C", "1.5 l at −5 °C"),
        ("1.5 l at –5 ºC", "1.5 l at −5 °C"),
        ("Cylinder head bolts | M10 | 8.8 | 48 N·m", "Cylinder head bolts | M10 | 8.8 | 48 N·m"),
        ("| Main bearing bolts | M12 |", "Main bearing bolts | M12"),
        ("Main bearing bolts M12 8.8 85 N·m", "Main bearing bolts | M12 | 8.8 | 85 N·m"),
        ("Class | Torque |\n|---|---|\n| Cylinder", "Class | Torque |\n|---|---|:---:|---:|\n| Cylinder"),
        ("48 N·m", "48 N·m"),
        ("M10", "M10"),
    ],
)
def test_what_is_there_is_found_at_its_place(quote: str, place: str) -> None:
    span = whole(quote, TEXT)
    assert span is not None and TEXT[span.start : span.end] == place and span.score == 1.0


@pytest.mark.parametrize(
    ("quote", "place"),
    [
        ("the lubricatlon system “A” holds 15 l", "the lubrication system “A” holds 1.5 l"),
        ("Do not exceed, 50 N·m.", "Do not exceed 50 N·m"),
        ("Main bearing bolts: M12, class 8.8", "Main bearing bolts | M12 | 8.8"),
        ("The valve must be opened while the engine runs", "The valve must never be opened while the engine runs."),
    ],
)
def test_most_of_an_inexact_quote_is_found_at_its_place(quote: str, place: str) -> None:
    (span,) = nearest(quote, TEXT)
    assert place[6:25] in TEXT[span.start : span.end] and 0.75 <= span.score <= 1


def test_a_made_up_quote_has_no_place() -> None:
    assert nearest("Polish the chrome every week with a soft cloth", TEXT) == nearest("", TEXT) == ()


@pytest.mark.parametrize(
    "quote",
    [
        "Tighten the cylinder head bolts (M10) to 49 N·m",  # a digit
        "Tighten the cylinder head bolts (M10) to 84 N·m",  # swapped digits
        "Tighten the cylinder head bolts (M12) to 48 N·m",  # the neighbour's size
        "Tighten the cylinder head bolts (M10) to 48 bar",  # the unit
        "Tighten the cylinder head bolts (M10) to 48 kN·m",
        "Cylinder head bolts | M10 | 8.8 | 85 N·m",  # the neighbouring row's torque
        "Cylinder head bolts | M10 | 88 | 48 N·m",
        "the lubrication system “A” holds 15 l",
        "holds 1.5 l at 5 °C",  # the sign
        "Do exceed 50 N·m",
        "The valve must be opened while the engine runs",
        "The valve must ever be opened while the engine runs",  # one letter of "never"
        "The valve must never be closed while the engine runs",
        "Loosen the cylinder head bolts (M10) to 48 N·m",
        "The filter must be cleaned every 250 km",
        "48",
        "The filter must be replaced",
        "ighten the cylinder",
        "der head bolts (M10)",
        "8 N·m",  # the end of 48
        "5 l",  # the end of 1.5
        "5 °C",  # without its minus
        "8.8 | 85 N",  # a torque is no force
        "",
        " \n ",
        "...",
        "|---|---|",
    ],
)
def test_what_is_not_there_is_not_found(quote: str) -> None:
    assert whole(quote, TEXT) is None or quote == "48"


def test_a_real_word_of_the_text_is_no_slip() -> None:
    """ "change" and "charge" differ by a letter; where the text has both, one is not a misreading of the other."""
    text = "Charge the battery fully before use. Change the battery every two years."
    assert whole("Change the battery fully before use", text) is None
    assert whole("Charge the battery every two years", text) is None


def test_short_quotes_must_stand_as_whole_words() -> None:
    assert whole("oil", "the foil is boiling") is None
    assert whole("oil", "the foil and the oil") == Span(17, 20)
    assert whole("48", "148 and 48.5 and 4.48") is None
    assert whole("mm²", "60 mm2 and 60 mm²") is not None


def test_a_power_is_no_digit() -> None:
    assert whole("about 10² Pa", "about 102 Pa") is None
    assert whole("about 10² Pa", "about 10² Pa") == Span(0, 12)
    assert whole("area 60 mm2", "area 60 mm²") == Span(0, 11)
    assert whole("pipe of 1½ inch", "pipe of 11/2 inch") is None


def test_ellipses_join_parts_in_order() -> None:
    text = "Switch the pump off. Wait for a minute, then open the drain valve slowly."
    parts = find("Switch the pump off ... open the drain valve", text)
    assert [text[p.start : p.end] for p in parts] == ["Switch the pump off", "open the drain valve"]
    joined = whole("Switch the pump off […] open the drain valve", text)
    assert joined == Span(0, parts[1].end)
    assert whole("open the drain valve … Switch the pump off", text) is None
    assert whole("Switch the pump off ... open the fuel valve", text) is None
    assert whole("... open the drain valve ...", text) == Span(parts[1].start, parts[1].end)


def test_dot_leaders_are_text() -> None:
    assert shown("Torque ......... 48 N·m", "Torque ......... 48 N·m") == "Torque ......... 48 N·m"


def test_scripts_without_blanks() -> None:
    assert whole("润滑系统", "请检查润滑系统。") == Span(3, 7)


def test_accents_may_be_composed_or_not() -> None:
    assert whole("Caf\u00e9 machine", "the Cafe\u0301 machine") is not None
    assert whole("Cafe machine", "the Caf\u00e9 machine") is None


SENTENCES = (
    "Before the first start fill the gearbox with 1.5 litres of oil. The filter is cleaned every 250 hours. "
    "Turn the left-hand screw until the gap is 0.35 mm. Error E07 means that the oil level is too low. "
    "Use fuel with an octane number of at least 95. Cover the ﬂywheel; it keeps on running for 12 s."
)
BREAKS = st.sampled_from([" ", "  ", "\n", " \n ", "\t", "\r\n", "\u00a0", " | "])


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_run_of_words_is_found_at_its_place_however_it_is_broken(data: st.DataObject) -> None:
    words = list(re.finditer(r"\S+", SENTENCES))
    first = data.draw(st.integers(0, len(words) - 2))
    last = data.draw(st.integers(first + 1, min(len(words) - 1, first + 25)))
    start, end = words[first].start(), words[last].end()
    assume(end - start >= 12)
    quote = words[first][0] + "".join(data.draw(BREAKS) + word[0] for word in words[first + 1 : last + 1])
    span = whole(quote, SENTENCES)
    assert span is not None and span.score == 1.0
    assert SENTENCES[span.start : span.end].strip(".,;") == SENTENCES[start:end].strip(".,;")


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_changed_digit_is_refused(data: st.DataObject) -> None:
    at = data.draw(st.sampled_from([m.start() for m in re.finditer(r"\d", SENTENCES)]))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != SENTENCES[at]]))
    start = SENTENCES.rfind(". ", 0, at) + 1
    end = SENTENCES.find(". ", at)
    end = len(SENTENCES) if end < 0 else end
    assert whole(SENTENCES[start:at] + digit + SENTENCES[at + 1 : end], SENTENCES) is None


WORDS = "valve pump pressure filter engine must be opened closed never at most 5 8 12 bar mm the with oil".split()


@given(st.lists(st.sampled_from(WORDS), min_size=4, max_size=12), st.data())
@settings(max_examples=150, deadline=None)
def test_one_word_for_another_is_refused(words: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(words) - 1))
    other = data.draw(st.sampled_from(WORDS))
    quote, text = [*words[:at], other, *words[at + 1 :]], " ".join(words)
    assume(" ".join(quote) not in text)
    assert whole(" ".join(quote), text) is None


@given(st.text(max_size=60), st.text(max_size=200))
@example("a\u0301", "\u00e1")
@example("ﬁ", "ﬁﬁ")
@settings(max_examples=200, deadline=None)
def test_never_raises_and_stays_in_bounds(quote: str, text: str) -> None:
    normal = normalise(text)
    assert len(normal.text) == len(normal.starts) == len(normal.ends)
    spans = (*find(quote, text), *nearest(quote, text))
    assert all(0 <= span.start < span.end <= len(text) and 0 < span.score <= 1 for span in spans)


def test_is_fast() -> None:
    """Some milliseconds for 3,000 characters, asserted with room for a busy machine (median of 20)."""
    rng = random.Random(3)
    vocabulary = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9))) for _ in range(400)]
    taken = []
    for _ in range(20):
        words = rng.choices(vocabulary, k=470)
        quote = [*words[200:215], "lubrication", *words[216:230]]
        begin = time.perf_counter()
        nearest(" ".join(quote), " ".join(words))
        taken.append(time.perf_counter() - begin)
    assert sorted(taken)[10] < 0.1
