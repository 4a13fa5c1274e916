"""What a question wants worked out over a table, and the SQL that does it: count, sum, largest, smallest, a bound.

The words for it are data, a line a language; a question in another language is answered by what stands there. Which
table and which column is meant is read off the tables that `query_table` tells.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from agent.llm.protocol import Similarity
from tools.language.words import terms

Operation = Literal["count", "sum", "average", "max", "min", "list"]
WORDS: dict[Operation, str] = {
    "count": r"how many|number of|wie viele|combien|cu[aá]nt[oa]s",
    "sum": r"in total|total|sum of|altogether|insgesamt|summe|somme|suma",
    "average": r"average|mean|durchschnitt\w*|moyenne|promedio",
    "max": r"most|highest|largest|greatest|longest|heaviest|biggest|dearest|höchste\w*|größte\w*|teuerste\w*|plus \w+",
    "min": r"least|lowest|smallest|fewest|shortest|lightest|cheapest|niedrigste\w*|kleinste\w*|billigste\w*|moins",
}
NUMBER = r"(?:[$€£]\s?)?(\d+(?:\.\d+)?)"
BOUNDS = {
    ">": rf"\b(?:over|above|more than|greater than|über|mehr als|plus de|más de)\s+{NUMBER}",
    "<": rf"\b(?:under|below|less than|fewer than|unter|weniger als|moins de|menos de)\s+{NUMBER}",
    ">=": rf"\b(?:at least|mindestens|au moins|al menos)\s+{NUMBER}",
    "<=": rf"\b(?:at most|höchstens|au plus|como máximo)\s+{NUMBER}",
}
BOUND = re.compile("|".join(BOUNDS.values()), re.IGNORECASE)
TOLD = re.compile(r"^(?P<name>\w+) \((?P<columns>.*?)\) (?P<rows>\d+) rows, (?P<about>.*)$", re.MULTILINE)
"""A table as `query_table` tells it."""
MOST_LABELS = 3
"""Columns of text that are shown beside a number."""
NEAR = 0.3
"""Cosine (MiniLM) of a question with the name of a column that it is about: "most expensive" and price .35, with any
other column of six tables tried at most .22."""
ORDER: dict[Operation, str] = {"max": "DESC", "min": "ASC"}


@dataclass(frozen=True)
class Asked:
    """`bound` is a comparison such as ("over", 50) written as SQL: "> 50", or ""."""

    operation: Operation
    bound: str = ""

    @property
    def by_table_first(self) -> bool:
        """Whether a row that only mentions it is no answer; a count or a sum may stand in the text."""
        return bool(self.bound) or self.operation in ORDER


@dataclass(frozen=True)
class Told:
    """A table: `numbers` and `labels` are its columns."""

    name: str
    numbers: tuple[str, ...]
    labels: tuple[str, ...]
    about: str

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.numbers, *self.labels)


def asked(question: str) -> Asked | None:
    """What the question wants worked out; None where it wants nothing of the kind."""
    bounds = [f"{sign} {found[1]}" for sign, words in BOUNDS.items() if (found := re.search(words, question, re.I))]
    rest = BOUND.sub(" ", question)
    named = [one for one, words in WORDS.items() if re.search(rf"\b(?:{words})\b", rest, re.IGNORECASE)]
    if not bounds and not named:
        return None
    return Asked(named[0] if named else "list", bounds[0] if bounds else "")


def told(text: str) -> list[Told]:
    """The tables in what `query_table` tells."""
    found = []
    for line in TOLD.finditer(text):
        pairs = [column.rsplit(" ", 1) for column in line["columns"].split(", ") if " " in column]
        numbers = tuple(name for name, kind in pairs if kind == "DECIMAL")
        labels = tuple(name for name, kind in pairs if kind == "VARCHAR")
        found.append(Told(line["name"], numbers, labels, line["about"]))
    return found


def sql(question: str, wanted: Asked, tables: Sequence[Told], similarity: Similarity) -> str:
    """The query; "" where no table is about what is asked: it has the things that are counted or chosen among as a
    column, and a column of the numbers."""
    words = terms(question)
    for table in sorted(tables, key=lambda table: -len(words & _terms(table.name, *table.columns, table.about))):
        column = _column(question, table, similarity)
        needs_column = wanted.bound or wanted.operation != "count"
        needs_label = wanted.operation not in ("sum", "average")
        if (column or not needs_column) and (words & _terms(*table.labels) or not needs_label):
            return _statement(wanted, table, column)
    return ""


def _terms(*names: str) -> frozenset[str]:
    return terms(" ".join(names).replace("_", " "))


def _column(question: str, table: Told, similarity: Similarity) -> str:
    """The column of numbers that the question names, or else the nearest in meaning; "" where none is near."""
    named = [name for name in table.numbers if _terms(name) & terms(question)]
    if len(named) == 1 or not table.numbers:
        return named[0] if named else ""
    choice = named or table.numbers
    cosine, best = max(zip(similarity(question, [name.replace("_", " ") for name in choice]), choice, strict=True))
    return best if named or cosine >= NEAR else ""


def _statement(wanted: Asked, table: Told, column: str) -> str:
    where = f" WHERE {column} {wanted.bound}" if wanted.bound else ""
    function = {"count": "COUNT(*)", "sum": f"SUM({column})", "average": f"AVG({column})"}.get(wanted.operation)
    if function:
        return f"SELECT {function} FROM {table.name}{where}"
    shown = ", ".join((*table.labels[:MOST_LABELS], column))
    if wanted.operation == "list":
        return f"SELECT {shown} FROM {table.name}{where} ORDER BY {column} DESC"
    filled = where or f" WHERE {column} IS NOT NULL"
    return f"SELECT {shown} FROM {table.name}{filled} ORDER BY {column} {ORDER[wanted.operation]} LIMIT 1"
