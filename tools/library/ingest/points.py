"""What an item is found by: its points in the store, made of its words and its pixels."""

from collections import Counter as Tally
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tools.library import encode
from tools.library.encode.shrink import Pixels, Shrink
from tools.library.evidence import Figure, Part, Source
from tools.library.index import Index
from tools.library.store import Leg, Point, Sparse, disk

VERSION = 2
"""Of what a point holds. Points of another version are made anew from the catalogue at the next indexing."""


@dataclass(frozen=True)
class Piece:
    """Text of part number `part` of a source that the text encoder reads at once."""

    part: int
    text: str


@dataclass(frozen=True)
class Raw:
    """What the points of a source are made of: its parts, their words in pieces, and their pixels by the part's number,
    made small for the encoder where it is known what it wants."""

    source: Source
    parts: tuple[Part, ...]
    pieces: tuple[Piece, ...]
    pixels: dict[int, Pixels]

    @property
    def pictures(self) -> int:
        return sum(isinstance(part, Figure) for part in self.parts)


def raw(root: Path, source: Source, parts: Sequence[Part], counter: encode.Reader, shrink: Shrink | None) -> Raw:
    """Cut, decoded and shrunk: all that takes time and no encoder. `root` is the library's folder."""
    pieces = tuple(Piece(n, text) for n, part in enumerate(parts) for text in _pieces(part, counter))
    pixels = {}
    if shrink:
        for number, part in enumerate(parts):
            if isinstance(part, Figure):
                with Image.open(root / disk.picture(part.image)) as picture:
                    pixels[number] = shrink(picture)
    return Raw(source, tuple(parts), pieces, pixels)


def windows(index: Index, raws: Sequence[Raw]) -> list[Point]:
    """The points of several sources, encoded together. Whatever has words is in the text legs, figures are in CLIP's
    space by their pixels: no search asks that space for words."""
    pieces = [(raw, piece) for raw in raws for piece in raw.pieces]
    vectors = index.encoders.text.texts([piece.text for _, piece in pieces])
    points: list[tuple[Source, Part, dict[Leg, list[float]], Sparse | None]] = []
    for (raw, piece), vector in zip(pieces, vectors, strict=True):
        bm25 = index.bm25.document(f"{raw.source.title} {piece.text}")
        points.append((raw.source, raw.parts[piece.part], {"text": vector.tolist()}, bm25))
    for raw, figure, vector in _seen(index, raws):
        points.append((raw.source, figure, {"clip": vector.tolist()}, None))
    numbers: Tally[str] = Tally()
    made = []
    for source, part, dense, sparse in points:
        pages = tuple(region.page for region in part.regions)
        made.append(Point.of(part.id, numbers[part.id], source.id, part.kind, dense, sparse, pages))
        numbers[part.id] += 1
    return made


def _pieces(part: Part, reader: encode.Reader) -> list[str]:
    """A part's words, windowed, and a figure's caption once more alone: what is said around it would drown it. Nothing
    for a picture without a word."""
    text = words(part)
    alone = [part.caption] if isinstance(part, Figure) and part.caption not in ("", text) else []
    return [piece for whole in (text, *alone) if whole for piece in encode.windows(whole, reader)]


def words(part: Part) -> str:
    """A part's text with its heading; of a figure also the paragraph that mentions it and what a model saw in it."""
    seen = (part.mention, part.description) if isinstance(part, Figure) else ()
    return "\n".join(filter(None, (part.heading, part.text, *seen))).strip()


def _seen(index: Index, raws: Sequence[Raw]) -> Iterator[tuple[Raw, Figure, encode.Vectors]]:
    """Each figure with its vector, float32[dim]."""
    figures = [(raw, number, part) for raw in raws for number, part in enumerate(raw.parts) if isinstance(part, Figure)]
    for start in range(0, len(figures), encode.IMAGE_BATCH):
        batch = figures[start : start + encode.IMAGE_BATCH]
        pictures = [_picture(index.root, raw, number, figure) for raw, number, figure in batch]
        for (raw, _, figure), vector in zip(batch, index.encoders.image.images(pictures), strict=True):
            yield raw, figure, vector


def _picture(root: Path, raw: Raw, number: int, figure: Figure) -> Image.Image:
    if number in raw.pixels:
        return Image.fromarray(raw.pixels[number])
    picture = Image.open(root / disk.picture(figure.image))
    picture.load()
    return picture
