"""Lines of words on a page, put into reading order and grouped into paragraphs. In PDF points."""

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace

from tools.library.evidence import Box, Word
from tools.library.parse.layout.geometry import bounds, cover, runs, same_row

BULLET = re.compile(r"^([•‣▪●○■□–—*·►➢o\uf000-\uf0ff-]|\(?\d{1,2}[.)]|\(?[a-z][.)])$")
NUMBERED = re.compile(r"^(\d+(?:\.\d+)*)\.?$")
PAGE_NUMBER = re.compile(r"^\W*(page|seite|p\.)?\s*(\d{1,4}|[ivxl]{1,6})(\s*(/|of|von)\s*\d{1,4})?\W*$", re.I)
SHORT = 4  # pages of a document in which FEW_PAGES are enough
FEW_PAGES, MANY_PAGES = 2, 3  # on which a text that stays the same, or counts the pages, is a running one
PAGED = re.compile(r"\b(page|seite|p\.)\s*\d+|^\D*\d+\W*$", re.I)  # a text with a page number, or that ends with one
NUMBER = r"(?:[A-Z]{0,2}[.-]?\d+(?:[.–-]\d+)*[a-z]?|[IVX]{1,5}\b)"  # of a figure or table: 3, 4-1, A.2, 5b, IV
KINDS = (
    "figure|fig|figura|figur|diagram|plate|abb|abbildung|bild|foto|photo|illustration|image|chart|drawing|scheme|map"
    "|exhibit|graph|afbeelding|rysunek|rys|obr|kuva|рис|рисунок|图|圖|図"
)
CAPTION = re.compile(rf"^({KINDS})s?\.?\s*{NUMBER}(?P<rest>.*)$", re.I | re.S)
TABLE_CAPTION = re.compile(rf"^(table|tab|tabelle)\.?\s*{NUMBER}(?P<rest>.*)$", re.I | re.S)
SOFT_HYPHEN = "\u00ad"
LONGEST_LABEL = 70  # letters of a caption that goes on in small letters
GUTTER_CELL = 4.0  # points
UNSPACED = re.compile("[\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff60\U00020000-\U0003ffff]")
"""Letters of scripts that put no blanks between words."""
RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


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

    def followed_by(self, other: "Line") -> "Line":
        """This line and the next one on its baseline as one; the longer gives its size."""
        return replace(
            self,
            words=self.words + other.words,
            box=bounds([self.box, other.box]),
            size=self.size if len(self.text) >= len(other.text) else other.size,
            bold=self.bold and other.bold,
            italic=self.italic and other.italic,
            hidden=self.hidden and other.hidden,
        )


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


