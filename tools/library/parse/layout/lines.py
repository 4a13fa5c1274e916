"""Lines of words on a page, put into reading order and grouped into paragraphs. In PDF points."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tools.library.evidence import Box, Word, union

BULLET = re.compile(r"^([•‣▪●○■□–—*·►➢o\uf000-\uf0ff-]|\(?\d{1,2}[.)]|\(?[a-z][.)])$")
NUMBERED = re.compile(r"^(\d+(?:\.\d+)*)\.?$")
PAGE_NUMBER = re.compile(r"^\W*(page|seite|p\.)?\s*(\d{1,4}|[ivxl]{1,6})(\s*(/|of|von)\s*\d{1,4})?\W*$", re.I)
_NUMBER = r"\.?\s*[A-Z]{0,2}[.-]?\d+(?:[.–-]\d+)*[a-z]?(?P<rest>.*)$"
CAPTION = re.compile(
    r"^(figure|fig|diagram|plate|abb|abbildung|photo|illustration|image|chart|drawing|scheme)s?" + _NUMBER,
    re.I | re.S,
)
TABLE_CAPTION = re.compile(r"^(table|tab|tabelle)" + _NUMBER, re.I | re.S)
SOFT_HYPHEN = "\u00ad"


@dataclass(frozen=True)
class Line:
    """Words on one baseline. `size` is the font size; `block` numbers what the file keeps together, or -1; `direction`
    is cosine and sine of the way it is written, rounded; `hidden`: it is there to be copied, not to be seen."""

    words: tuple[Word, ...]
    box: Box
    size: float
    bold: bool = False
    italic: bool = False
    block: int = -1
    direction: tuple[int, int] = (1, 0)
    hidden: bool = False

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True)
class Paragraph:
    """Lines that belong together, in reading order."""

    lines: tuple[Line, ...]

    @property
    def box(self) -> Box:
        return bounds(line.box for line in self.lines)

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)

    @property
    def size(self) -> float:
        return max(line.size for line in self.lines)

    @property
    def bold(self) -> bool:
        return all(line.bold for line in self.lines)

    @property
    def italic(self) -> bool:
        return all(line.italic for line in self.lines)


def bounds(boxes: Iterable[Box]) -> Box:
    """The smallest box that holds all of at least one box."""
    x0s, y0s, x1s, y1s = zip(*boxes, strict=True)
    return (min(x0s), min(y0s), max(x1s), max(y1s))


def area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def overlap(a: Box, b: Box) -> float:
    """The area that two boxes share."""
    return area((max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])))


def holds(outer: Box, inner: Box) -> bool:
    """Whether the middle of `inner` lies in `outer`."""
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]


def same_row(a: Box, b: Box) -> bool:
    """Whether two boxes overlap by more than half of the lower one's height."""
    shared = min(a[3], b[3]) - max(a[1], b[1])
    return shared > 0.5 * min(a[3] - a[1], b[3] - b[1])


