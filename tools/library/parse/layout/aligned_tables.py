"""Tables without a full grid: columns of numbers under one another, as financial statements and papers set them.

A row whose cells are parted by wide gaps and hold numbers is data; rows of data one below the other, with what stands
above them as their header, are a table where their cells line up. Numbers are PDF points.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from tools.library.evidence import Box, Word
from tools.library.parse.layout.geometry import area, bounds, cover, joined, overlap, runs, same_row
from tools.library.parse.layout.lines import Line
from tools.library.parse.layout.table_words import CellWords, RowWords

VALUE = re.compile(
    r"[<>~≈±]?\s*[(\[]?[-–—−+]?\s*[(]?[-–−]?[.,]?\d[\d.,\u00a0 ]*"  # (1,234.5
    r"\s*[)\]]?\s*(%|x|pts?|bps|°C?|[kKMmB])?\s*[)\]]?"  # )%
    r"(\s?[*†‡§]+|\s?\(?[a-z0-9]\)|[a-z]{1,3})?"  # marks of notes
)
NOTHING = frozenset("— – - − ― … * — N/A n/a N.A. n.a. NA NM nm NR — % -% –% —%".split() + ["— %", "- %"])
YEAR = re.compile(r"(19|20)\d\d(\s?[-/–]\s?\d{2,4})?")
SIGN = re.compile(r"(US)?[$€£¥₹]|Rs\.?")
TRAILING = re.compile(r"[%)\]*†]+|\)\s?%|pts?|bps")
LEADERS = re.compile(r"\.{4,}|(\. ){4,}|…{2,}|_{4,}")
WIDE = 0.75  # a gap between cells, in heights of the line; between words of justified prose it is under 0.5
MAX_BETWEEN = 5  # rows without data (sections, wrapped labels) between two with
MAX_HEADER = 6  # rows


@dataclass(frozen=True)
class Cell:
    words: tuple[Word, ...]

    @cached_property
    def box(self) -> Box:
        return bounds(word.box for word in self.words)

    @cached_property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @cached_property
    def value(self) -> bool:
        """Whether it is a number, or the sign that there is none."""
        text = self.text.removeprefix(found.group()).strip() if (found := SIGN.match(self.text)) else self.text
        return text in NOTHING or VALUE.fullmatch(text) is not None


@dataclass(frozen=True)
class CellRow:
    """Cells on one baseline, left to right."""

    cells: tuple[Cell, ...]

    @cached_property
    def box(self) -> Box:
        return bounds(cell.box for cell in self.cells)

    @cached_property
    def years(self) -> bool:
        values = [cell for cell in self.cells if cell.value]
        return bool(values) and all(YEAR.fullmatch(cell.text) for cell in values)

    @cached_property
    def data(self) -> bool:
        """A label and a number, or several numbers; not the years that head them."""
        found = [cell for cell in self.cells if cell.value]
        if _is_axis(found):
            return False
        numbers = [cell for cell in found if cell.text not in NOTHING or len(found) > 1]
        return not self.years and (len(numbers) >= 2 or bool(numbers) and self.cells[-1].value and len(self.cells) >= 2)

    @property
    def words(self) -> int:
        return sum(len(cell.words) for cell in self.cells)


def _is_axis(cells: Sequence[Cell]) -> bool:
    """Whether four numbers or more grow by one step (most of them: two charts side by side), as below a chart."""
    try:
        values = [float(text.rstrip("%").replace(",", "")) for cell in cells for text in cell.text.split()]
    except ValueError:
        return False
    steps = Counter(round(b - a, 6) for a, b in zip(values, values[1:], strict=False))
    usual, times = steps.most_common(1)[0] if steps else (0, 0)
    return len(values) >= 4 and usual != 0 and times >= 0.75 * sum(steps.values())


@dataclass(frozen=True)
class Aligned:
    """A table: `rows` hold a tuple of words for each column, the header's rows as one."""

    rows: Sequence[RowWords]
    box: Box


def find_aligned(lines: Sequence[Line], rules: Sequence[Box], shades: Sequence[Box]) -> list[Aligned]:
    """The tables in these lines. `rules` are level rules, `shades` the grounds painted behind text: both are evidence,
    and bars of many lengths are evidence of a chart."""
    found: list[Aligned] = []
    blocks: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        blocks[line.block].append(line)
    prose = {number for number, block in blocks.items() if number >= 0 and _is_prose(block)}
    for run in _data_runs(rows_of([line for line in lines if line.block not in prose])):
        found += [table for part in _parts(run) if (table := _table(part, rules, shades))]
    return found


# --- rows


def rows_of(lines: Sequence[Line]) -> list[CellRow]:
    words = [word for line in lines for word in line.words if word.text.strip()]
    words.sort(key=lambda word: (word.box[1] + word.box[3], word.box[0]))
    rows = runs(words, lambda row, word: same_row(bounds(w.box for w in row[-3:]), word.box))
    return [_row(sorted(row, key=lambda word: word.box[0])) for row in rows]


def _row(words: Sequence[Word]) -> CellRow:
    cells = [Cell(tuple(group)) for group in runs(words, lambda group, word: _in_cell(group[-1], word))]
    return CellRow(tuple(joined(cells, _as_one)))


