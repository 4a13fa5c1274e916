"""SQL for query_table: what a query brought in is no evidence, bombs end in their bounds, and only tables are read."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from evals.attacks import documents
from evals.attacks.outcome import Outcome
from evals.attacks.processes import Command, Ended
from tools import build
from tools.errors import ToolError
from tools.library.evidence import Record
from tools.library.library import Library
from tools.tool import Context

FILE = Path(__file__).with_suffix(".toml")
TABLE = "stock_1"
SECONDS = 15.0
"""The query's own 5, and as many for starting and ending on a busy machine."""
MEGABYTES = 768.0
"""More than a harmless query takes: its limit of 512, and half of that for what is around it."""
BROUGHT_IN = ("999", "zyxw")
REFUSED, GAVE = "refused: ", "gave: "
LONG = {
    "NOT_900": "NOT " * 900,
    "PLUS_480": "price" + " + price" * 480,
    "PARENTHESES_1900": "(" * 1900 + "price" + ")" * 1900,
}
"""Within the 4000 characters that a model may write."""


def statements(work: Path) -> Iterator[Outcome]:
    documents.facts(work / "documents", work / "library")
    every = tomllib.loads(FILE.read_text("utf-8"))
    usual = _run(work, every["right"][0]).megabytes
    for kind, some in every.items():
        for statement in some:
            ended = _run(work, statement)
            yield Outcome(f"{kind}: {statement}", _problem(kind, ended, usual, work), ended.seconds, ended.megabytes)


def _run(work: Path, statement: str) -> Ended:
    sql = statement.format(t=TABLE, out=work / "stolen", **LONG)
    return Command(_ask, work / "library", sql).wait(SECONDS)


def _ask(library: Path, sql: str) -> None:
    """Prints what a model would be shown."""
    with Library(library) as opened:
        tool = build(opened)["query_table"]
        try:
            hits = tool.run(tool.args.model_construct(sql=sql, query=""), Context())
        except ToolError as error:
            print(f"{REFUSED}{error}")
        else:
            print(GAVE + "\n".join(hit.item.text for hit in hits if isinstance(hit.item, Record)))


def _problem(kind: str, ended: Ended, usual: float, work: Path) -> str:
    if problem := ended.problem(0):
        return problem
    if ended.megabytes > usual + MEGABYTES:
        return f"a process took {ended.megabytes - usual:.0f} MB more than a harmless query"
    gave = ended.output.partition(GAVE)[2]
    if kind == "right" and not gave:
        return f"a good query was refused: {ended.output[:160]}"
    if kind == "refused" and (gave or (work / "stolen").exists()):
        return f"it was run: {gave[:160]}"
    if kind == "evidence" and (found := [word for word in BROUGHT_IN if word in gave.lower()]):
        return f"{found[0]} became evidence"
    return ""
