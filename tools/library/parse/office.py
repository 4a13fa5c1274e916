"""DOCX and XLSX, set as PDF and read from there. (PyMuPDF opens both, but drops pictures and cell borders.)"""

import datetime
import html
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import docx
import openpyxl
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from tools.errors import UnreadableFile
from tools.library.parse import ocr
from tools.library.parse.image import as_png
from tools.library.parse.markup import escaped, render
from tools.library.parse.pages import Reader
from tools.library.parse.parts import Parsed
from tools.library.parse.plain import table_html, width_for

MAX_UNPACKED = 400_000_000  # bytes; an office file is a ZIP, and its sizes are declared
MAX_ROWS = 20_000
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
T = TypeVar("T")


def opened(path: Path, kind: str, open_it: Callable[[str], T]) -> T:
    """What `open_it` makes of an office file. The libraries raise whatever a broken file makes them: all of it means
    that the file cannot be read. Raises UnreadableFile."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(info.file_size for info in archive.infolist())
        if size > MAX_UNPACKED:
            raise UnreadableFile(
                f"{path.name} unpacks to {size // 10**6} MB, more than {MAX_UNPACKED // 10**6}.", "Split it."
            )
        return open_it(str(path))
    except UnreadableFile:
        raise
    except Exception as error:
        raise UnreadableFile(
            f"{path.name} is broken and cannot be opened as {kind} ({type(error).__name__}: {error}).",
            "Open it in an office program and save it anew, or save it as PDF.",
        ) from error


# --- DOCX


def parse_docx(path: Path, read: Reader | None = ocr.read) -> Parsed:
    """Read a DOCX: headings, lists, tables, pictures, text boxes, notes. Raises UnreadableFile."""
    document = opened(path, "DOCX", docx.Document)
    body = _Body(document.part)
    parts = [body.blocks(document.element.body), *body.notes()]
    title = document.core_properties.title.strip() or path.stem
    return render("".join(parts), DOCX, title, pictures=body.pictures, notes=tuple(body.told), read=read)


class _Body:
    """A document on its way to HTML. `told` names what could not be taken along."""

    def __init__(self, part: Any) -> None:
        self.part = part
        self.pictures: dict[str, bytes] = {}
        self.told: list[str] = []

    def blocks(self, parent: Any) -> str:
        return "".join(self._block(child) for child in parent.iterchildren())

    def _block(self, element: Any) -> str:
        if element.tag == qn("w:p"):
            return self._paragraph(element)
        if element.tag == qn("w:tbl"):
            return self._table(element)
        if element.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")):
            return self.blocks(element)
        return ""

    def _paragraph(self, element: Any) -> str:
        text, pictures = self._text(element), self._pictures(element)
        boxes = [box for box in element.iter(qn("w:txbxContent")) if not _within(box, "mc:Fallback", element)]
        tag = self._tag(element)
        bullet = "• " if tag == "p" and self._is_item(element) else ""
        line = f"<{tag}>{bullet}{text}</{tag.split()[0]}>" if text.strip() else ""
        return line + "".join(pictures) + "".join(self.blocks(box) for box in boxes)

    def _is_item(self, element: Any) -> bool:
        numbered = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None
        return numbered or self._style(element).startswith("list")

    def _style(self, element: Any) -> str:
        style = Paragraph(element, self.part).style
        return (style.name or "").lower() if style is not None else ""

    def _tag(self, element: Any) -> str:
        name = self._style(element)
        if name == "title":
            return "h1 class='title'"
        if name.startswith("heading ") and name[8:].isdigit():
            return f"h{min(6, int(name[8:]))}"
        return 'div class="alt"' if name == "caption" else "p"

    def _text(self, element: Any) -> str:
        """What is read: not what was struck out, not field codes, not text boxes (they are blocks of their own)."""
        out = []
        for node in element.iter():
            if node.tag in (qn("w:t"), qn("m:t")) and not _within(node, "w:txbxContent", element):
                out.append(escaped(node.text or ""))
            elif node.tag in (qn("w:tab"), qn("w:cr"), qn("w:br")) and node.getparent().tag == qn("w:r"):
                out.append(" " if node.tag == qn("w:tab") else "<br/>")
        return "".join(out)

    def _pictures(self, element: Any) -> Iterator[str]:
        for blip in element.iter(qn("a:blip")):
            related = self.part.related_parts.get(blip.get(qn("r:embed"), ""))
            picture = as_png(related.blob) if related is not None else None
            if picture is None:
                name = related.partname if related is not None else "a linked picture"
                self.told.append(f"picture not taken in: {name}")
                continue
            name = f"picture{len(self.pictures)}.png"
            self.pictures[name] = picture
            yield f'<p><img src="{name}"/></p>{self._alt(blip)}'

    def _alt(self, blip: Any) -> str:
        drawing = next(blip.iterancestors(qn("wp:inline"), qn("wp:anchor")), None)
        about = drawing.find(qn("wp:docPr")) if drawing is not None else None
        words = (about.get("descr") or "").strip() if about is not None else ""
        return f'<div class="alt">{escaped(words)}</div>' if words else ""

    def _table(self, element: Any) -> str:
        """Merged cells become empty ones, so that columns stay in line."""
        rows = []
        for row in element.iter(qn("w:tr")):
            if next(row.iterancestors(qn("w:tbl"))) is not element:
                continue  # of a table in a cell, whose text stands in that cell
            cells: list[str] = []
            for cell in row.iter(qn("w:tc")):
                if next(cell.iterancestors(qn("w:tr"))) is row:
                    span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
                    texts = [self._text(p) + "".join(self._pictures(p)) for p in cell.iter(qn("w:p"))]
                    cells += ["<br/>".join(text for text in texts if text)]
                    cells += [""] * (int(span.get(qn("w:val"), "1")) - 1 if span is not None else 0)
            rows.append(cells)
        return table_html(rows, ready=True) if rows else ""

    def notes(self) -> Iterator[str]:
        """Footnotes and endnotes, which python-docx leaves alone."""
        from docx.oxml import parse_xml

        for relation in self.part.rels.values():
            if relation.reltype.endswith(("/footnotes", "/endnotes")):
                for note in parse_xml(relation.target_part.blob).iterchildren():
                    text = " ".join(self._text(p) for p in note.iter(qn("w:p")))
                    if text.strip():
                        yield f"<p>[{html.escape(note.get(qn('w:id'), ''))}] {text}</p>"


def _within(node: Any, tag: str, top: Any) -> bool:
    """Whether an element of this tag stands between a node and `top`."""
    for parent in node.iterancestors():
        if parent is top:
            return False
        if parent.tag == (MC_FALLBACK if tag == "mc:Fallback" else qn(tag)):
            return True
    return False


MC_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


# --- XLSX


def parse_xlsx(path: Path, read: Reader | None = ocr.read) -> Parsed:
    """Read an XLSX, sheet by sheet; rows that empty rows part are tables of their own. Raises UnreadableFile."""
    sheets = opened(path, "XLSX", lambda name: dict(_sheets(name)))
    notes, body, columns = [], [], 1
    for name, rows in sheets.items():
        if len(rows) > MAX_ROWS:
            notes.append(f"sheet {name}: only the first {MAX_ROWS} rows were read")
        body.append(f"<h1>{escaped(name)}</h1>")
        for table in _tables(rows[:MAX_ROWS]):
            columns = max(columns, len(table[0]))
            body.append(table_html(table) if len(table) > 1 and len(table[0]) > 1 else _lines(table))
    pictures = dict(_media(path))
    body += [f'<p><img src="{name}"/></p>' for name in pictures]
    if not pictures and not any(sheets.values()):
        raise UnreadableFile(f"{path.name} has only empty sheets.", "Get another copy of the file.")
    return render(
        "".join(body), XLSX, path.stem, pictures=pictures, notes=tuple(notes), read=read, width=width_for(columns)
    )


def _sheets(path: str) -> Iterator[tuple[str, list[list[str]]]]:
    """Each sheet's rows as they are shown. A formula whose value was never stored shows itself."""
    values = openpyxl.load_workbook(path, read_only=True, data_only=True)
    formulas = openpyxl.load_workbook(path, read_only=True)
    for name in values.sheetnames:
        if not hasattr(values[name], "iter_rows"):
            continue  # a sheet that is one chart; its numbers stand in another
        rows = []
        for shown, written in zip(values[name].iter_rows(), formulas[name].iter_rows(), strict=False):
            rows.append([_shown(a if a.value is not None else b) for a, b in zip(shown, written, strict=False)])
            if len(rows) > MAX_ROWS:
                break
        yield name, rows


