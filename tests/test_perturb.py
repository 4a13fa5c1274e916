"""The sample library's own sentences, on their evidence and on the wrong one."""

from collections import Counter
from pathlib import Path

import pytest

from evals.validator import perturb
from evals.validator.perturb import Perturbed
from tools.library.library import Library


@pytest.fixture(scope="module")
def found(sample_root: Path) -> list[Perturbed]:
    with Library(sample_root) as library:
        return list(perturb.run(perturb.items(library), 40))


def share(found: list[Perturbed], kind: str, status: str) -> float:
    statuses = Counter(one.status for one in found if one.kind == kind)
    return statuses[status] / statuses.total()


def test_true_claims_pass(found: list[Perturbed]) -> None:
    assert share(found, "as it is", "supported") >= 0.95


@pytest.mark.parametrize("kind", ["wrong chunk", "evidence gone", "images swapped"])
def test_the_wrong_evidence_carries_next_to_none(found: list[Perturbed], kind: str) -> None:
    passed = [(one.claim, one.cited.text[:200]) for one in found if one.kind == kind and one.status == "supported"]
    assert len(passed) <= 0.05 * len([one for one in found if one.kind == kind]), passed
