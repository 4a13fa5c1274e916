"""SQL over the tables of a library: exact results, rows where they stand, and nothing else within reach."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from agent.answer import Answer
from agent.assistant import Assistant
from tests.scripted import DONE, Scripted, call, claim
from tools import query_table
from tools.errors import ToolError
from tools.library.evidence import Record, Table
from tools.library.library import Library
from tools.sql import sandbox

PARTS = "Part,Price (EUR),Change,Stock\n" + "".join(
    f'BN-{n},"{1000 + n:,}.50",{"(" + str(n) + ")" if n % 2 else n},{n % 7}\n' for n in range(120)
)
RATES = "# Rates\n\n| Year | Rate |\n|---|---|\n| 2023 | 4 % |\n| 2024 | 5.5 % |\n| 2025 | n/a |\n"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("tables")
    (folder / "parts.csv").write_text(PARTS)
    (folder / "rates.md").write_text(RATES)
    with Library(folder / "library", create=True) as opened:
        opened.add([folder / "parts.csv", folder / "rates.md"])
        yield opened


def ask(library: Library, sql: str) -> tuple[list[str], list[Table]]:
    """The cells of the first row, and the tables that were used."""
    record, *used = query_table.ask(library, sql)
    assert isinstance(record, Record)
    return [cell.strip() for cell in record.text.split("\n")[2].strip("|").split("|")], used  # type: ignore[return-value]


def test_tables_are_told_with_their_columns(library: Library) -> None:
    (record,) = query_table.tell(library, "price of parts")
    first = next(line for line in record.text.split("\n") if line.startswith("parts_1"))
    assert "parts_1 (nr INTEGER, part VARCHAR, price_eur DECIMAL, change DECIMAL, stock DECIMAL) 120 rows" in first
    assert "parts_2" not in record.text, "it goes on from parts_1"
    assert "rates_1" in query_table.tell(library, "")[0].text


def test_sums_are_exact_over_all_pages(library: Library) -> None:
    cells, used = ask(library, "SELECT sum(price_eur), count(*), sum(change) FROM parts_1")
    assert Decimal(cells[0]) == sum(Decimal(1000 + n) + Decimal("0.5") for n in range(120))
    assert cells[1:] == ["120", str(sum(-n if n % 2 else n for n in range(120)))]
    assert {part.regions[0].page for part in used} == {1, 2, 3}


def test_rows_that_were_used_stand_where_they_stand(library: Library) -> None:
    cells, (used,) = ask(
        library, "SELECT part, price_eur_text FROM parts_1 WHERE stock = 3 ORDER BY price_eur DESC LIMIT 1"
    )
    assert cells == ["BN-115", "1,115.50"]
    assert used.regions[0].page == 3 and used.markdown.endswith("| BN-115 | 1,115.50 | (115) | 3 |")
    box = used.regions[0].boxes[0]
    assert box[3] - box[1] < 20, "one row, not the table"


def test_what_is_added_up_rests_on_the_rows_that_the_where_lets_through(library: Library) -> None:
    cells, (used,) = ask(library, "SELECT avg(rate) AS mean FROM rates_1 WHERE year >= 2024")
    assert float(cells[0]) == 5.5
    assert used.markdown.split("\n")[2:] == ["| 2024 | 5.5 % |", "| 2025 | n/a |"]


def test_several_tables_are_cited_whole(library: Library) -> None:
    _, used = ask(library, "SELECT count(*) FROM parts_1, rates_1 WHERE rate IS NOT NULL")
    assert len(used) == 4


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT prise FROM parts_1", "prise.*parts_1 \\(nr"),
        ("SELECT 1", "names no table.*parts_1"),
        ("SELECT * FROM parts_1; DROP TABLE parts_1", "Only one SELECT"),
        ("DELETE FROM parts_1", "Only one SELECT"),
        ("COPY parts_1 TO 'stolen.csv'", "Only one SELECT"),
        ("SET enable_external_access = true; SELECT * FROM parts_1", "Only one SELECT"),
        ("SELECT * FROM parts_1, read_csv('/etc/passwd')", "SQL: "),
        ("SELECT * FROM parts_1, read_text('/etc/passwd')", "SQL: "),
        ("SELECT * FROM parts_1, '/etc/passwd'", "SQL: "),
        ("SELECT FROM WHERE parts_1", "SQL: "),
        ("SELECT price_eur + FROM parts_1 WHERE (", "SQL: .*parts_1 \\(nr"),
        ("SELECT part FROM parts_1 WHERE price_eur = 'dear'", "SQL: .*parts_1 \\(nr"),
        ("SELECT '999 Nm' AS torque FROM parts_1 LIMIT 1", "brings in ''999 Nm''.*constants belong into WHERE"),
    ],
)
def test_what_is_refused_is_told_in_a_sentence(library: Library, sql: str, told: str) -> None:
    with pytest.raises(ToolError, match=told):
        query_table.ask(library, sql)


def test_a_query_without_an_end_is_stopped(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 0.3)
    with pytest.raises(ToolError, match="longer than"):
        ask(
            library,
            "SELECT count(*) FROM parts_1 a, parts_1 b, parts_1 c, parts_1 d, parts_1 e WHERE a.nr + e.nr < b.nr",
        )


def test_a_value_that_was_computed_stands_under_its_expression_with_the_rows_it_was_computed_from(
    library: Library,
) -> None:
    record, _ = query_table.ask(
        library, 'SELECT max(rate) - min(rate) AS "99 %", count(*) AS "Zeppelin" FROM rates_1 WHERE year < 2025'
    )
    assert record.text.split("\n") == [
        "| MAX(Rate) - MIN(Rate) | COUNT(*) |",
        "| --- | --- |",
        "| 1.5 | 2 |",
        "Made of 2 rows of the table.",
        "",
        "| Year | Rate |",
        "| --- | --- |",
        "| 2023 | 4 % |",
        "| 2024 | 5.5 % |",
    ]
    assert 'AS "99 %"' in record.url, "the query itself stands in the record's address"


def test_cells_stand_under_the_headers_of_their_source(library: Library) -> None:
    record, used = query_table.ask(library, "SELECT price_eur AS torque, * FROM parts_1 AS t WHERE part = 'BN-8'")
    header, _, row, *rest = record.text.split("\n")
    assert header == "| Price (EUR) | Part | Price (EUR) | Price (EUR) | Change | Change | Stock | Stock |"
    assert row == "| 1008.50 | BN-8 | 1008.50 | 1,008.50 | 8 | 8 | 1 | 1 |"
    assert rest == ["Made of 1 rows of the table."] and used.markdown.endswith("| BN-8 | 1,008.50 | 8 | 1 |")


def test_many_rows_are_cut_and_it_is_told(library: Library) -> None:
    record, *_ = query_table.ask(library, "SELECT part FROM parts_1")
    assert "Only the first 50 rows" in record.text


def test_a_library_without_tables(tmp_path: Path) -> None:
    with Library(tmp_path, create=True) as empty, pytest.raises(ToolError, match="no table"):
        query_table.tell(empty, "")


def answered(library: Library, sql: str, text: str, quote: str) -> Answer:
    """What the reader gets of a model that makes this query and claims this from its result."""
    with Assistant(library=library.root) as assistant:
        model = Scripted([call("query_table", sql=sql), DONE], [(claim(text, 1, quote),)])
        assistant.context = replace(assistant.context, model=model)
        return assistant.ask("What is it?")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT '999 Nm' AS torque FROM parts_1 LIMIT 1",
        'SELECT stock AS "Torque: 999 Nm" FROM parts_1 LIMIT 1',
        "SELECT price_eur - 1 AS \"999 Nm\" FROM parts_1 WHERE '999 Nm' = '999 Nm' LIMIT 1",
        "SELECT part FROM parts_1 UNION ALL SELECT '999 Nm' FROM parts_1",
        "WITH parts_1 AS (SELECT '999 Nm' AS torque FROM rates_1) SELECT max(torque) FROM parts_1",
    ],
)
def test_a_claim_on_what_the_query_brought_in_reaches_nobody(library: Library, sql: str) -> None:
    answer = answered(library, sql, "The torque is 999 Nm.", "999 Nm")
    assert answer.status == "not_found" and not answer.verdicts


def test_a_claim_on_cells_and_on_their_sum_is_answered(library: Library) -> None:
    sql = "SELECT sum(price_eur) AS total FROM parts_1 WHERE stock = 3 AND price_eur < 1020"
    total = Decimal("1003.50") + Decimal("1010.50") + Decimal("1017.50")
    text = f"The sum of the prices is EUR {total}."
    assert answered(library, sql, text, f"SUM(Price (EUR)) |\n| --- |\n| {total}").status == "answered"
    cell = "SELECT part, price_eur FROM parts_1 WHERE part = 'BN-8'"
    assert answered(library, cell, "The price of BN-8 is 1008.50 EUR.", "| BN-8 | 1008.50 |").status == "answered"