def _in_cell(last: Word, word: Word) -> bool:
    """Whether a word stands in the cell of the last: no wide gap between, and no price that begins after a number."""
    near = word.box[0] - last.box[2] < WIDE * (word.box[3] - word.box[1])
    return near and not (SIGN.fullmatch(word.text) and re.search(r"[\d%)—–-]$", last.text))


def _as_one(cell: Cell, after: Cell) -> Cell | None:
    """A currency sign goes with the number after it, a per cent sign or bracket with the one before."""
    sign = SIGN.fullmatch(cell.text) and after.value
    tail = cell.value and TRAILING.fullmatch(after.text)
    return Cell(cell.words + after.words) if sign or tail else None


def _is_prose(block: Sequence[Line]) -> bool:
    """Whether lines that the file keeps together are three or more that fill their column."""
    if len(block) < 3 or any(same_row(a.box, b.box) for a, b in zip(block, block[1:], strict=False)):
        return False
    widest = max(line.box[2] - line.box[0] for line in block)
    full = sum(line.box[2] - line.box[0] > 0.7 * widest for line in block[:-1])
    words = sum(len(line.words) for line in block)
    return full >= 0.6 * (len(block) - 1) and words >= 3.5 * len(block)


def _data_runs(rows: Sequence[CellRow]) -> Iterator[list[CellRow]]:
    """Rows from the header to the last one with data, as long as data follows soon and no prose lies between."""
    at = 0
    while at < len(rows):
        if not rows[at].data:
            at += 1
            continue
        last = at
        for number in range(at + 1, len(rows)):
            row, pitch = rows[number], _pitch(rows[at : last + 1])
            if _is_sentence(row, rows[at : last + 1]) or number - last > MAX_BETWEEN:
                break
            if row.box[1] - rows[number - 1].box[3] > 3.0 * pitch:
                break
            if row.data:
                last = number
        yield _with_header(rows, at, last)
        at = last + 1


