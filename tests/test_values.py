"""Which values of a query are evidence: those of cells. What the query brings in never reaches the text of a result."""

from typing import Any

import duckdb
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from sqlglot.errors import SqlglotError

from tools.errors import ToolError
from tools.sql import engine

TABLES = [
    {
        "name": "t",
        "columns": [
            {"name": "nr", "title": "nr", "type": "INTEGER", "values": ["1", "2", "3"]},
            {"name": "part", "title": "Part", "type": "VARCHAR", "values": ["AB-1", "AB-2", None]},
            {"name": "torque", "title": "Torque (N·m)", "type": "DECIMAL(38, 1)", "values": ["48.0", "53.5", "20.0"]},
            {"name": "price", "title": "Price, EUR", "type": "DECIMAL(38, 2)", "values": ["4.00", "5.00", "8.00"]},
        ],
    },
    {
        "name": "u",
        "columns": [
            {"name": "nr", "title": "nr", "type": "INTEGER", "values": ["1", "2"]},
            {"name": "part", "title": "Part", "type": "VARCHAR", "values": ["AB-1", "AB-2"]},
            {"name": "rate", "title": "Rate", "type": "DECIMAL(38, 1)", "values": ["1.5", "2.5"]},
        ],
    },
]


def run(sql: str) -> dict[str, Any]:
    return engine.run(sql, TABLES, "nr", 50)


@pytest.mark.parametrize(
    "value",
    [
        "'999 Nm'",
        "999",
        "-(-999)",
        "900 + 99",
        "$$999$$",
        "e'999'",
        "0x3e7",
        "true",
        "date '1999-01-01'",
        "interval 999 day",
        "cast(999 as varchar)",
        "torque || '999'",
        "concat(torque, '9')",
        "9 || 9 || 9",
        "chr(57) || chr(57)",
        "case when price > 1 then 999 else torque end",
        "case when price > 1 then torque else 999 end",
        "case part when 'AB-1' then 999 end",
        "if(price > 1, 999, torque)",
        "coalesce(torque, 999)",
        "ifnull(part, '999')",
        "nullif(999, 1)",
        "greatest(torque, 999)",
        "replace(part, 'AB', '999')",
        "substr(part, 4, 1)",
        "part[4]",
        "left(part, 1)",
        "reverse(part)",
        "regexp_extract(part, '[0-9]')",
        "regexp_replace(part, '.*', '999')",
        "ltrim(part, 'AB-')",
        "trim(both 'A' from part)",
        "split_part(part, '-', 2)",
        "format('{} Nm', torque)",
        "printf('%d', 999)",
        "repeat('9', 3)",
        "lpad(part, 9, '9')",
        "string_agg(part, '')",
        "string_agg(part, '9')",
        "string_agg(part, '.')",
        "torque * 0 + 999",
        "torque + 951",
        "torque * 20.8125",
        "torque / torque * 999",
        "torque / torque * 100 * 100",
        "torque / torque - 1 - 1",
        "torque * 1000",
        "torque / 3",
        "torque % 1000",
        "mod(torque, 999)",
        "power(torque, 0)",
        "torque ^ 2",
        "1.0 / 3 * torque",
        "round(999.4)",
        "max(999)",
        "sum(999)",
        "avg(999)",
        "any_value('999')",
        "arg_max('999', price)",
        "sum(torque) * 1.19",
        "count(*) * 999",
        "sum(case when price > 1 then 999 else 0 end)",
        "max(case when price > 1 then 1 else 0 end)",
        "sum(max(1)) over ()",
        "lag(torque, 1, 999) over (order by nr)",
        "row_number() over () * 999",
        "[999]",
        "[999][1]",
        "{'a': 999}",
        "{'a': 999}.a",
        "torque::varchar::enum('999')",
        "length(part)",
        "nr",
        "nr + nr",
        "max(nr)",
        "(select 999 from t limit 1)",
        "(select max(999) from t)",
        "version()",
        "current_date",
        "random()",
        "t",
        "#1",
        "columns('p.*')",
        "part collate nocase",
    ],
)
def test_what_the_query_brings_in_is_refused(value: str) -> None:
    """As an output, and through a subquery, WITH and UNION that give it a column's name."""
    for sql in (
        f"SELECT {value} AS torque FROM t",
        f"SELECT torque FROM (SELECT {value} AS torque FROM t) v",
        f"WITH t2 AS (SELECT {value} AS torque FROM t) SELECT max(torque) FROM t2",
        f"SELECT torque::varchar FROM t UNION ALL SELECT {value} FROM t",
    ):
        with pytest.raises((ToolError, SqlglotError)):
            run(sql)


