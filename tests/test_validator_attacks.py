"""The validator against claims made to slip past it. Every structural attack and fabricated quote must fail."""

from collections import Counter

import pytest

from evals.validator import attacks
from evals.validator.attacks import AttackVerdict


@pytest.fixture(scope="module")
def outcomes() -> list[AttackVerdict]:
    return attacks.run(attacks.read())


def test_none_slips_past(outcomes: list[AttackVerdict]) -> None:
    assert [(o.attack.name, o.verdict.status, o.verdict.reason) for o in outcomes if not o.right] == []


def test_the_suite_has_attacks_of_each_kind_and_claims_that_must_pass(outcomes: list[AttackVerdict]) -> None:
    kinds = Counter(outcome.attack.kind for outcome in outcomes)
    assert kinds["structure"] >= 18
    assert kinds["quote"] >= 10
    assert kinds["right"] >= 10


def test_structure_decides_on_structure(outcomes: list[AttackVerdict]) -> None:
    assert {o.verdict.decided for o in outcomes if o.attack.kind == "structure"} == {"structure"}


def test_the_table_names_what_slipped_past(outcomes: list[AttackVerdict]) -> None:
    wrong = AttackVerdict(outcomes[0].attack, outcomes[0].verdict.model_copy(update={"status": "supported"}))
    shown = attacks.table([*outcomes[1:], wrong])
    assert any("no citation (supported, structure)" in str(cell) for cell in shown.columns[3].cells)
