"""PPTX: each slide a page of its own size, text, tables and pictures where they stand, notes below."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pptx
import pymupdf
from lxml import etree
from pptx.chart.plot import BubblePlot, XyPlot
from pptx.enum.shapes import MSO_SHAPE_TYPE, PP_PLACEHOLDER
from pptx.util import Emu

from tools.library.evidence import Box
from tools.library.parse import ocr, rendition
from tools.library.parse.parts import Parsed
from tools.library.parse.pixels import as_png
from tools.library.parse.rendition import escaped, table_html
from tools.library.parse.zip_package import opened

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
EMU = 12_700  # per point
NOTES_HEIGHT = 160.0
MARGIN = 20.0
LEGEND_HEIGHT = 14.0
FILE_NAME = re.compile(r"\.\w{3,4}$")  # in the place of an alternative text
TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE)
STYLE = rendition.STYLE + "body {font-size: 14pt} h1 {font-size: 24pt; margin: 0} p {margin: 2pt 0}"
SMALLEST = 0.2  # text is scaled down to fit its box, as slides do; so far at the most


def parse_pptx(path: Path, read: ocr.Reader | None = ocr.read) -> Parsed:
    """Read a PPTX. Raises UnreadableFile."""
    deck = opened(path, "PPTX", pptx.Presentation)
    notes: list[str] = []
    with pymupdf.open() as document:
        for number, slide in enumerate(deck.slides, 1):
            _set(document, slide, (deck.slide_width or 0) / EMU, (deck.slide_height or 0) / EMU, notes, number)
        pdf = rendition.without_spare_letters(document)
    title = (deck.core_properties.title or "").strip()
    title = path.stem if title in ("", "PowerPoint Presentation") else title
    return rendition.parse_rendition(pdf, PPTX, title, read, notes)


def _set(document: pymupdf.Document, slide: Any, width: float, height: float, notes: list[str], number: int) -> None:
    """Draw one slide. Text that belongs to no box of its own (SmartArt, speaker's notes) stands below."""
    spoken = slide.notes_slide.notes_text_frame.text if _has_notes(slide) else ""
    below = [*_loose(slide), *(["Notes: " + spoken.strip()] if spoken.strip() else [])]
    page = document.new_page(width=width, height=height + (NOTES_HEIGHT if below else 0))
    for shape, box in _shapes(slide.shapes, (0.0, 0.0, 1.0, 1.0)):
        if shape.shape_type == MSO_SHAPE_TYPE.PICTURE or hasattr(shape, "image"):
            _picture(page, shape, box, notes, number)
        elif text := _html(shape):
            page.insert_htmlbox(_roomy(box, page.rect), text, css=STYLE, scale_low=SMALLEST)
    if below:
        text = "".join(f"<p>{escaped(part)}</p>" for part in below)
        box = (MARGIN, height + 5, width - MARGIN, height + NOTES_HEIGHT - 5)
        page.insert_htmlbox(box, text, css=STYLE, scale_low=SMALLEST)


def _has_notes(slide: Any) -> bool:
    return slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None


def _shapes(shapes: Any, frame: Box) -> Iterator[tuple[Any, Box]]:
    """The shapes that show something, title first, those of groups too, with their boxes in points. `frame` is the
    shift and scale (x, y, per x, per y) of the group they are in."""
    for shape in sorted(shapes, key=lambda shape: not _is_title(shape)):
        left, top, width, height = ((value or Emu(0)) for value in (shape.left, shape.top, shape.width, shape.height))
        x, y = frame[0] + left / EMU * frame[2], frame[1] + top / EMU * frame[3]
        box = (x, y, x + width / EMU * frame[2], y + height / EMU * frame[3])
        if shape.shape_type == MSO_SHAPE_TYPE.GROUP:
            yield from _shapes(shape.shapes, _inner(shape, box))
        else:
            yield shape, box


def _inner(group: Any, box: Box) -> Box:
    """The frame in which the children of a group are placed: their own coordinates stretched over its box."""
    own = group._element.grpSpPr.find(f".//{{{group._element.nsmap['a']}}}xfrm")
    if own is None or own.find("{*}chOff") is None or own.find("{*}chExt") is None:
        return (0.0, 0.0, 1.0, 1.0)
    x, y = (int(own.find("{*}chOff").get(key)) / EMU for key in ("x", "y"))
    wide, high = (max(1, int(own.find("{*}chExt").get(key))) / EMU for key in ("cx", "cy"))
    across, down = (box[2] - box[0]) / wide, (box[3] - box[1]) / high
    return (box[0] - x * across, box[1] - y * down, across, down)


def _is_title(shape: Any) -> bool:
    return shape.is_placeholder and shape.placeholder_format.type in TITLES


def _html(shape: Any) -> str:
    if getattr(shape, "has_table", False) and shape.has_table:
        return table_html([[cell.text for cell in row.cells] for row in shape.table.rows])
    if getattr(shape, "has_chart", False) and shape.has_chart:
        return _chart(shape.chart)
    if not shape.has_text_frame:
        return ""
    tag = "h1" if _is_title(shape) else "p"
    lines = [(paragraph.level, paragraph.text.replace("\v", " ").strip()) for paragraph in shape.text_frame.paragraphs]
    if tag == "h1":
        return f"<h1>{escaped(' '.join(text for _, text in lines))}</h1>" if any(text for _, text in lines) else ""
    return "".join(f'<p style="margin-left: {14 * level}pt">{escaped(text)}</p>' for level, text in lines if text)


def _chart(chart: Any) -> str:
    """A chart's title and the numbers behind it, as a table: that is what can be searched and cited."""
    title = chart.chart_title.text_frame.text if chart.has_title and chart.chart_title.has_text_frame else ""
    out = f"<p><b>{escaped(title)}</b></p>" if title else ""
    for plot in chart.plots:
        series = list(plot.series)
        out += table_html(_points(series) if isinstance(plot, XyPlot | BubblePlot) else _values(plot, series))
    return out


def _values(plot: Any, series: list[Any]) -> list[list[str]]:
    """A row a category, a column a series."""
    names = [str(category) for category in plot.categories] or [str(n + 1) for n in range(len(series[0].values))]
    rows = [["", *(one.name or "" for one in series)]]
    for number, name in enumerate(names):
        cells = [one.values[number] if number < len(one.values) else None for one in series]
        rows.append([name, *("" if cell is None else f"{cell:.12g}" for cell in cells)])
    return rows


def _points(series: list[Any]) -> list[list[str]]:
    """A row a point of a chart of x and y."""
    rows = [["series", "x", "y"]]
    for one in series:
        across = [float(x.text) for x in one._element.findall(".//{*}xVal//{*}pt/{*}v")]
        rows += [
            [one.name or "", f"{x:.12g}", f"{y:.12g}"]
            for x, y in zip(across, one.values, strict=False)
            if y is not None
        ]
    return rows


def _loose(slide: Any) -> Iterator[str]:
    """The words of SmartArt, which stand in a part of their own."""
    for relation in slide.part.rels.values():
        if relation.reltype.endswith("/diagramData"):
            tree = etree.fromstring(relation.target_part.blob, etree.XMLParser(resolve_entities=False))
            words = [" ".join(t.text or "" for t in p.iter("{*}t")) for p in tree.iter("{*}p")]
            yield "; ".join(word for word in words if word.strip())


def _picture(page: pymupdf.Page, shape: Any, box: Box, notes: list[str], number: int) -> None:
    picture = as_png(shape.image.blob) if _embedded(shape) else None
    if picture is None or box[2] - box[0] < 1 or box[3] - box[1] < 1:
        notes.append(f"slide {number}: the picture '{shape.name}' could not be taken in")
        return
    page.insert_image(box, stream=picture, keep_proportion=False)
    about = shape._element._nvXxPr.cNvPr.get("descr") or ""
    if legend := rendition.legend_html("" if FILE_NAME.search(about) else about):
        below = (box[0], box[3], box[2], box[3] + LEGEND_HEIGHT)
        page.insert_htmlbox(_roomy(below, page.rect), legend, css=STYLE, scale_low=SMALLEST)


def _embedded(shape: Any) -> bool:
    try:
        return bool(shape.image.blob)
    except (AttributeError, ValueError, KeyError):  # python-pptx: linked, not embedded; or none in the placeholder
        return False


def _roomy(box: Box, page: pymupdf.Rect) -> Box:
    """A box at least large enough for a word, and on the page: shapes may be lines, or stand half outside."""
    x0, y0 = min(max(0.0, box[0]), page.width - 60), min(max(0.0, box[1]), page.height - 20)
    return (x0, y0, min(max(box[2], x0 + 60), page.width), min(max(box[3], y0 + 20), page.height))