def body_size(lines: Sequence[Line]) -> float:
    """The font size that most characters have; 0 where there is no text."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def is_caption(text: str, pattern: re.Pattern[str] = CAPTION) -> bool:
    """Whether a paragraph starts like 'Figure 3. Pump', not like 'Figure 3 shows ...'."""
    match = pattern.match(text)
    return match is not None and not re.match(r"\)?(,\s|\s+[a-z])", match["rest"])


# --- headers, footers, page numbers


def furniture(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> set[tuple[int, int]]:
    """(page index, line index) of running headers, footers and page numbers.

    Those are texts at the same place near the edge of 3 pages or more, digits counting as equal, and
    numbers at the very top or end of 3 pages or more that grow as the pages do.
    """
    seen: dict[tuple[object, ...], set[tuple[int, int]]] = defaultdict(set)
    for index, (lines, height) in enumerate(zip(pages, heights, strict=True)):
        downwards = sorted(range(len(lines)), key=lambda number: lines[number].box[1])
        for number in {*downwards[:4], *downwards[-4:]}:
            line = lines[number]
            margin = min(line.box[1], height - line.box[3]) / height
            if margin < 0.12 and re.search(r"[^\W\d_]{2}", line.text):
                seen[re.sub(r"\d+", "#", line.text), round(line.box[1] / 3)].add((index, number))
        for end, numbers in (("top", downwards[:1]), ("end", downwards[-1:])):
            for number in numbers:
                if match := PAGE_NUMBER.match(lines[number].text):
                    shown = match.group(2)
                    seen[end, int(shown) - index if shown.isdigit() else "roman"].add((index, number))
    return {place for places in seen.values() if len({index for index, _ in places}) >= 3 for place in places}


# --- reading order


RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


def in_order(lines: Sequence[Line]) -> list[Line]:
    """Lines as a reader takes them: column by column where there are columns, else row by row; from the right where
    most letters are Arabic or Hebrew."""
    text = "".join(line.text for line in lines)
    if 2 * len(RTL.findall(text)) <= sum(char.isalpha() for char in text) or not text:
        return _ordered(lines)
    mirrored = [replace(line, box=(-line.box[2], line.box[1], -line.box[0], line.box[3])) for line in lines]
    origin = {id(copy): line for copy, line in zip(mirrored, lines, strict=True)}
    return [origin[id(copy)] for copy in _ordered(mirrored)]


def _ordered(lines: Sequence[Line]) -> list[Line]:
    gutter = _gutter(lines)
    if gutter is None:
        return _by_rows(lines)
    ordered: list[Line] = []
    band: list[Line] = []
    for line in sorted(lines, key=lambda line: line.box[1]):
        if line.box[0] < gutter < line.box[2]:
            ordered += _columns(band, gutter)
            ordered.append(line)
            band = []
        else:
            band.append(line)
    return ordered + _columns(band, gutter)


def _columns(band: list[Line], gutter: float) -> list[Line]:
    left = [line for line in band if line.box[2] <= gutter]
    right = [line for line in band if line.box[0] >= gutter]
    return _ordered(left) + _ordered(right)


def _by_rows(lines: Sequence[Line]) -> list[Line]:
    rows: list[list[list[Line]]] = []
    for unit in sorted(_units(lines), key=lambda unit: unit[0].box[1] + unit[0].box[3]):
        if rows and same_row(rows[-1][0][0].box, unit[0].box):
            rows[-1].append(unit)
        else:
            rows.append([unit])
    return [line for row in rows for unit in sorted(row, key=lambda unit: unit[0].box[0]) for line in unit]


def _units(lines: Sequence[Line]) -> list[list[Line]]:
    """Prose that the file keeps together stays together even beside a drawing; other lines are alone."""
    blocks: dict[int, list[Line]] = defaultdict(list)
    for number, line in enumerate(lines):
        blocks[line.block if line.block >= 0 else -1 - number].append(line)
    units = []
    for block in blocks.values():
        words = sum(len(line.words) for line in block)
        stacked = not any(same_row(a.box, b.box) for a, b in zip(block, block[1:], strict=False))
        units += [block] if stacked and words >= 4 * len(block) else [[line] for line in block]
    return units


def _gutter(lines: Sequence[Line], step: float = 4.0) -> float | None:
    """The middle of the blank strip between two columns of prose, or None.

    Few lines may cross it (titles), and on both sides the lines must fill their column: a strip
    between the columns of figures in a table is none.
    """
    if len(lines) < 6:
        return None
    left, _, right, _ = bounds(line.box for line in lines)
    cells = int((right - left) / step) + 1
    cover = [0] * (cells + 1)
    for line in lines:
        cover[max(0, int((line.box[0] - left) / step))] += 1
        cover[min(cells, int((line.box[2] - left) / step) + 1)] -= 1
    for cell in range(1, cells + 1):
        cover[cell] += cover[cell - 1]
    middle = range(int(cells * 0.15), int(cells * 0.85))
    if not middle:
        return None
    least = min(cover[cell] for cell in middle)
    runs = _runs([cell for cell in middle if cover[cell] == least])
    start, end = max(runs, key=lambda run: run[1] - run[0])
    x = left + (start + end + 1) / 2 * step
    return x if least <= 0.25 * len(lines) and _prose_on_both_sides(lines, x) else None


def _runs(cells: list[int]) -> list[tuple[int, int]]:
    runs = [(cells[0], cells[0])]
    for cell in cells[1:]:
        if cell == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], cell)
        else:
            runs.append((cell, cell))
    return runs


def _prose_on_both_sides(lines: Sequence[Line], x: float) -> bool:
    sides = [[line for line in lines if line.box[2] <= x], [line for line in lines if line.box[0] >= x]]
    if any(len(side) < 3 for side in sides):
        return False
    boxes = [bounds(line.box for line in side) for side in sides]
    if min(boxes[0][3], boxes[1][3]) <= max(boxes[0][1], boxes[1][1]):
        return False  # one stands below the other
    for side, box in zip(sides, boxes, strict=True):
        width = box[2] - box[0]
        full = sum(line.box[2] - line.box[0] > 0.7 * width for line in side)
        if width < 80 or full < 3 or full < 0.3 * len(side):
            return False
    return True


# --- paragraphs


def paragraphs(lines: Sequence[Line]) -> list[Paragraph]:
    """Lines in reading order, grouped where they go on."""
    groups: list[list[Line]] = []
    widest = _leading(lines) + 0.25
    for line in lines:
        if groups and _goes_on(groups[-1], line, widest):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [Paragraph(tuple(group)) for group in groups]


def _leading(lines: Sequence[Line]) -> float:
    """The usual space between lines of a paragraph, in font sizes; below 0 where letter boxes overlap."""
    gaps = Counter(
        round((b.box[1] - a.box[3]) / a.size, 1)
        for a, b in zip(lines, lines[1:], strict=False)
        if a.size > 0 and abs(a.size - b.size) < 0.1 * a.size and -0.6 < (b.box[1] - a.box[3]) / a.size < 0.6
    )
    most = max(gaps.values(), default=0)
    return min((gap for gap, count in gaps.items() if count >= 0.6 * most), default=0.3)


def _goes_on(group: list[Line], line: Line, widest: float) -> bool:
    """Whether a line goes on with the paragraph; `widest`: space between its lines, in font sizes."""
    last = group[-1]
    if same_row(last.box, line.box):
        return line.box[0] >= last.box[0]
    if abs(line.size - last.size) > 0.12 * last.size or line.bold != last.bold and len(group) == 1:
        return False
    if BULLET.match(line.words[0].text) or is_caption(line.text) or is_caption(line.text, TABLE_CAPTION):
        return False
    gap = line.box[1] - last.box[3]
    if not -0.6 * last.size < gap < widest * last.size:
        return False
    if line.box[0] >= last.box[2] or line.box[2] <= min(part.box[0] for part in group):
        return False
    return not _indented(group, line)


def _indented(group: list[Line], line: Line) -> bool:
    """A first line set in marks a new paragraph where the lines above are flush."""
    inset = line.box[0] - group[-1].box[0]
    return len(group) > 1 and 0.8 * line.size < inset < 4 * line.size and abs(group[-2].box[0] - group[-1].box[0]) < 1


def words_of(paragraph: Paragraph) -> tuple[Word, ...]:
    """The paragraph's words, with what follows each: a blank, nothing after a hyphen at a line's end."""
    rows = len(paragraph.lines)
    pairs = zip(paragraph.lines, paragraph.lines[1:], strict=False)
    tabular = 3 * sum(same_row(a.box, b.box) for a, b in pairs) > rows
    words: list[Word] = []
    for number, line in enumerate(paragraph.lines):
        following = paragraph.lines[number + 1] if number + 1 < rows else None
        words += line.words[:-1]
        words.append(_at_line_end(line, following, tabular=tabular))
    return tuple(words)


def _at_line_end(line: Line, following: Line | None, *, tabular: bool) -> Word:
    last = line.words[-1]
    if following is None:
        return last._replace(sep="\n")
    if last.text.endswith(SOFT_HYPHEN) and len(last.text) > 1:
        return last._replace(text=last.text[:-1], sep="")
    if re.search(r"\w-$", last.text) and following.words[0].text not in ("and", "or", "und", "oder"):
        return last._replace(sep="")
    if tabular and not same_row(line.box, following.box):
        return last._replace(sep="\n")
    return last._replace(sep=" ")


# --- headings


def is_heading(paragraph: Paragraph, body: float) -> bool:
    """Short, and larger or bolder than the body."""
    text = paragraph.text
    if len(paragraph.lines) > 3 or len(text) > 140 or not re.search(r"[^\W\d_]{2}", text):
        return False
    if paragraph.size >= 1.15 * body:
        return True
    return paragraph.bold and paragraph.size >= 0.95 * body and text[-1] not in ".,;:" and len(text) <= 90


Rank = tuple[float, bool, int]


def rank(paragraph: Paragraph) -> Rank:
    """Lower stands above: the larger, the bolder, the less deeply numbered."""
    numbered = NUMBERED.match(paragraph.lines[0].words[0].text)
    depth = numbered.group(1).count(".") + 1 if numbered else 1
    return (-round(paragraph.size * 2) / 2, not paragraph.bold, depth)


class HeadingPath:
    """The headings above a place, as they pile up while reading."""

    def __init__(self) -> None:
        self._stack: list[tuple[Rank, str]] = []

    def enter(self, paragraph: Paragraph) -> None:
        own = rank(paragraph)
        while self._stack and self._stack[-1][0] >= own:
            self._stack.pop()
        self._stack.append((own, " ".join(paragraph.text.split())))

    def __str__(self) -> str:
        return " > ".join(text for _, text in self._stack)


def joined(a: Line, b: Line) -> Line:
    """Two lines on one baseline as one."""
    larger = a if len(a.text) >= len(b.text) else b
    return Line(
        words=a.words + b.words,
        box=union(a.box, b.box),
        size=larger.size,
        bold=a.bold and b.bold,
        italic=a.italic and b.italic,
        block=a.block,
        hidden=a.hidden and b.hidden,
    )
