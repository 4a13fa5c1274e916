"""Text in pictures, read by RapidOCR (PP-OCRv6) on the CPU, or by Tesseract where it is set up. Nothing is loaded until
the first picture."""

import functools
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from tools.errors import SettingsError
from tools.library.evidence import Box, Word
from tools.library.parse.layout.geometry import bounds, scaled
from tools.library.parse.layout.lines import Line

if TYPE_CHECKING:
    from rapidocr import RapidOCR

LONG_SIDE = 1600  # pixels; larger pictures are read at this size
SMALL_SIDE = 600  # pixels; smaller pictures are doubled, else letters of 8 pixels are missed
STRIP = 1.5  # height of a piece of a long picture, in its widths; a quarter of it is read twice
LEAST_LINES, LEAST_LETTERS, LEAST_SCORE = 3, 20, 0.85  # from which the way of the text is told
Point = tuple[float, float]

threads: int | None = None
"""Of the engine, set before the first picture; without one, one a core."""


@dataclass(frozen=True)
class OcrWord:
    """A word and its box in pixels of the picture that was given."""

    text: str
    box: Box


@dataclass(frozen=True)
class OcrLine:
    """`score`: how sure the reader is of its letters, 0 to 1."""

    words: tuple[OcrWord, ...]
    box: Box
    score: float = 1.0


Reader = Callable[[Image.Image], list[OcrLine]]
"""What reads the text in a picture; None in its place switches OCR off."""


