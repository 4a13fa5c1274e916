"""DOCX: headings, lists, tables, pictures, text boxes and notes, as HTML. PyMuPDF opens it too, but drops pictures and
cell borders."""

import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from tools.library.parse import ocr
from tools.library.parse.docx_text import FALLBACK, TEXT_BOX, Numbering, text_html
from tools.library.parse.parts import Parsed
from tools.library.parse.pixels import as_png
from tools.library.parse.rendition import escaped, legend_html, render, table_html
from tools.library.parse.zip_package import opened

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def parse_docx(path: Path, read: ocr.Reader | None = ocr.read) -> Parsed:
    """Read a DOCX. Raises UnreadableFile."""
    document = opened(path, "DOCX", docx.Document)
    body = _Body(document.part)
    parts = [*_running(document, "header"), body.blocks(document.element.body), *body.footnotes()]
    parts += _running(document, "footer")
    title = document.core_properties.title.strip() or _first_heading(document) or path.stem
    return render("".join(parts), DOCX, title, pictures=body.pictures, notes=body.notes, read=read)


def _first_heading(document: Any) -> str:
    for paragraph in document.paragraphs:
        style = (paragraph.style.name or "").lower() if paragraph.style is not None else ""
        text = " ".join(paragraph.text.split())
        if text and style.startswith(("title", "heading ")):
            return text
    return ""


def _running(document: Any, kind: str) -> Iterator[str]:
    """What stands above ("header") or below ("footer") every page of a section, once: numbers and states of documents
    stand there."""
    done: set[str] = set()
    for section in document.sections:
        for name in (f"first_page_{kind}", kind, f"even_page_{kind}"):
            part = getattr(section, name)
            paragraphs = () if part.is_linked_to_previous else part._element.iter(qn("w:p"))
            texts = (text_html(p).strip() for p in paragraphs if not _within(p, FALLBACK, part._element))
            line = " ".join(text for text in texts if text)
            if line and line not in done:
                done.add(line)
                yield f"<p>{line}</p>"


class _Body:
    """A document on its way to HTML. `notes` names what could not be taken along."""

    def __init__(self, part: Any) -> None:
        self.part = part
        self.pictures: dict[str, bytes] = {}
        self.notes: list[str] = []
        self._numbering = Numbering(part)

    def blocks(self, parent: Any) -> str:
        return "".join(self._block(child) for child in parent.iterchildren())

    def _block(self, element: Any) -> str:
        if element.tag == qn("w:p"):
            return self._paragraph(element)
        if element.tag == qn("w:tbl"):
            return self._table(element)
        if element.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:moveTo"), qn("w:customXml")):
            return self.blocks(element)
        return ""

    def _paragraph(self, element: Any) -> str:
        text, pictures = text_html(element), self._pictures(element)
        boxes = [box for box in element.iter(TEXT_BOX) if not _within(box, FALLBACK, element)]
        tag = self._tag(element)
        label = escaped(self._numbering.label(element, Paragraph(element, self.part).style)) if text.strip() else ""
        if not label and tag == "p" and self._style(element).startswith("list"):
            label = "•"
        line = f"<{tag}>{label}{' ' if label else ''}{text}</{tag.split()[0]}>" if text.strip() else ""
        return line + "".join(pictures) + "".join(self.blocks(box) for box in boxes)

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

    def _pictures(self, element: Any) -> Iterator[str]:
        for blip in element.iter(qn("a:blip")):
            related = self.part.related_parts.get(blip.get(qn("r:embed"), ""))
            picture = as_png(related.blob) if related is not None else None
            if picture is None:
                name = related.partname if related is not None else "a linked picture"
                self.notes.append(f"picture not taken in: {name}")
                continue
            name = f"picture{len(self.pictures)}.png"
            self.pictures[name] = picture
            yield f'<p><img src="{name}"/></p>{self._legend(blip)}'

    def _legend(self, blip: Any) -> str:
        drawing = next(blip.iterancestors(qn("wp:inline"), qn("wp:anchor")), None)
        about = drawing.find(qn("wp:docPr")) if drawing is not None else None
        return legend_html(about.get("descr") or "") if about is not None else ""

    def _table(self, element: Any) -> str:
        """Without the rows of a table in a cell, whose text stands in that cell."""
        own = (row for row in element.iter(qn("w:tr")) if next(row.iterancestors(qn("w:tbl"))) is element)
        rows: list[list[str]] = []
        for row in own:
            rows.append(self._cells(row, rows[-1] if rows else []))
        return table_html(rows, ready=True) if rows else ""

    def _cells(self, row: Any, above: list[str]) -> list[str]:
        """Cells merged across become empty ones, so that columns stay in line; those merged downwards say what they
        say in each of their rows."""
        cells: list[str] = []
        for cell in row.iter(qn("w:tc")):
            if next(cell.iterancestors(qn("w:tr"))) is row:
                span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
                merged = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
                goes_on = merged is not None and merged.get(qn("w:val"), "continue") == "continue"
                text = above[len(cells)] if goes_on and len(cells) < len(above) else self._cell(cell)
                cells += [text, *[""] * (int(span.get(qn("w:val"), "1")) - 1 if span is not None else 0)]
        return cells

    def _cell(self, cell: Any) -> str:
        paragraphs = [p for p in cell.iter(qn("w:p")) if not _within(p, FALLBACK, cell)]
        texts = [text_html(p) + "".join(self._pictures(p)) for p in paragraphs]
        return "<br/>".join(text for text in texts if text)

    def footnotes(self) -> Iterator[str]:
        """Footnotes and endnotes, which python-docx leaves alone."""
        for relation in self.part.rels.values():
            if relation.reltype.endswith(("/footnotes", "/endnotes")):
                for note in parse_xml(relation.target_part.blob).iterchildren():
                    text = " ".join(text_html(p) for p in note.iter(qn("w:p")))
                    if text.strip():
                        yield f"<p>[{html.escape(note.get(qn('w:id'), ''))}] {text}</p>"


def _within(node: Any, tag: str, top: Any) -> bool:
    """Whether an element of this tag stands between a node and `top`."""
    for parent in node.iterancestors():
        if parent is top:
            return False
        if parent.tag == tag:
            return True
    return False
