"""Columns are followed to the cells of tables, rows come from tables only, and the rows that were used are known."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot.errors import SqlglotError

from tools.errors import ToolError
from tools.sql import lineage

TITLES = {
    "t": {"nr": "nr", "part": "Part", "torque": "Torque (N·m)"},
    "u": {"nr": "nr", "part": "Part No.", "rate": "Rate"},
    "rows": {"nr": "nr", "nr_2": "nr"},
}


def plan(sql: str) -> lineage.QueryPlan:
    return lineage.plan(sql, TITLES, "nr")


@pytest.mark.parametrize(
    ("sql", "titles"),
    [
        ('SELECT part AS "999 Nm" FROM t', "Part"),
        ('SELECT x."999 Nm" FROM (SELECT part AS "999 Nm" FROM t) AS x', "Part"),
        ("WITH c(a, b) AS (SELECT torque, part FROM t) SELECT b, a FROM c", "Part; Torque (N·m)"),
        ("WITH t AS (SELECT rate AS torque FROM u) SELECT torque FROM t", "Rate"),
        ("SELECT v.b FROM (SELECT part, torque FROM t) AS v(a, b)", "Torque (N·m)"),
        ("SELECT part FROM t UNION SELECT part FROM t", "Part"),
        ("SELECT part FROM t UNION SELECT part FROM u", "COALESCE(Part, Part No.)"),
        ("SELECT part FROM t FULL JOIN u USING (part)", "COALESCE(Part, Part No.)"),
        ('SELECT PART, "Torque" FROM T', "Part; Torque (N·m)"),
        ("FROM t SELECT m: max(torque)", "MAX(Torque (N·m))"),
        ("SELECT torque AS a, a - torque AS b FROM t", "Torque (N·m); Torque (N·m) - Torque (N·m)"),
        ("SELECT max(a) FROM (SELECT sum(torque) AS a FROM t GROUP BY part) v", "MAX((SUM(Torque (N·m))))"),
        ("SELECT (SELECT max(rate) FROM u WHERE u.part = t.part) FROM t", "MAX(Rate)"),
        ("SELECT (SELECT max(t.torque) FROM u) FROM t", "MAX(Torque (N·m))"),
        ('SELECT sum(torque) OVER "999 Nm" FROM t WINDOW "999 Nm" AS (ORDER BY nr)', "SUM(Torque (N·m)) OVER …"),
        ("SELECT * FROM rows", "nr"),
    ],
)
def test_a_title_is_in_the_words_of_the_source(sql: str, titles: str) -> None:
    assert "; ".join(output.title for output in plan(sql).outputs if output.shown) == titles


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "SELECT x FROM (VALUES (999)) AS v(x), t",
        "SELECT part FROM t JOIN (VALUES (999)) AS v(x) ON true",
        "SELECT count(*) FROM t, range(999)",
        "SELECT count(*) FROM t, unnest([1, 2, 3])",
        "SELECT count(*) FROM (SELECT unnest(range(999)) FROM t) v",
        "SELECT count(*) FROM (SELECT 1 UNION ALL SELECT 2) v, t",
        "SELECT part FROM t, LATERAL (SELECT 999) AS v(x)",
        "WITH RECURSIVE c(n) AS (SELECT torque FROM t UNION ALL SELECT n FROM c) SELECT n FROM c",
        "SELECT part FROM t AS x(torque, part)",
        "SELECT * FROM t PIVOT (max(torque) FOR part IN ('a'))",
        "SELECT part FROM t UNION BY NAME SELECT rate FROM u",
        "SELECT x FROM (SELECT part AS x, torque AS x FROM t) v",
        "SELECT part FROM main.t",
        "SELECT part FROM read_csv('x.csv')",
        "SELECT * FROM 'x.csv'",
        "SELECT table_name FROM information_schema.tables",
        "SELECT name FROM duckdb_settings()",
        "DESCRIBE t",
        "SUMMARIZE t",
        "SHOW TABLES",
        "PIVOT t ON part USING max(torque)",
        "VALUES (1)",
        "SELECT part FROM t; SELECT part FROM t",
        "INSERT INTO t SELECT * FROM t",
        "WITH c AS (DELETE FROM t RETURNING part) SELECT part FROM c",
        "EXPLAIN SELECT part FROM t",
        "PRAGMA database_list",
        "SELECT nr FROM t",
        "",
    ],
)
def test_rows_come_from_tables_and_nowhere_else(sql: str) -> None:
    with pytest.raises((ToolError, SqlglotError)):
        plan(sql)


@pytest.mark.parametrize(
    ("sql", "numbered", "rows"),
    [
        ("SELECT part FROM t WHERE torque > 9 ORDER BY part LIMIT 2", True, ""),
        ("SELECT count(*) FROM t WHERE torque > 9", False, 'SELECT "t"."nr" FROM "t" AS "t" WHERE "t"."torque" > 9'),
        ("SELECT DISTINCT part FROM t AS p LIMIT 2", False, 'SELECT "p"."nr" FROM "t" AS "p"'),
        ("SELECT part FROM t GROUP BY part HAVING count(*) > 1", False, 'SELECT "t"."nr" FROM "t" AS "t"'),
        ("SELECT rank() OVER (ORDER BY torque) FROM t LIMIT 1", False, 'SELECT "t"."nr" FROM "t" AS "t"'),
        ("SELECT part FROM t WHERE torque = (SELECT max(torque) FROM t)", False, ""),
        ("SELECT t.part FROM t, u", False, ""),
        ("SELECT part FROM t USING SAMPLE 3", False, ""),
        ("WITH c AS (SELECT part FROM t) SELECT part FROM c", False, ""),
    ],
)
def test_the_rows_that_were_used(sql: str, numbered: bool, rows: str) -> None:
    found = plan(sql)
    assert (found.numbered, found.rows) == (numbered, rows)


SOUP = "SELECT FROM t u part torque ( ) , * ; 'x' WITH c AS 9 UNION JOIN USING . || - OVER CASE WHEN THEN END".split()


@settings(max_examples=200, deadline=None)
@given(sql=st.text(max_size=60) | st.lists(st.sampled_from(SOUP), max_size=20).map(" ".join))
def test_any_text_is_a_plan_or_a_refusal(sql: str) -> None:
    with suppress(ToolError, SqlglotError):
        assert plan(sql).sql
