"""query_table: SQL over the tables of the library, exact where a search only finds. Nothing outside is reached."""

import json
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel, Field

from tools.errors import ToolError
from tools.language import markdown
from tools.library.evidence import Hit, Item, Record
from tools.library.search import typed_tables
from tools.library.search.typed_tables import TableName, TypedTable
from tools.tool import Context, Tool

if TYPE_CHECKING:
    import duckdb

    from tools.library.library import Library

SECONDS = 5.0
MOST_ROWS = 50
MOST_LISTED = 12
MOST_USED = 40
"""Rows that are shown as used, of a table on one page; of more, the table is shown."""
SHOWN_COLUMNS = 12


class QueryTable(BaseModel):
    query: str = Field(default="", max_length=300, description="words for the tables you want to be told")
    sql: str = Field(default="", max_length=4000, description="one SELECT over tables you were told, or ''")


@dataclass(frozen=True)
class Result:
    """Rows that a query gave, as text, and the numbers of the rows it used; None where that cannot be said."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: bool
    used: tuple[int, ...] | None


def tool(library: "Library") -> Tool:
    def run(args: BaseModel, context: Context) -> list[Hit]:
        call = cast(QueryTable, args)
        items = ask(library, call.sql) if call.sql.strip() else tell(library, call.query)
        return [Hit(item=item, rank=rank) for rank, item in enumerate(items, 1)]

    when = (
        "Call it to count, add up, compare, sort or filter rows of a table: first with sql '' to be told tables and "
        "columns, then with a SELECT."
    )
    return Tool("query_table", when, QueryTable, run)


def tell(library: "Library", words: str) -> list[Item]:
    """The tables that fit the words best, as one record: names, columns, types, a row. Raises ToolError where there
    are none."""
    known = typed_tables.names(library.catalog)
    if not known:
        raise ToolError("There is no table in the library.", "Search the text instead.")
    by_item = {name.item: name for name in known}
    if words.strip():
        hits = library.search(words, kinds=("table",), limit=MOST_LISTED)
        chosen = [by_item[hit.item.id] for hit in hits if hit.item.id in by_item]
    else:
        chosen = known[:MOST_LISTED]
    chosen = list(dict.fromkeys(typed_tables.beginning(library.catalog, known, name) for name in chosen))
    lines = [_line(library, typed_tables.read(library.catalog, name), name) for name in chosen]
    if len(known) > len(chosen):
        lines.append(f"{len(known) - len(chosen)} more tables: say in `query` what they are about.")
    return [_record("tables of the library", "\n".join(lines))]


def ask(library: "Library", sql: str) -> list[Item]:
    """The result as a record, then the rows that were used, each where it stands. Raises ToolError for what is no
    SELECT over tables of the library, takes too long, or fails."""
    known = {name.name: name for name in typed_tables.names(library.catalog)}
    words = dict.fromkeys(re.findall(r"\w+", sql.lower()))
    tables = [typed_tables.read(library.catalog, known[word]) for word in words if word in known]
    if not tables:
        raise ToolError(f"The SQL names no table of the library. {_some(known)}", "Call it with sql '' first.")
    result = _run(sql, tables)
    first = library.source(tables[0].parts[0].source_id)
    record = _record(
        f"{first.uri}#sql={' '.join(sql.split())}", markdown.table(result.columns, result.rows) + _told(result)
    )
    return [record, *(item for table in tables for item in _used(table, result.used if len(tables) == 1 else None))]


def _run(sql: str, tables: Sequence[TypedTable]) -> Result:
    import duckdb

    database = duckdb.connect(":memory:", config={"threads": 1, "memory_limit": "512MB"})
    try:
        for table in tables:
            _fill(database, table)
        for setting in ("enable_external_access = false", "lock_configuration = true"):
            database.execute(f"SET {setting}")
        _refuse_all_but_select(sql)
        stop = threading.Timer(SECONDS, database.interrupt)
        stop.start()
        try:
            found = database.execute(sql)
            columns = tuple(str(column[0]) for column in found.description or ())
            rows = found.fetchmany(MOST_ROWS + 1)
            used = _rows_used(database, sql, tables[0]) if len(tables) == 1 else None
        finally:
            stop.cancel()
    except duckdb.InterruptException as error:
        raise ToolError(f"The query takes longer than {SECONDS:.0f} seconds.", "Ask for less.") from error
    except duckdb.Error as error:
        said = str(error).splitlines()[0]
        raise ToolError(f"SQL: {said}. {' '.join(_shape(table) for table in tables)}", "Mend the query.") from error
    finally:
        database.close()
    shown = tuple(tuple("" if cell is None else str(cell) for cell in row) for row in rows[:MOST_ROWS])
    return Result(columns, shown, len(rows) > MOST_ROWS, used)


def _fill(database: "duckdb.DuckDBPyConnection", table: TypedTable) -> None:
    """A column at a time: row by row takes a second a thousand."""
    shape = ", ".join(f'"{column.name}" {column.type}' for column in table.columns)
    database.execute(f'CREATE TABLE "{table.name}" ({shape})')
    if table.rows:
        cells = ", ".join(f"unnest(?::VARCHAR[])::{column.type}" for column in table.columns)
        database.execute(f'INSERT INTO "{table.name}" SELECT {cells}', [list(c.values) for c in table.columns])


def _refuse_all_but_select(sql: str) -> None:
    import duckdb

    statements = duckdb.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise ToolError("Only one SELECT is allowed.", "Write it without ';' and without any other statement.")


def _rows_used(database: "duckdb.DuckDBPyConnection", sql: str, table: TypedTable) -> tuple[int, ...] | None:
    """Numbers of the rows that a query of one table rests on: those it returns, or those its WHERE lets through where
    it adds up. None where it is more than that (a join with itself, a subquery)."""
    tree = json.loads(database.execute("SELECT json_serialize_sql(?)", [sql]).fetchall()[0][0])
    if tree.get("error") or len(tree["statements"]) != 1:
        return None
    node = tree["statements"][0]["node"]
    if node["type"] != "SELECT_NODE" or node["from_table"]["type"] != "BASE_TABLE" or "SUBQUERY" in json.dumps(node):
        return None
    if node.get("group_expressions") or node.get("having") or _adds_up(database, node["select_list"]):
        node.update(modifiers=[], group_expressions=[], group_sets=[], having=None, qualify=None)
    aliases = {item.get("alias") for item in node["select_list"]}
    wanted = json.loads(
        database.execute("SELECT json_serialize_sql(?)", [f"SELECT {typed_tables.ROW}"]).fetchall()[0][0]
    )
    node["select_list"] = wanted["statements"][0]["node"]["select_list"]
    node["modifiers"] = [m for m in node["modifiers"] if m["type"] != "DISTINCT_MODIFIER"]
    if any(alias and f'"{alias}"' in json.dumps(node["modifiers"]) for alias in aliases):
        return None
    plain = database.execute("SELECT json_deserialize_sql(?::JSON)", [json.dumps(tree)]).fetchall()[0][0]
    return tuple(int(row[0]) for row in database.execute(plain).fetchmany(typed_tables.MAX_ROWS))


def _adds_up(database: "duckdb.DuckDBPyConnection", select: list[dict[str, Any]]) -> bool:
    called = {name.lower() for name in re.findall(r'"function_name": "(\w+)"', json.dumps(select))}
    marks = ", ".join("?" * len(called)) or "''"
    query = f"SELECT 1 FROM duckdb_functions() WHERE function_type = 'aggregate' AND function_name IN ({marks}) LIMIT 1"
    return bool(database.execute(query, sorted(called)).fetchall())


def _used(table: TypedTable, numbers: Sequence[int] | None) -> Iterator[Item]:
    """The rows that were used, as tables of their own that stand where they stand; the whole table where that cannot be
    said, or where it is all of it."""
    if numbers is None:
        yield from table.parts
        return
    for part, rows in table.rows_by_part(numbers):
        if len(rows) > MOST_USED or len(rows) == len([row for row in table.rows if row.item == part.id]):
            yield part
            continue
        text = markdown.table(table.header, [row.cells for row in rows])
        id = f"{part.id}#{sha256(text.encode()).hexdigest()[:8]}"
        yield part.model_copy(
            update={"id": id, "markdown": text, "regions": typed_tables.regions(rows) or part.regions}
        )


def _record(url: str, text: str) -> Record:
    id = "sql:" + sha256(f"{url}\n{text}".encode()).hexdigest()[:16]
    return Record(id=id, url=url, retrieved_at=datetime.now(UTC), text=text)


def _told(result: Result) -> str:
    rows = f"\nOnly the first {MOST_ROWS} rows are shown." if result.more else ""
    if not result.rows:
        rows = "\nNo row fits."
    return rows + (f"\nMade of {len(result.used)} rows of the table." if result.used is not None else "")


def _line(library: "Library", table: TypedTable, name: TableName) -> str:
    source = library.source(name.source)
    page = table.parts[0].regions[0].page
    caption = f": {table.parts[0].caption}" if table.parts[0].caption else ""
    first = f" First row: {' | '.join(table.rows[0].cells)[:160]}" if table.rows else ""
    return f"{_shape(table)} {len(table.rows)} rows, {source.title} page {page}{caption}.{first}"


def _shape(table: TypedTable) -> str:
    """Name, columns and types; a number's column has one with the text as it stands beside it."""
    columns = [c for c in table.columns if not c.name.endswith("_text")]
    shown = ", ".join(f"{c.name} {c.type.split('(')[0]}" for c in columns[:SHOWN_COLUMNS])
    return f"{table.name} ({shown}{', …' if len(columns) > SHOWN_COLUMNS else ''})"


def _some(known: dict[str, TableName]) -> str:
    names = list(known)[:8]
    return f"There are: {', '.join(names)}{', …' if len(known) > len(names) else ''}." if names else "It has none."
