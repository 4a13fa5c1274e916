import pytest

from agent.answer import Citation, Claim, Place
from agent.settings import LEGS, read
from agent.validator import validate
from evals.runs.ablate import PARTS, without
from tools.errors import SettingsError
from tools.library.evidence import Passage
from tools.library.search import WEIGHTS


def test_the_names_are_those_of_the_parts_themselves() -> None:
    assert set(LEGS) == set(WEIGHTS)


@pytest.mark.parametrize(
    ("parts", "settings"),
    [
        ([], {}),
        (["validator"], {"validator": False}),
        (["bm25", "clip"], {"legs": ("text", "picture", "rerank")}),
        (["look", "validator"], {"validator": False, "look": False}),
    ],
)
def test_what_is_left_out_is_what_the_settings_leave_out(parts: list[str], settings: dict) -> None:
    assert without(parts) == settings


def test_every_part_makes_settings_that_can_be_used() -> None:
    for part in PARTS:
        assert read(**without([part])) != read()
    with pytest.raises(SettingsError, match="no part 'bm52'"):
        without(["bm52"])
    with pytest.raises(SettingsError, match="there is no 'words'"):
        read(legs=("words",))


def test_a_check_that_is_switched_off_confirms_nothing_and_refuses_nothing() -> None:
    item = Passage(id="p", source_id="0" * 64, text="The plug takes 48 N·m.", regions=())
    claim = Claim(text="The plug takes 84 N·m.", citations=(Citation(key=1, quote="The plug takes 48 N·m."),))
    (verdict,) = validate([claim], {1: item}, lambda key, spans: Place(key=key, title="", uri=""), decide=False)
    assert (verdict.status, verdict.reason) == ("unconfirmed", "The check is switched off.")
