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
from tools.library.parse.parts import Parsed
from tools.library.parse.pixels import as_png
from tools.library.parse.rendition import escaped, legend_html, render, table_html
from tools.library.parse.zip_package import opened

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
TEXT_BOX = qn("w:txbxContent")


def parse_docx(path: Path, read: ocr.Reader | None = ocr.read) -> Parsed:
    """Read a DOCX. Raises UnreadableFile."""
    document = opened(path, "DOCX", docx.Document)
    body = _Body(document.part)
    parts = [body.blocks(document.element.body), *body.footnotes()]
    title = document.core_properties.title.strip() or path.stem
    return render("".join(parts), DOCX, title, pictures=body.pictures, notes=body.notes, read=read)


class _Body:
    """A document on its way to HTML. `notes` names what could not be taken along."""

    def __init__(self, part: Any) -> None:
        self.part = part
        self.pictures: dict[str, bytes] = {}
        self.notes: list[str] = []

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
        boxes = [box for box in element.iter(TEXT_BOX) if not _within(box, FALLBACK, element)]
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
            if node.tag in (qn("w:t"), qn("m:t")) and not _within(node, TEXT_BOX, element):
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
        rows = [self._cells(row) for row in own]
        return table_html(rows, ready=True) if rows else ""

    def _cells(self, row: Any) -> list[str]:
        """Merged cells become empty ones, so that columns stay in line."""
        cells: list[str] = []
        for cell in row.iter(qn("w:tc")):
            if next(cell.iterancestors(qn("w:tr"))) is row:
                span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
                texts = [self._text(p) + "".join(self._pictures(p)) for p in cell.iter(qn("w:p"))]
                cells += ["<br/>".join(text for text in texts if text)]
                cells += [""] * (int(span.get(qn("w:val"), "1")) - 1 if span is not None else 0)
        return cells

    def footnotes(self) -> Iterator[str]:
        """Footnotes and endnotes, which python-docx leaves alone."""
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
        if parent.tag == tag:
            return True
    return False
