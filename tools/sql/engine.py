"""The process that runs queries: `python -m tools.sql.engine`. A request a line on stdin, a reply a line on stdout.

It cannot take more memory than `MEMORY`, writes no file, and ends by itself when nobody is there to end it.
"""

import json
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tools.errors import ToolError

if TYPE_CHECKING:
    import duckdb

MEMORY = 512 * 2**20
"""Bytes of address space, of which 190 MB are taken before a query begins. The operating system enforces it: DuckDB's
own limit of 512 MB let `repeat('x', 2000000000)` take 4 GB."""
DUCKDB_MEMORY = "256MB"
"""DuckDB gives up here by itself, mostly, and says so."""
ORPHAN_SECONDS = 15.0
"""After which a query ends the process, where the one that should have ended it is gone."""
READY = "ready"


def main() -> None:
    """Answers requests until stdin is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is for the program that started this one
    _limit_memory()
    column = {"name": "a", "title": "a", "type": "VARCHAR", "values": ["1"]}
    # Or the first query would wait for imports.
    run("SELECT count(*) FROM t", [{"name": "t", "columns": [column]}], "a", 1)
    print(READY, flush=True)
    for line in sys.stdin:
        _end_in(ORPHAN_SECONDS)
        reply = _answer(json.loads(line))
        _end_in(0)
        print(json.dumps(reply), flush=True)


def _limit_memory() -> None:
    with suppress(ImportError):  # Windows has no such limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _end_in(seconds: float) -> None:
    """The signal's default ends a process, even one that is deep in a library; 0 takes it back."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    """columns, computed, rows, more and used; or error and next_step."""
    import duckdb
    from sqlglot.errors import SqlglotError

    try:
        return run(**request)
    except ToolError as error:
        return {"error": error.message, "next_step": error.next_step}
    except (MemoryError, duckdb.OutOfMemoryException):
        return {"error": "The query needs more memory than it may take.", "next_step": "Ask for less."}
    except RecursionError:
        return {"error": "The query is nested too deeply.", "next_step": "Write it plainer."}
    except (SqlglotError, duckdb.Error) as error:
        return {"error": f"SQL: {str(error).splitlines()[0]}", "next_step": ""}


def run(sql: str, tables: list[dict[str, Any]], row_number: str, most_rows: int) -> dict[str, Any]:
    """Rows as text, and the numbers of the table's rows that they rest on, None where that cannot be said. Each table
    is {name, columns: [{name, title, type, values}]}."""
    import duckdb

    from tools.sql import lineage

    titles = {table["name"]: {column["name"]: column["title"] for column in table["columns"]} for table in tables}
    plan = lineage.plan(sql, titles, row_number)
    settings = {"threads": 1, "memory_limit": DUCKDB_MEMORY, "temp_directory": ""}
    with duckdb.connect(":memory:", config=settings) as database:
        for table in tables:
            _fill(database, table)
        for setting in ("enable_external_access = false", "lock_configuration = true"):
            database.execute(f"SET {setting}")
        found = database.execute(plan.sql).fetchmany(most_rows + 1)
        rows, used = found[:most_rows], None
        if plan.numbered:
            used = [row[-1] for row in rows]
        elif plan.rows:
            used = [row[0] for row in database.execute(plan.rows).fetchall()]
    shown = [place for place, output in enumerate(plan.outputs) if output.shown]
    return {
        "columns": [plan.outputs[place].title for place in shown],
        "computed": any(output.computed for output in plan.outputs),
        "rows": [["" if row[place] is None else str(row[place]) for place in shown] for row in rows],
        "more": len(found) > most_rows,
        "used": used,
    }


def _fill(database: "duckdb.DuckDBPyConnection", table: dict[str, Any]) -> None:
    """A column at a time: row by row takes a second a thousand."""
    columns = table["columns"]
    shape = ", ".join(f'"{column["name"]}" {column["type"]}' for column in columns)
    database.execute(f'CREATE TABLE "{table["name"]}" ({shape})')
    cells = ", ".join(f"unnest(?::VARCHAR[])::{column['type']}" for column in columns)
    database.execute(f'INSERT INTO "{table["name"]}" SELECT {cells}', [column["values"] for column in columns])


if __name__ == "__main__":
    main()
