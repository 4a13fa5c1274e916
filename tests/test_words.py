"""Words: stems, terms, the singular, and lists that do not contradict one another."""

from hypothesis import given
from hypothesis import strategies as st

from tools.language.words import NEGATIONS, OPPOSITES, QUESTION_WORDS, STOP_WORDS, singulars, stem, stems, terms, tokens


def test_a_stem_is_lower_case_and_without_possessive() -> None:
    assert stem("Tanks") == stem("tank’s") == "tank"


def test_terms_are_stems_and_numbers() -> None:
    assert terms("The tanks hold 4.5 litres") == {"tank", "hold", "litr", "4.5"}


def test_tokens_are_in_order_without_stop_words_and_single_letters() -> None:
    assert tokens("The 3 tanks of an A pump hold 1,200 l") == ("3", "tank", "pump", "hold", "1,200")
    assert stems("The 3 tanks of an A pump hold 1,200 l") == ["tank", "pump", "hold"]


def test_a_singular_is_no_stem() -> None:
    assert singulars("Which controllers control it") == {"which", "controller", "control", "it"}


def test_each_word_stands_in_one_list_and_each_pair_once() -> None:
    assert not STOP_WORDS & (QUESTION_WORDS | NEGATIONS)
    assert len({frozenset(pair) for pair in OPPOSITES}) == len(OPPOSITES)


@given(st.text(max_size=200))
def test_any_text_has_terms(text: str) -> None:
    assert terms(text) == set(tokens(text)) and set(stems(text)) <= terms(text)