@functools.cache
def _engine() -> "RapidOCR":
    """One per process: loading takes about a second."""
    from rapidocr import RapidOCR

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,  # it only finds lines that stand on their head
            "Global.max_side_len": LONG_SIDE,
            # Measured on scanned receipts against the defaults: 1.9 instead of 3.4 CPU seconds a picture,
            # word recall .937 instead of .946.
            "Det.limit_type": "max",  # the default enlarges flat pictures to several thousand pixels
            "Det.limit_side_len": 1280,
            "Det.unclip_ratio": 2.0,  # at the default of 1.6 faint first and last letters are cut off
            "Rec.rec_img_shape": [3, 48, 96],  # the default pads every short word to 320 pixels
            "Rec.rec_batch_num": 3,
            "EngineConfig.onnxruntime.enable_cpu_mem_arena": True,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads or cores,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def read(image: Image.Image) -> list[OcrLine]:
    """The lines of text in a picture, top to bottom; [] where there are none. A long strip, as of a whole web page, is
    read piece by piece."""
    picture = image if image.mode == "RGB" else image.convert("RGB")  # a copy of a large one would weigh as much again
    if picture.height <= max(STRIP * picture.width, LONG_SIDE):
        return _read_whole(picture)
    height = round(STRIP * picture.width)
    lines = []
    for top in range(0, picture.height - height // 4, height - height // 4):
        last = top + height >= picture.height
        strip = picture.crop((0, top, picture.width, min(top + height, picture.height)))
        least, most = (height // 8 if top else 0), (picture.height if last else height - height // 8)
        lines += [_moved(line, top) for line in _read_whole(strip) if least <= (line.box[1] + line.box[3]) / 2 < most]
    return lines


def _moved(line: OcrLine, down: float) -> OcrLine:
    def moved(box: Box) -> Box:
        return (box[0], box[1] + down, box[2], box[3] + down)

    return OcrLine(tuple(OcrWord(word.text, moved(word.box)) for word in line.words), moved(line.box), line.score)


def _read_whole(picture: Image.Image) -> list[OcrLine]:
    longest = max(picture.size)
    scale = 0.5 if longest < SMALL_SIDE else max(1.0, longest / LONG_SIDE)
    if scale != 1:
        size = max(1, round(picture.width / scale)), max(1, round(picture.height / scale))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    found: Any = _engine()(np.asarray(picture)[:, :, ::-1])  # one of several classes by what was asked for
    parts = zip(found.txts, found.boxes, found.scores, strict=True) if found.txts else ()
    lines = [
        _line(text, np.asarray(corners) * scale, float(score))
        for text, corners, score in parts
        if any(char.isalnum() for char in text)  # buttons of windows are read as □
    ]
    return sorted(lines, key=lambda line: (line.box[1], line.box[0]))


def turn_of(lines: Sequence[OcrLine]) -> int:
    """How far a picture must be turned clockwise so that the text that was read in it stands upright: 0, 90, 180, 270.

    The reader turns lines that stand on end by a quarter and reads them: well, or upside down. Upright text was read at
    a mean score of .95 to 1 in receipts, screenshots and scans, the same on its head at .65 to .75.
    """
    letters = sum(len(word.text) for line in lines for word in line.words)
    if len(lines) < LEAST_LINES or letters < LEAST_LETTERS:
        return 0
    upright = sum(line.score for line in lines) / len(lines) > LEAST_SCORE
    standing = sum(line.box[3] - line.box[1] > 1.5 * (line.box[2] - line.box[0]) for line in lines) > 0.6 * len(lines)
    return (270 if upright else 90) if standing else (0 if upright else 180)


def tesseract(image: Image.Image, language: str = "eng") -> list[OcrLine]:
    """The same by Tesseract, through PyMuPDF; `language` as its data files are named ("eng+deu"). Raises SettingsError
    where its language data is not installed."""
    import pymupdf

    picture = image.convert("RGB")
    pixmap = pymupdf.Pixmap(pymupdf.csRGB, picture.width, picture.height, picture.tobytes(), False)
    try:
        pdf = pixmap.pdfocr_tobytes(language=language)
    except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase) as error:
        raise SettingsError(
            f"Tesseract cannot read {language} here ({error}).",
            "Install tesseract-ocr with that language and set TESSDATA_PREFIX, or leave the reader at rapidocr.",
        ) from error
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        scale = picture.width / document[0].rect.width
        lines: dict[tuple[int, int], list[OcrWord]] = {}
        for x0, y0, x1, y1, text, block, line, _ in document[0].get_text("words"):
            word = OcrWord(text, scaled((x0, y0, x1, y1), scale))
            lines.setdefault((block, line), []).append(word)
    return [OcrLine(tuple(words), bounds(word.box for word in words)) for words in lines.values()]


def _line(text: str, corners: np.ndarray, score: float) -> OcrLine:
    """`corners` is float[4, 2], clockwise from top left. Words share the line's width by their letters."""
    x0, y0 = (float(v) for v in corners.min(axis=0))
    x1, y1 = (float(v) for v in corners.max(axis=0))
    unit = (x1 - x0) / max(1e-6, _width(text))
    words = []
    at = x0
    for number, word in enumerate(text.split()):
        at += unit * _width(" ") if number else 0.0
        words.append(OcrWord(word, (at, y0, at + unit * _width(word), y1)))
        at += unit * _width(word)
    return OcrLine(tuple(words), (x0, y0, x1, y1), score)


def _width(text: str) -> float:
    """Roughly how wide a text is set, in widths of an 'n'."""
    return sum(
        2.0 if ord(char) > 0x2E7F else 0.5 if char in " .,:;'|!iljt()[]" else 1.4 if char in "mwMW@%" else 1.0
        for char in text
    )


def lines_of(found: Iterable[OcrLine], page: int, scale: float = 1.0, corner: Point = (0.0, 0.0)) -> list[Line]:
    """The lines of a picture as lines of a page: `scale` pixels are one unit there, and the picture begins at `corner`.
    Three quarters of a line's height are taken for its font size."""

    def placed(box: Box) -> Box:
        x, y = corner
        return (box[0] / scale + x, box[1] / scale + y, box[2] / scale + x, box[3] / scale + y)

    lines = []
    for line in found:
        words = tuple(Word(word.text, page, placed(word.box)) for word in line.words)
        box = placed(line.box)
        lines.append(Line(words, box, size=0.75 * (box[3] - box[1])))
    return lines


READERS: dict[str, Reader] = {"rapidocr": read, "tesseract": tesseract}
"""By the name that a setting gives them."""
