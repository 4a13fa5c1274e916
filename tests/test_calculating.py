"""What is to be worked out, and the SQL for it; the tables as `query_table` tells them."""

import pytest

from agent.llm.calculating import Asked, asked, sql, told
from tests.test_extractive import overlap

TOLD = (
    "parts_1 (nr INTEGER, part VARCHAR, price_eur DECIMAL, stock DECIMAL) 120 rows, parts.csv page 1. First row: BN-0\n"
    "plugs_1 (nr INTEGER, joint VARCHAR, size VARCHAR) 4 rows, Manual page 3: Table 2 Plugs. First row: Drain | G 1/2\n"
    "5 more tables: say in `query` what they are about."
)


@pytest.mark.parametrize(
    ("question", "operation", "bound"),
    [
        ("Which parts cost over 50 EUR?", "list", "> 50"),
        ("How many parts cost more than 12.5 EUR?", "count", "> 12.5"),
        ("Which part has the highest price?", "max", ""),
        ("What is the sum of all prices?", "sum", ""),
        ("Welche Teile kosten mehr als 50 EUR?", "list", "> 50"),
        ("Which parts are at least 3 in stock?", "list", ">= 3"),
    ],
)
def test_an_operation_and_a_bound_are_read(question: str, operation: str, bound: str) -> None:
    assert asked(question) == Asked(operation, bound)  # type: ignore[arg-type]


def test_most_questions_want_nothing_worked_out() -> None:
    for question in ("What torque goes on the plug?", "How often is the oil changed?", "More than a feeling?"):
        assert asked(question) is None, question


def test_tables_are_read_as_they_are_told() -> None:
    parts, plugs = told(TOLD)
    assert (parts.name, parts.numbers, parts.labels) == ("parts_1", ("price_eur", "stock"), ("part",))
    assert (plugs.numbers, plugs.labels) == ((), ("joint", "size"))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "Which parts cost over 50 EUR?",
            "SELECT part, price_eur FROM parts_1 WHERE price_eur > 50 ORDER BY price_eur DESC",
        ),
        ("How many parts have a stock under 3?", "SELECT COUNT(*) FROM parts_1 WHERE stock < 3"),
        (
            "Which part has the highest price?",
            "SELECT part, price_eur FROM parts_1 WHERE price_eur IS NOT NULL ORDER BY price_eur DESC LIMIT 1",
        ),
        ("What is the sum of the prices?", "SELECT SUM(price_eur) FROM parts_1"),
        ("How many joints are there?", "SELECT COUNT(*) FROM plugs_1"),
    ],
)
def test_the_table_and_the_column_are_those_that_the_question_names(question: str, expected: str) -> None:
    wanted = asked(question)
    assert wanted and sql(question, wanted, told(TOLD), overlap) == expected


def test_what_no_table_lists_is_not_counted() -> None:
    for question in ("How many ships are over 50 m long?", "Which engine is the heaviest?"):
        wanted = asked(question)
        assert wanted is None or sql(question, wanted, told(TOLD), overlap) == ""