def _shown(cell: Any) -> str:
    """A cell's value as its number format shows it, roughly: percent, dates without midnight, no 0.1 + 0.2."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "seconds")
    if isinstance(value, float | int) and not isinstance(value, bool):
        form = str(cell.number_format or "")
        if "%" in form:
            places = len(form.split("%")[0].partition(".")[2].rstrip())
            return f"{100 * value:.{places}f}%"
        return f"{value:.12g}" if isinstance(value, float) else str(value)
    return str(value)


def _tables(rows: Iterable[list[str]]) -> Iterator[list[list[str]]]:
    """Runs of rows without the columns that are empty in all of them. Lines of one cell above a table are apart."""
    run: list[list[str]] = []
    for row in [*rows, []]:
        if any(cell.strip() for cell in row):
            run.append(row)
            continue
        while run and sum(bool(cell.strip()) for cell in run[0]) == 1 and len(run) > 1:
            yield [[cell for cell in run.pop(0) if cell.strip()]]
        if run:
            width = max(len(row) for row in run)
            full = [[*row, *[""] * (width - len(row))] for row in run]
            kept = [x for x in range(width) if any(row[x].strip() for row in full)]
            yield [[row[x] for x in kept] for row in full]
        run = []


def _lines(table: list[list[str]]) -> str:
    return "".join(f"<p>{escaped(' '.join(row))}</p>" for row in table)


def _media(path: Path) -> Iterator[tuple[str, bytes]]:
    """The pictures of a workbook; what no picture program reads (EMF) is left."""
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.filename.startswith("xl/media/") and (picture := as_png(archive.read(info))):
                yield f"{Path(info.filename).stem}.png", picture