@pytest.mark.parametrize(
    ("value", "title", "cells"),
    [
        ("torque", "Torque (N·m)", "48.0 53.5 20.0"),
        ("price::int", "CAST(Price, EUR AS INT)", "4 5 8"),
        ("max(torque)", "MAX(Torque (N·m))", "53.5"),
        ("sum(torque)", "SUM(Torque (N·m))", "121.5"),
        ("count(*)", "COUNT(*)", "3"),
        ("count(distinct torque)", "COUNT(DISTINCT Torque)", "3"),
        ("min(part)", "MIN(Part)", "AB-1"),
        ("arg_max(part, torque)", "ARG_MAX(Part, Torque)", "AB-2"),
        ("string_agg(upper(part), '; ')", "LISTAGG(UPPER(Part), …)", "AB-1;/AB-2"),
        ("torque - price", "Torque - Price", "44.00 48.50 12.00"),
        ("max(torque) - min(torque)", "MAX(Torque (N·m)) - MIN(Torque (N·m))", "33.5"),
        ("torque * price", "Torque * Price", "192.000 267.500 160.000"),
        ("torque / price", "Torque / Price", "12.0 10.7 2.5"),
        ("100 * torque / price", "… * Torque / Price", "1200.0 1070.0 250.0"),
        ("(max(price) - min(price)) * 100.0 / min(price)", "(MAX(Price) - MIN(Price)) * … / MIN(Price)", "100.0"),
        ("round((max(price) / min(price) - 1) * 100, 1)", "ROUND((MAX(Price) / MIN(Price) - …) * …, …)", "100.0"),
        ("1 - min(price) / max(price)", "… - MIN(Price) / MAX(Price)", "0.5"),
        ("(torque + price) / 2", "(Torque + Price) / …", "26.0 29.25 14.0"),
        ("1.0 * sum(price) / max(torque - price)", "… * SUM(Price) / MAX(Torque - Price)", str(17 / 48.5)),
        ("sum(case when price > 4 then 1 else 0 end)", "SUM(CASE WHEN Price > … THEN … ELSE … END)", "2"),
        ("avg(case when price > 4 then 1 else 0 end) > 0.6", "AVG(CASE WHEN Price > … THEN … ELSE … END) > …", "True"),
        ("sum(case part when 'AB-1' then torque else 0 end)", None, "48.0"),
        ("sum(coalesce(price, 0))", "SUM(COALESCE(Price, EUR, …))", "17.00"),
        ("sum(torque) filter (where part = 'AB-2')", "SUM(Torque (N·m)) FILTER(WHERE Part = …)", "53.5"),
        ("torque > 50", "Torque > …", "False True False"),
        ("lag(torque, 1, price) over (order by t.nr)", None, "4.0 48.0 53.5"),
        ("rank() over (order by torque desc)", "RANK() OVER (ORDER BY Torque DESC)", "2 1 3"),
        ("sum(torque) over (order by torque)", "SUM(Torque (N·m)) OVER (ORDER BY Torque)", "68.0 121.5 20.0"),
        ("(select max(rate) from u where u.part = t.part)", "MAX(Rate)", "1.5 2.5 -"),
        ("exists(select 999 from u)", "EXISTS(…)", "True True True"),
        ("null", "NULL", "- - -"),
    ],
)
def test_what_comes_from_cells_passes_under_its_expression(value: str, title: str | None, cells: str) -> None:
    """Hand-calculated over the table above. A unit stays only where the value still has it."""
    result = run(f'SELECT {value} AS "999 Nm" FROM t')
    assert title is None or result["columns"] == [title]
    found = [row[0].replace("; ", ";/") or "-" for row in result["rows"]]
    assert sorted(found) == sorted(cells.split())


NUMBER, TEXT = "8675309", "Zeppelin"
VALUES = st.recursive(
    st.sampled_from(["part", "torque", "price", "t.price", NUMBER, f"'{TEXT}'", "0", "1", "100", "nr", "null", "'-'"]),
    lambda inner: (
        st.tuples(inner, st.sampled_from("+-*/%"), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})")
        | st.tuples(st.sampled_from(["sum", "max", "count", "round", "upper", "first", "trim", "list"]), inner).map(
            lambda p: f"{p[0]}({p[1]})"
        )
        | st.tuples(
            st.sampled_from(["coalesce", "concat", "greatest", "nullif", "string_agg", "lag"]), inner, inner
        ).map(lambda p: f"{p[0]}({p[1]}, {p[2]})")
        | st.tuples(inner, inner, inner).map(lambda p: f"case when {p[0]} = {p[1]} then {p[2]} else {p[0]} end")
        | inner.map(lambda value: f"(select min(x) from (select {value} as x from t) v)")
        | inner.map(lambda value: f"({value})::varchar")
        | st.tuples(inner, inner).map(lambda p: f"({p[0]} || {p[1]})")
        | st.tuples(inner, inner).map(lambda p: f"max({p[0]}) over (partition by {p[1]})")
    ),
    max_leaves=6,
)
FRAMES = st.sampled_from(
    [
        "SELECT {0} AS {a}, {1} FROM t",
        "SELECT {0} FROM t WHERE part <> {1} UNION SELECT {1} FROM t",
        "WITH t AS (SELECT {0} AS torque, {1} AS part FROM t) SELECT torque, part FROM t",
        "SELECT v.* FROM (SELECT {0} AS {a}, {1} AS y FROM t) AS v(torque, price) WHERE torque = {1}",
        "SELECT part FROM t FULL JOIN (SELECT {0} AS part FROM t) v USING (part) ORDER BY {1}",
        "SELECT {0}, {1} FROM t GROUP BY ALL HAVING max({0}) <> {1}",
        "SELECT * REPLACE ({0} AS torque) FROM t, (SELECT {1} AS z FROM u) w",
    ]
)


@settings(max_examples=200, deadline=None)
@given(frame=FRAMES, one=VALUES, other=VALUES)
def test_no_query_puts_its_own_numbers_or_names_into_a_result(frame: str, one: str, other: str) -> None:
    try:
        result = run(frame.format(one, other, a=f'"{TEXT}"'))
    except (ToolError, SqlglotError, duckdb.Error):
        return
    event("passes")
    said = str((result["columns"], result["rows"])).lower()
    assert NUMBER not in said and TEXT.lower() not in said