def body_size(lines: Sequence[Line]) -> float:
    """The font size that most characters have; 0 where there is no text."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def is_caption(text: str, pattern: re.Pattern[str] = CAPTION) -> bool:
    """Whether a paragraph starts like 'Figure 3. Pump' or 'Figure 3 exploded view', not like 'Figure 3 shows ...',
    which is a sentence."""
    match = pattern.match(text)
    if match is None or re.match(r"\)?,\s", match["rest"]):
        return False
    return not re.match(r"\)?\s+[a-z]", match["rest"]) or len(text) < LONGEST_LABEL and text[-1] not in ".,;:-"


# --- headers, footers, page numbers


def furniture(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> set[tuple[int, int]]:
    """(page index, line index) of running headers, footers and page numbers.

    Those are texts at the same place near the edge of 3 pages or more, digits counting as equal, and numbers at the
    very top or end of 3 pages or more that grow as the pages do. In a document of up to 4 pages 2 are enough, where
    the text is the same but for a number that grows as the pages do.
    """
    least = FEW_PAGES if len(pages) <= SHORT else MANY_PAGES
    seen: dict[tuple[int, object], set[tuple[int, int]]] = defaultdict(set)  # (pages that are enough, what repeats)
    for index, (lines, height) in enumerate(zip(pages, heights, strict=True)):
        downwards = sorted(range(len(lines)), key=lambda number: lines[number].box[1])
        for number in {*downwards[:4], *downwards[-4:]}:
            line = lines[number]
            margin = min(line.box[1], height - line.box[3]) / height
            if margin < 0.12 and re.search(r"[^\W\d_]{2}", line.text):
                place = round(line.box[1] / 3)
                seen[MANY_PAGES, (re.sub(r"\d+", "#", line.text), place)].add((index, number))
                if least == FEW_PAGES:
                    seen[least, ("growing", _counted_from(line.text, index), place)].add((index, number))
        for end, numbers in (("top", downwards[:1]), ("end", downwards[-1:])):
            for number in numbers:
                if match := PAGE_NUMBER.match(lines[number].text):
                    shown = match.group(2)
                    if shown.isdigit():
                        seen[least, (end, int(shown) - index)].add((index, number))
                    else:
                        seen[MANY_PAGES, (end, "roman")].add((index, number))
    often = [places for (enough, _), places in seen.items() if len({index for index, _ in places}) >= enough]
    return {place for places in often for place in places}


def _counted_from(text: str, page: int) -> str:
    """A text with the page's own number taken from each of its numbers, where it has one of a page: the same on each
    page that goes on counting."""
    return re.sub(r"\d+", lambda number: f"#{int(number[0]) - page}", text) if PAGED.search(text) else text


# --- reading order


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
    units = sorted(_units(lines), key=lambda unit: unit[0].box[1] + unit[0].box[3])
    rows = runs(units, lambda row, unit: same_row(row[0][0].box, unit[0].box))
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


def _gutter(lines: Sequence[Line]) -> float | None:
    """The middle of the blank strip between two columns of prose, or None.

    Few lines may cross it (titles), and on both sides the lines must fill their column: a strip
    between the columns of figures in a table is none.
    """
    if len(lines) < 6:
        return None
    left = min(line.box[0] for line in lines)
    counts = cover(((line.box[0] - left, line.box[2] - left) for line in lines), GUTTER_CELL)
    middle = range(int(len(counts) * 0.15), int(len(counts) * 0.85))
    if not middle:
        return None
    least = min(counts[cell] for cell in middle)
    blank = runs((cell for cell in middle if counts[cell] == least), lambda run, cell: cell == run[-1] + 1)
    widest = max(blank, key=len)
    x = left + (widest[0] + widest[-1] + 1) / 2 * GUTTER_CELL
    return x if least <= 0.25 * len(lines) and _prose_on_both_sides(lines, x) else None


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
        prose = full >= 3 and full >= 0.3 * len(side) or _gutter(side) is not None  # or two columns of it
        if width < 80 or not prose:
            return False
    return True


# --- paragraphs


def paragraphs(lines: Sequence[Line]) -> list[Paragraph]:
    """Lines in reading order, grouped where they go on."""
    widest = _leading(lines) + 0.25
    return [Paragraph(tuple(group)) for group in runs(lines, lambda group, line: _goes_on(group, line, widest))]


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


def words_of(paragraph: Paragraph, known: Container[str] = frozenset()) -> tuple[Word, ...]:
    """The paragraph's words, with what follows each: a blank, nothing after a hyphen at a line's end. `known` are words
    of the document, in small letters: they tell whether the hyphen belongs to a word."""
    rows = len(paragraph.lines)
    pairs = zip(paragraph.lines, paragraph.lines[1:], strict=False)
    tabular = 3 * sum(same_row(a.box, b.box) for a, b in pairs) > rows
    words: list[Word] = []
    for number, line in enumerate(paragraph.lines):
        following = paragraph.lines[number + 1] if number + 1 < rows else None
        words += line.words[:-1]
        words.append(_at_line_end(line, following, known, tabular=tabular))
    return tuple(words)


def _at_line_end(line: Line, following: Line | None, known: Container[str], *, tabular: bool) -> Word:
    last = line.words[-1]
    if following is None:
        return last._replace(sep="\n")
    if last.text.endswith(SOFT_HYPHEN) and len(last.text) > 1:
        return last._replace(text=last.text[:-1], sep="")
    if re.search(r"\w-$", last.text) and following.words[0].text not in ("and", "or", "und", "oder"):
        return parted(last, following.words[0], known)
    if tabular and not same_row(line.box, following.box):
        return last._replace(sep="\n")
    within_word = UNSPACED.match(last.text[-1]) and UNSPACED.match(following.words[0].text[0])
    return last._replace(sep="" if within_word else " ")


def parted(last: Word, following: Word, known: Container[str]) -> Word:
    """A word that ends with a hyphen, before what goes on with it: without the hyphen where a break of the line put it
    there. It stays where the document writes the word with it elsewhere, or both halves as words of their own."""
    first, second = last.text[:-1], following.text
    stem, rest = (re.sub(r"^\W+|\W+$", "", part).lower() for part in (first, second))
    whole = stem + rest
    compound = f"{stem}-{rest}" in known or whole not in known and stem in known and rest in known
    if compound or not (first[-1:].islower() and second[:1].islower()):
        return last._replace(sep="")
    return last._replace(text=first, sep="")


def vocabulary(lines: Iterable[Line]) -> frozenset[str]:
    """The words of a document in small letters, without those that a line's end may have cut."""
    return frozenset(re.sub(r"^\W+|\W+$", "", word.text).lower() for line in lines for word in line.words[1:-1])


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
