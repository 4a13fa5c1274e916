"""query_table: SQL over the tables of the library, exact where a search only finds. Nothing outside is reached.

A result is evidence where its values come from cells (see `sql/lineage.py`); a value that was computed is shown under
its expression and with the rows that it was computed from.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, cast

from pydantic import BaseModel, Field

from tools.errors import ToolError
from tools.language import markdown
from tools.library.evidence import Hit, Item, Record
from tools.library.library import Library
from tools.library.search import typed_tables
from tools.library.search.typed_tables import TableName, TypedTable
from tools.sql.sandbox import Sandbox
from tools.tool import Context, Tool

SANDBOX = Sandbox()
"""Of the whole program: its process is started by the first call."""
MAX_ROWS = 50
"""Rows of a result that are shown."""
MAX_LISTED = 12
"""Tables that a call without SQL lists."""
MAX_COLUMNS = 12
"""Columns that are named of each."""
MAX_USED = 40
"""Rows that are cited as used, of a table on one page; of more, the table is cited."""
MAX_BESIDE = 20
"""Rows that a computed value is shown with, in the record itself."""


class QueryTable(BaseModel):
    query: str = Field(default="", max_length=300, description="words for the tables to list, where sql is ''")
    sql: str = Field(default="", max_length=4000, description="one SELECT over tables that were listed, or ''")


def tool(library: Library) -> Tool:
    def run(args: BaseModel, context: Context) -> list[Hit]:
        call = cast(QueryTable, args)
        items = ask(library, call.sql) if call.sql.strip() else tell(library, call.query)
        return [Hit(item=item, rank=rank) for rank, item in enumerate(items, 1)]

    when = (
        "Call it to count, add up, compare, sort or filter rows of a table: first with sql '' to be told tables and "
        "columns, then with a SELECT of columns, aggregates and arithmetic over columns, without constants of your own."
    )
    return Tool("query_table", when, QueryTable, run)


def tell(library: Library, words: str) -> list[Item]:
    """The tables that fit the words best, as one record: names, columns, types, a row. Raises ToolError where there
    are none."""
    SANDBOX.start()  # a SELECT comes next
    every = typed_tables.names(library.catalog)
    if not every:
        raise ToolError("There is no table in the library.", "Search the text instead.")
    chosen = every[:MAX_LISTED]
    if words.strip():
        by_item = {name.item: name for name in every}
        hits = library.search(words, kinds=("table",), limit=MAX_LISTED)
        chosen = [by_item[hit.item.id] for hit in hits if hit.item.id in by_item]
    chosen = list(dict.fromkeys(typed_tables.beginning(library.catalog, every, name) for name in chosen))
    lines = [_line(library, typed_tables.read(library.catalog, name)) for name in chosen]
    if len(every) > len(chosen):
        lines.append(f"{len(every) - len(chosen)} more tables: say in `query` what they are about.")
    return [_record("tables of the library", "\n".join(lines))]


def ask(library: Library, sql: str) -> list[Item]:
    """The result as a record, then the rows that were used, each where it stands. Raises ToolError for what is no
    SELECT over tables of the library or brings in values of its own, takes too much time or memory, or fails."""
    every = {name.name: name for name in typed_tables.names(library.catalog)}
    words = dict.fromkeys(re.findall(r"\w+", sql.lower()))
    tables = [typed_tables.read(library.catalog, every[word]) for word in words if word in every]
    if not tables:
        raise ToolError(f"The SQL names no table of the library. {_some(every)}", "Call it with sql '' first.")
    filled = [{"name": table.name, "columns": [asdict(column) for column in table.columns]} for table in tables]
    try:
        result = SANDBOX.run(sql=sql, tables=filled, row_number=typed_tables.ROW, most_rows=MAX_ROWS)
    except ToolError as error:
        step = error.next_step or f"Mend the query. {' '.join(_shape(table) for table in tables)}"
        raise ToolError(error.message, step) from error
    used = result["used"] if len(tables) == 1 else None
    first = library.source(tables[0].parts[0].source_id)
    text = "\n".join([markdown.table(result["columns"], result["rows"]), *_notes(result, tables[0], used)])
    record = _record(f"{first.uri}#sql={' '.join(sql.split())}", text)
    return [record, *(item for table in tables for item in _used(table, used))]


def _notes(result: Mapping[str, Any], table: TypedTable, used: Sequence[int] | None) -> Iterator[str]:
    """What stands below a result; beside values that were computed, the rows that they were computed from."""
    if result["more"]:
        yield f"Only the first {MAX_ROWS} rows are shown."
    if not result["rows"]:
        yield "No row fits."
    if used is not None:
        yield f"Made of {len(used)} rows of the table."
        if result["computed"] and len(used) <= MAX_BESIDE:
            yield "\n" + markdown.table(table.header, [table.rows[number - 1].cells for number in used])


def _used(table: TypedTable, numbers: Sequence[int] | None) -> Iterator[Item]:
    """The rows that were used, as tables of their own that stand where they stand; the whole table where that cannot be
    said, or where it is all of it."""
    if numbers is None:
        yield from table.parts
        return
    for part, rows in table.rows_by_part(numbers):
        if len(rows) > MAX_USED or len(rows) == len([row for row in table.rows if row.item == part.id]):
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


def _line(library: Library, table: TypedTable) -> str:
    part = table.parts[0]
    title = library.source(part.source_id).title
    caption = f": {part.caption}" if part.caption else ""
    first = f" First row: {' | '.join(table.rows[0].cells)[:160]}" if table.rows else ""
    return f"{_shape(table)} {len(table.rows)} rows, {title} page {part.regions[0].page}{caption}.{first}"


def _shape(table: TypedTable) -> str:
    """Name, columns and types; a number's column has one with the text as it stands beside it."""
    columns = [column for column in table.columns if not column.name.endswith("_text")]
    shown = ", ".join(f"{column.name} {column.type.split('(')[0]}" for column in columns[:MAX_COLUMNS])
    return f"{table.name} ({shown}{', …' if len(columns) > MAX_COLUMNS else ''})"


def _some(every: Mapping[str, TableName]) -> str:
    names = list(every)[:8]
    return f"There are: {', '.join(names)}{', …' if len(every) > len(names) else ''}." if names else "It has none."
