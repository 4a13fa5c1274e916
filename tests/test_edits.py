"""Edits whose effect on the truth is known: each checked by hand on one sentence."""

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.training.entailment import edits


@pytest.mark.parametrize(
    ("edit", "before", "after"),
    [
        (lambda r, t: edits.other_number(r, t, ["88"]), "It has 12 wheels.", {"It has 88 wheels.", "It has 13 wheels.",
         "It has 11 wheels.", "It has 24 wheels.", "It has 120 wheels.", "It has 1 wheels.", "It has 22 wheels.",
         "It has 18 wheels."}),
        (edits.other_unit, "It weighs 3 kg.", {"It weighs 3 g.", "It weighs 3 t.", "It weighs 3 lb."}),
        (lambda r, t: edits.other_name(r, t, ["Berlin"]), "She lived in Paris.", {"She lived in Berlin."}),
        (edits.swap_roles, "Ann beat Bob.", {"Bob beat Ann."}),
        (edits.deny, "The pump is on.", {"The pump is not on."}),
        (edits.deny, "Do not smoke.", {"Do smoke."}),
        (edits.opposite, "It opens before noon.", {"It closes before noon.", "It opens after noon."}),
        (edits.overstate, "Some birds sing, and it may rain.", {"Some birds sing, and it must rain."}),
        (edits.respell, "It took 3 days.", {"It took three days."}),
        (edits.respell, "He died on 7 May 1990.", {"He died on May 7, 1990.", "He died on seven May 1990."}),
        (edits.shorten, "In 1990, the old firm was sold again.", {"The old firm was sold again."}),
        (edits.shorten, "The pump (P1) is on.", {"The pump is on."}),
    ],
)  # fmt: skip
def test_each_edit(edit: Callable[[Random, str], str | None], before: str, after: set[str]) -> None:
    found = {edit(Random(seed), before) for seed in range(40)}
    assert found <= after
    assert found


def test_a_loosened_number_is_true_or_false_as_asked() -> None:
    true = {edits.loosen(Random(n), "It sold 1,234 copies.") for n in range(40)}
    assert true <= {f"It sold {words} copies." for words in (
        "more than 1,200", "over 1,200", "at least 1,200", "about 1,200",
        "less than 1,300", "under 1,300", "at most 1,300")}  # fmt: skip
    false = {edits.loosen(Random(n), "It sold 1,234 copies.", truly=False) for n in range(40)}
    assert not true & false
    assert edits.loosen(Random(0), "In 1990 it sold more than 500 copies.") is None  # a year; a bound already


@given(st.text(max_size=200), st.integers(0, 99))
def test_no_text_breaks_an_edit(text: str, seed: int) -> None:
    rng = Random(seed)
    for edit in (edits.other_unit, edits.other_time, edits.swap_roles, edits.deny, edits.opposite, edits.loosen):
        edit(rng, text)
    edits.other_number(rng, text, ["12"])
    edits.add_detail(rng, text, ["Rome"])
    edits.shorten(rng, text)
