"""agent/observations: what was read in a picture is kept, over runs, until the picture goes."""

from pathlib import Path

import pytest

from agent.graph.observations import Observations
from tools.errors import ModelNonsense

A, B = "a" * 64, "b" * 64


def never() -> str:
    raise AssertionError("paid for twice")


def test_a_picture_and_a_question_are_paid_for_once_over_runs(tmp_path: Path) -> None:
    first = Observations(tmp_path / "seen.sqlite")
    assert first.read(A, "Which colour?", "Plug", "m", lambda: "orange") == "orange"
    first.close()
    later = Observations(tmp_path / "seen.sqlite")
    assert later.read(A, "which  COLOUR?", "Plug", "m", never) == "orange"
    later.close()


def test_nothing_seen_is_an_observation_too() -> None:
    kept = Observations()
    assert kept.read(A, "q", "", "m", lambda: "") == ""
    assert kept.read(A, "q", "", "m", never) == ""


@pytest.mark.parametrize("other", [(B, "q", "", "m"), (A, "r", "", "m"), (A, "q", "c", "m"), (A, "q", "", "n")])
def test_another_picture_question_caption_or_model_is_looked_at(other: tuple[str, str, str, str]) -> None:
    kept = Observations()
    kept.read(A, "q", "", "m", lambda: "one")
    assert kept.read(*other, lambda: "two") == "two"


def test_what_could_not_be_read_is_not_kept() -> None:
    def fails() -> str:
        raise ModelNonsense("no")

    kept = Observations()
    with pytest.raises(ModelNonsense):
        kept.read(A, "q", "", "m", fails)
    assert kept.read(A, "q", "", "m", lambda: "now") == "now"


def test_what_was_removed_is_forgotten() -> None:
    kept = Observations()
    kept.read(A, "q", "", "m", lambda: "one")
    kept.read(B, "q", "", "m", lambda: "two")
    kept.forget_unless(lambda image: image == B)
    assert kept.read(A, "q", "", "m", lambda: "anew") == "anew"
    assert kept.read(B, "q", "", "m", never) == "two"
