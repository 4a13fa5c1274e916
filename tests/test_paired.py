import pytest

from evals.metrics.paired import mcnemar, sign_flip


@pytest.mark.parametrize(
    ("gained", "lost", "p"),
    [
        (0, 0, 1.0),
        (5, 0, 2 / 32),
        (6, 0, 2 / 64),
        (1, 7, 2 * (1 + 8) / 256),
        (3, 3, 1.0),  # twice the tail is more than 1
    ],
)
def test_mcnemar_is_a_fair_coin(gained: int, lost: int, p: float) -> None:
    assert mcnemar(gained, lost) == pytest.approx(p)
    assert mcnemar(lost, gained) == pytest.approx(p)


def test_flipping_every_sign_of_few_is_exact() -> None:
    """Of the 8 ways to sign 1, 2, 3 two reach a sum of 6 or -6."""
    assert sign_flip([1, 2, 3]) == 2 / 8
    assert sign_flip([1, -2, 3]) == 6 / 8  # |sum| >= 2: all but ±(1 + 2 - 3)
    assert sign_flip([0.1, 0.2, -0.3]) == 1.0
    assert sign_flip([0, 0]) == 1.0


def test_flipping_many_signs_agrees_with_the_coin() -> None:
    """Twenty equal steps, fifteen of them up: the sign test gives 2 * P(coin <= 5 of 20) = 0.0414."""
    assert sign_flip([1.0] * 15 + [-1.0] * 5) == pytest.approx(mcnemar(15, 5), abs=0.01)
    assert sign_flip([1.0] * 15 + [-1.0] * 5) == sign_flip([1.0] * 15 + [-1.0] * 5), "the seed is fixed"
