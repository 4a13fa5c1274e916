"""HTML made plainer, so that it can be set: merged cells, tables for layout, raised letters, formulas, plates."""

from collections.abc import Callable

from bs4 import BeautifulSoup, Tag

from tools.language.raised import fraction, grouped, index, lowered, power, raised

MOST_SPANNED = 200
"""Rows or columns that one cell may be merged over."""


def simplify(soup: BeautifulSoup) -> None:
    """Changes the soup in place."""
    for formula in soup.find_all("math"):
        formula.replace_with(_linear(formula))
    for name, letters in (("sup", raised), ("sub", lowered)):
        for tag in soup.find_all(name):
            tag.replace_with(letters(tag.get_text()))
    for plate in soup.find_all("svg"):
        _unwrap_plate(plate, soup)
    soup.smooth()
    for table in soup.find_all("table"):
        if table.find("table"):
            _as_layout(table)
    for table in soup.find_all("table"):
        _without_spans(table, soup)


def _unwrap_plate(drawing: Tag, soup: BeautifulSoup) -> None:
    """A picture that is only wrapped in a drawing, as the plates of books are."""
    picture = drawing.find("image")
    source = picture.get("xlink:href") or picture.get("href") if picture else None
    if source and not drawing.find(["path", "rect", "line", "circle", "polygon", "text"]):
        drawing.replace_with(soup.new_tag("img", attrs={"src": str(source)}))


# tables


def _rows(table: Tag) -> list[Tag]:
    return [row for row in table.find_all("tr") if row.find_parent("table") is table]


def _cells(row: Tag) -> list[Tag]:
    return row.find_all(["td", "th"], recursive=False)


def _as_layout(table: Tag) -> None:
    """A table that holds tables: its own cells are text where one row has but one of them with a table in it, and boxes
    of the page where it has no columns of its own."""
    rows = [_cells(row) for row in _rows(table)]
    if sum(len(cells) > 1 and not any(cell.find("table") for cell in cells) for cells in rows) >= 2:
        for inner in table.find_all("table"):  # a table of its own, with a small one in a cell
            lines = [" ".join(cell.get_text(" ", strip=True) for cell in _cells(row)) for row in _rows(inner)]
            inner.replace_with("; ".join(line for line in lines if line))
        return
    for cell in (cell for cells in rows for cell in cells):
        cell.name = "div"
        cell.attrs = {}
    for tag in [*_rows(table), *table.find_all(["tbody", "thead", "tfoot"])]:
        if tag.find_parent("table") is table:
            tag.unwrap()
    table.unwrap()


def _without_spans(table: Tag, soup: BeautifulSoup) -> None:
    """Cells merged downwards say what they say in each of their rows; those merged across become empty ones."""
    going_on: dict[int, tuple[int, str]] = {}  # column: rows to come, what the cell says
    for row in _rows(table):
        column = 0
        for cell in [*_cells(row), None]:
            while column in going_on:
                column = _carried(row, cell, column, going_on, soup)
            if cell is None:
                break
            down, across = _span(cell, "rowspan"), _span(cell, "colspan")
            if down > 1:
                going_on |= {
                    n: (down - 1, cell.get_text(" ", strip=True) if n == column else "")
                    for n in range(column, column + across)
                }
            for _ in range(across - 1):
                cell.insert_after(soup.new_tag(cell.name))
            column += across


def _carried(
    row: Tag, before: Tag | None, column: int, going_on: dict[int, tuple[int, str]], soup: BeautifulSoup
) -> int:
    """Put the cell that goes on in this column before the next one; returns the column after it."""
    left, text = going_on.pop(column)
    own = soup.new_tag("td")
    own.string = text
    if before is None:
        row.append(own)
    else:
        before.insert_before(own)
    going_on |= {} if left == 1 else {column: (left - 1, text)}
    return column + 1


def _span(cell: Tag, name: str) -> int:
    text = str(cell.attrs.pop(name, "1"))
    return min(max(int(text), 1), MOST_SPANNED) if text.isdecimal() else 1


# formulas


def _linear(formula: Tag) -> str:
    """A formula on one line: 3/4, 10³, √(a+b)."""
    parts = [child for child in formula.children if isinstance(child, Tag)]
    if formula.name in FORMULAS and len(parts) == FORMULAS[formula.name][0]:
        return FORMULAS[formula.name][1](*map(_linear, parts))
    if formula.name == "msqrt":
        return f"√({''.join(map(_linear, parts))})"
    return "".join(_linear(child) if isinstance(child, Tag) else str(child) for child in formula.children)


FORMULAS: dict[str, tuple[int, Callable[..., str]]] = {
    "mfrac": (2, fraction),
    "msup": (2, lambda base, above: base + power(above)),
    "msub": (2, lambda base, below: base + index(below)),
    "msubsup": (3, lambda base, below, above: base + index(below) + power(above)),
    "mroot": (2, lambda base, degree: f"{power(degree)}√{grouped(base)}"),
}
"""The number of parts of each, and how they are written."""