def _pitch(rows: Sequence[CellRow]) -> float:
    """The usual height from one row to the next."""
    steps = sorted(b.box[1] - a.box[1] for a, b in zip(rows, rows[1:], strict=False))
    return steps[len(steps) // 2] if steps else 1.5 * (rows[0].box[3] - rows[0].box[1])


def _is_sentence(row: CellRow, rows: Sequence[CellRow]) -> bool:
    """Prose between two tables: one run of many words, as wide as the data."""
    left, _, right, _ = bounds(r.box for r in rows)
    longest = max(row.cells, key=lambda cell: len(cell.words))
    return not row.data and len(longest.words) >= 9 and longest.box[2] - longest.box[0] > 0.55 * (right - left)


def _with_header(rows: Sequence[CellRow], first: int, last: int) -> list[CellRow]:
    """The data with the rows right above it that head its columns."""
    body = bounds(row.box for row in rows[first : last + 1])
    label = min(row.cells[0].box[2] for row in rows[first : last + 1])
    top, seen = first, first
    for number in range(first - 1, max(-1, first - 1 - MAX_HEADER), -1):
        row = rows[number]
        near = rows[number + 1].box[1] - row.box[3] < 1.6 * (row.box[3] - row.box[1])
        if not near or row.data or _is_sentence(row, rows[first : last + 1]) or row.words > 40:
            break
        heads = len(row.cells) >= 2 or row.cells[0].box[0] > label
        if heads and overlap(row.box, (body[0] - 20, row.box[1], body[2] + 20, row.box[3])) > 0:
            seen = number
        elif row.words > 8:
            break
        top = seen
    return list(rows[top : last + 1])


def _parts(run: Sequence[CellRow]) -> Iterator[list[CellRow]]:
    """A run cut where a new header stands: cells above the columns of numbers that are none, or years."""
    start, had_data = 0, False
    label = min((row.cells[0].box[2] for row in run if row.data), default=0.0)
    for number, row in enumerate(run):
        if had_data and not row.data and _heads(row):
            cut = number
            while cut - 1 > start and not run[cut - 1].data and _stands_over(run[cut - 1], label):
                cut -= 1
            if cut > start and any(r.data for r in run[start:cut]) and any(r.data for r in run[cut:]):
                yield _trimmed(run[start:cut])
                start, had_data = cut, False
        had_data = had_data or row.data
    yield _trimmed(run[start:])


def _stands_over(row: CellRow, label: float) -> bool:
    return _heads(row) or row.cells[0].box[0] > label


def _heads(row: CellRow) -> bool:
    return len(row.cells) >= 2 and (row.years or not any(cell.value for cell in row.cells[1:]))


def _trimmed(rows: Sequence[CellRow]) -> list[CellRow]:
    last = max((number for number, row in enumerate(rows) if row.data), default=-1)
    return list(rows[: last + 1])


# --- columns


def _table(rows: list[CellRow], rules: Sequence[Box], shades: Sequence[Box]) -> Aligned | None:
    data = [row for row in rows if row.data]
    if not data:
        return None
    columns = columns_of(data)
    box = bounds(row.box for row in rows)
    numeric = [c for c in range(len(columns)) if _is_numeric(c, columns, data)]
    framed = sum(_crosses(rule, box) for rule in rules) + sum(_crosses(shade, box) for shade in shades)
    if not _certain(len(data), len(columns), len(numeric), framed) or _is_contents(data, numeric):
        return None
    if _is_chart(shades, box):
        return None
    head = next(number for number, row in enumerate(rows) if row.data)
    header = header_of(rows[:head], columns, rules)
    body = [placed(row, columns) for row in rows[head:]]
    return Aligned([header, *body] if any(header) else body, box)


def _certain(rows: int, columns: int, numeric: int, framed: int) -> bool:
    if columns < 2 or numeric < 1 or columns > 30:
        return False
    if framed:
        return rows >= 2 or numeric >= 3
    return rows >= 3 and numeric >= 2


def columns_of(data: Sequence[CellRow]) -> list[tuple[float, float]]:
    """The x ranges that cells of the data rows cover; what a single row in ten covers alone parts none."""
    left = min(row.box[0] for row in data)
    counts = cover(((cell.box[0] - left, cell.box[2] - left) for row in data for cell in row.cells), 1.0)
    covered = (x for x, count in enumerate(counts) if count > len(data) // 10)
    return [(left + run[0], left + run[-1] + 1) for run in runs(covered, lambda run, x: x - run[-1] <= 3)]


def _column_of(box: Box, columns: Sequence[tuple[float, float]]) -> int:
    """The column that a cell shares most with, or the nearest."""
    shared = [min(box[2], b) - max(box[0], a) for a, b in columns]
    return max(range(len(columns)), key=lambda number: shared[number])


def _is_numeric(column: int, columns: Sequence[tuple[float, float]], data: Sequence[CellRow]) -> bool:
    cells = [cell for row in data for cell in row.cells if _column_of(cell.box, columns) == column]
    values = sum(cell.value for cell in cells)
    return values >= 0.6 * len(cells) and values >= min(2, len(data)) and any(c.text not in NOTHING for c in cells)


def _crosses(mark: Box, box: Box) -> bool:
    """Whether a rule or shade lies in (or just round) a table and as wide as a column at least."""
    return (
        box[1] - 8 <= (mark[1] + mark[3]) / 2 <= box[3] + 8
        and min(mark[2], box[2]) - max(mark[0], box[0]) > 20
        and mark[3] - mark[1] < 0.9 * max(30.0, box[3] - box[1])
    )


def _is_contents(data: Sequence[CellRow], numeric: Sequence[int]) -> bool:
    """A table of contents: leaders, or nothing but a column of page numbers that grow."""
    if any(LEADERS.search(cell.text) for row in data for cell in row.cells):
        return True
    pages = [row.cells[-1].text for row in data]
    plain = all(page.isdigit() and len(page) <= 3 for page in pages)
    return len(numeric) == 1 and plain and len(pages) >= 3 and [int(p) for p in pages] == sorted(int(p) for p in pages)


def _is_chart(shades: Sequence[Box], box: Box) -> bool:
    """Bars end wherever their numbers end; the grounds of rows and cells fill the row, or end where others do."""
    levels: dict[int, list[Box]] = defaultdict(list)
    for shade in shades:
        if overlap(shade, box) > 0.5 * area(shade):
            levels[round((shade[1] + shade[3]) / 6)].append(shade)
    open_ended = [row for row in levels.values() if sum(s[2] - s[0] for s in row) < 0.8 * (box[2] - box[0])]
    ends = {round(end(shade[2] for shade in row) / 2) for row in open_ended for end in (min, max)}
    return len(open_ended) >= 3 and len(ends) > 0.6 * len(open_ended)


# --- cells


def placed(row: CellRow, columns: Sequence[tuple[float, float]]) -> RowWords:
    return _in_columns(((_column_of(cell.box, columns), cell) for cell in row.cells), len(columns))


def header_of(rows: Sequence[CellRow], columns: Sequence[tuple[float, float]], rules: Sequence[Box]) -> RowWords:
    """All header rows as one: a cell above several columns heads each of them."""
    cells = [cell for row in rows for cell in row.cells]
    return _in_columns(((n, cell) for cell in cells for n in _spanned(cell.box, columns, rules)), len(columns))


def _in_columns(cells: Iterable[tuple[int, Cell]], count: int) -> RowWords:
    found: list[CellWords] = [()] * count
    for column, cell in cells:
        found[column] += cell.words
    return found


def _spanned(box: Box, columns: Sequence[tuple[float, float]], rules: Sequence[Box]) -> list[int]:
    """The columns that a header cell stands over: those of the rule right below it, else those that it touches."""
    below = [r for r in rules if -2 <= r[1] - box[3] < 5 and r[0] - 3 <= (box[0] + box[2]) / 2 <= r[2] + 3]
    x0, x1 = (min(below, key=lambda r: r[2] - r[0])[0::2]) if below else (box[0], box[2])
    over = [number for number, (a, b) in enumerate(columns) if min(x1, b) - max(x0, a) > 0.4 * min(b - a, x1 - x0)]
    return over or [_column_of(box, columns)]
