"""What an item is found by: its points in the store, made of its words and its pixels."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tools.library import encode
from tools.library.encode.shrink import Pixels, Shrink
from tools.library.evidence import Figure, Part, Source, searchable_text
from tools.library.index import Index
from tools.library.store import Point, disk

VERSION = 2
"""Of what a point holds. Points of another version are made again from the catalogue at the next indexing."""
MAX_TEXTS, MAX_PICTURES = 512, 128
"""What is encoded and stored together: bounds the memory, and what a kill costs."""


@dataclass(frozen=True)
class TextPiece:
    """Text of part number `part` of a source that the text encoder reads at once."""

    part: int
    text: str


@dataclass(frozen=True)
class EncoderInput:
    """What the points of a source are made of: its parts, their words in pieces, and their pixels by the part's number,
    made small for the encoder where it is known what it wants."""

    source: Source
    parts: tuple[Part, ...]
    pieces: tuple[TextPiece, ...]
    pixels: dict[int, Pixels]

    @property
    def pictures(self) -> int:
        return sum(isinstance(part, Figure) for part in self.parts)


def prepare(
    root: Path, source: Source, parts: Sequence[Part], reader: encode.Reader, shrink: Shrink | None
) -> EncoderInput:
    """Cut, decoded and shrunk: all that takes time and no encoder. `root` is the library's folder."""
    pieces = tuple(TextPiece(n, text) for n, part in enumerate(parts) for text in _pieces(part, reader))
    pixels = {}
    if shrink:
        for number, part in enumerate(parts):
            if isinstance(part, Figure):
                with Image.open(root / disk.picture(part.image)) as picture:
                    pixels[number] = shrink(picture)
    return EncoderInput(source, tuple(parts), pieces, pixels)


def is_full(inputs: Sequence[EncoderInput]) -> bool:
    """Whether these are enough to be encoded and stored together."""
    texts, pictures = sum(len(one.pieces) for one in inputs), sum(one.pictures for one in inputs)
    return texts >= MAX_TEXTS or pictures >= MAX_PICTURES


def points(index: Index, inputs: Sequence[EncoderInput]) -> list[Point]:
    """The points of several sources, encoded together. Whatever has words is in the text legs, figures are in CLIP's
    space by their pixels: no search asks that space for words."""
    numbers: Counter[str] = Counter()
    made = []

    def add(source: Source, part: Part, **vectors) -> None:
        pages = [region.page for region in part.regions]
        made.append(Point.of(part.id, numbers[part.id], source.id, part.kind, pages=pages, **vectors))
        numbers[part.id] += 1

    pieces = [(one, piece) for one in inputs for piece in one.pieces]
    vectors = index.encoders.text.texts([piece.text for _, piece in pieces])
    for (one, piece), vector in zip(pieces, vectors, strict=True):
        words = index.bm25.document(f"{one.source.title} {piece.text}")
        add(one.source, one.parts[piece.part], dense={"text": vector.tolist()}, bm25=words)
    for source, figure, vector in _encoded_figures(index, inputs):
        add(source, figure, dense={"clip": vector.tolist()})
    return made


def _pieces(part: Part, reader: encode.Reader) -> list[str]:
    """A part's words, windowed, and a figure's caption once more alone: what is said around it would drown it. Nothing
    for a picture without a word."""
    text = searchable_text(part)
    alone = [part.caption] if isinstance(part, Figure) and part.caption not in ("", text) else []
    return [piece for whole in (text, *alone) if whole for piece in encode.windows(whole, reader)]


def _encoded_figures(index: Index, inputs: Sequence[EncoderInput]) -> Iterator[tuple[Source, Figure, encode.Vectors]]:
    """Each figure with its vector, float32[dim]."""
    parts = ((one, number, part) for one in inputs for number, part in enumerate(one.parts))
    figures = [(one, number, part) for one, number, part in parts if isinstance(part, Figure)]
    for start in range(0, len(figures), encode.IMAGE_BATCH):
        batch = figures[start : start + encode.IMAGE_BATCH]
        pictures = [_picture(index.root, one, number, figure) for one, number, figure in batch]
        for (one, _, figure), vector in zip(batch, index.encoders.image.images(pictures), strict=True):
            yield one.source, figure, vector


def _picture(root: Path, one: EncoderInput, number: int, figure: Figure) -> Image.Image:
    if number in one.pixels:
        return Image.fromarray(one.pixels[number])
    picture = Image.open(root / disk.picture(figure.image))
    picture.load()
    return picture
