from itertools import product

import pytest

from agent.answer import Citation, Claim, Place
from agent.settings import LAYERS, LEGS, read
from agent.validator import LAYERS as VALIDATORS
from agent.validator import validate
from evals.runs.ablate import PARTS, without
from tools.errors import SettingsError
from tools.library.evidence import Passage, Region
from tools.library.search import WEIGHTS


def test_the_names_are_those_of_the_parts_themselves() -> None:
    assert LAYERS == VALIDATORS and set(LEGS) == set(WEIGHTS)


@pytest.mark.parametrize(
    ("parts", "settings"),
    [
        ([], {}),
        (["validator"], {"validator_layers": ()}),
        (["facts"], {"validator_layers": ("structure", "quotes", "vision", "entailment")}),
        (["validator", "facts"], {"validator_layers": ()}),
        (["bm25", "clip"], {"legs": ("text", "picture", "rerank")}),
        (["look", "vision"], {"validator_layers": ("structure", "quotes", "facts", "entailment"), "look": False}),
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


ITEM = Passage(id="p", source_id="0" * 64, text="The drain plug takes 48 N·m.", regions=(Region(page=1, boxes=()),))
FALSE = Claim(text="The drain plug takes 84 N·m.", citations=(Citation(key=1, quote="The drain plug takes 48 N·m."),))
MADE_UP = Claim(text="It takes 48 N·m.", citations=(Citation(key=1, quote="It takes grease."),))


@pytest.mark.parametrize(
    ("claim", "layers", "status"),
    [
        (FALSE, LAYERS, "contradicted"),
        (FALSE, (), "unchecked"),
        (FALSE, ("structure", "vision", "quotes"), "unchecked"),
        (MADE_UP, LAYERS, "unsupported"),
        (MADE_UP, ("structure", "vision", "facts", "entailment"), "unsupported"),
        (MADE_UP, ("structure",), "unchecked"),
    ],
)
def test_a_layer_that_is_left_out_is_not_run(claim: Claim, layers: tuple[str, ...], status: str) -> None:
    (verdict,) = validate([claim], {1: ITEM}, lambda key, spans: Place(key=key, title="", uri=""), layers=layers)
    assert verdict.status == status


def test_a_layer_in_the_wrong_place_of_the_list_runs_where_it_belongs() -> None:
    for layers in product(("facts", "structure"), repeat=2):
        (verdict,) = validate([FALSE], {1: ITEM}, lambda key, spans: Place(key=key, title="", uri=""), layers=layers)
        assert verdict.status == ("contradicted" if "facts" in layers else "unchecked")
