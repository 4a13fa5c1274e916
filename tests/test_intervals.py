import pytest

from evals.metrics.intervals import bootstrap


def test_the_mean_is_the_mean_and_lies_within() -> None:
    found = bootstrap([0, 0, 1, 1, 1, 1, 1, 1])
    assert found.mean == 0.75 and found.low < 0.75 < found.high
    assert bootstrap([0, 0, 1, 1, 1, 1, 1, 1]) == found, "the seed is fixed"


def test_a_half_of_a_hundred_is_as_sure_as_the_textbook_says() -> None:
    """1.96 * sqrt(.25 / 100) = 0.098 to either side."""
    found = bootstrap([0, 1] * 50)
    assert found.low == pytest.approx(0.402, abs=0.02) and found.high == pytest.approx(0.598, abs=0.02)


def test_cases_of_one_document_are_no_independent_draws() -> None:
    """Ten documents of ten cases that all go one way: the width is that of ten draws, sqrt(10) times as wide."""
    values = [float(document % 2) for document in range(10) for _ in range(10)]
    names = [str(document) for document in range(10) for _ in range(10)]
    together, alone = bootstrap(values, names), bootstrap(values)
    assert together.mean == alone.mean == 0.5
    assert (together.high - together.low) / (alone.high - alone.low) == pytest.approx(10**0.5, rel=0.15)


def test_too_few_documents_are_not_resampled() -> None:
    values = [0.0, 1.0, 0.0, 1.0]
    assert bootstrap(values, ["a", "a", "b", "b"]) == bootstrap(values)


def test_all_alike_have_no_width_and_nothing_has_no_mean() -> None:
    assert bootstrap([1, 1, 1]) == (1, 1, 1)
    with pytest.raises(ValueError):
        bootstrap([])
