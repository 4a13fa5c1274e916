"""The sentences that a claim is held against: those that matter, within the limit, in their order."""

from agent.validator.windows import CORE, WORDS, best_stretch, sentences, windows
from hypothesis import given
from hypothesis import strategies as st

FILLER = [f"Remark {n} speaks of weather, music and gardens in general terms only." for n in range(60)]


def test_short_evidence_is_read_whole() -> None:
    assert windows("The mix is 20:1.", sentences("Use a mix of 20:1. Wear gloves.")) == [
        "Use a mix of 20:1. Wear gloves."
    ]


def test_in_long_evidence_the_two_sentences_that_the_claim_joins_are_both_in_the_digest() -> None:
    text = " ".join([*FILLER[:30], "The tank holds 4.5 litres.", *FILLER[30:], "The hose lasts 250 hours."])
    (window,) = windows("The tank holds 4.5 litres and the hose lasts 250 hours.", sentences(text))
    # with the sentences before them, which may say what their pronouns mean
    assert window == " ".join([FILLER[29], "The tank holds 4.5 litres.", FILLER[59], "The hose lasts 250 hours."])


def test_a_digest_has_no_more_words_than_its_size() -> None:
    found = windows("weather and gardens", sentences(" ".join(FILLER)))
    assert [len(window.split()) for window in found] == [144, 60]  # 12 and 5 sentences of 12 words
    assert (WORDS, CORE) == (150, 60)


def test_a_table_row_stands_with_its_headers() -> None:
    text = "| Part | Torque |\n|---|---|\n| Bolt | 48 N·m |\n| Nut | 20 N·m |"
    assert [s.text for s in sentences(text)][-2:] == ["Part: Bolt | Torque: 48 N·m", "Part: Nut | Torque: 20 N·m"]


def test_the_best_stretch_is_verbatim() -> None:
    text = "Wear gloves.\nThe tank of the\tPulsar holds 4.5 litres. See page 3."
    assert best_stretch("The Pulsar's tank holds 4.5 litres.", text) == "The tank of the\tPulsar holds 4.5 litres."
    assert best_stretch("Nothing in common", "Wear gloves.") == ""


def test_an_endless_piece_is_cut() -> None:
    assert [s.length for s in sentences("word " * 400)] == [150, 150, 100]


@given(st.text(max_size=400), st.text(max_size=3000))
def test_any_text_gives_windows_within_their_sizes(claim: str, text: str) -> None:
    found = windows(claim, sentences(text))
    assert 1 <= len(found) <= 2
    assert all(len(window.split()) <= WORDS for window in found)
