"""What an item is found by: its points in the store, made of its words and its pixels."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

from tools.library import encode
from tools.library.catalog import Entry
from tools.library.evidence import Figure, Part, Source
from tools.library.store import Leg, Sparse, Window

if TYPE_CHECKING:
    from tools.library.library import Library


def windows(library: "Library", entries: Sequence[Entry], source: Source) -> list[Window]:
    """The points of a source. Whatever has words is in the text legs; figures are in CLIP's space by their pixels,
    everything else by its words."""
    pieces = [(e.part, piece) for e in entries for piece in _pieces(e.part, library.text_encoder)]
    both = encode.texts_in_both(library.text_encoder, library.image_encoder, [piece for _, piece in pieces])
    points: list[tuple[Part, dict[Leg, list[float]], Sparse | None]] = []
    for (part, piece), vector in zip(pieces, both.text, strict=True):
        points.append((part, {"text": vector.tolist()}, library.bm25.document(f"{source.title} {piece}")))
    for owner, vector in zip(both.owner, both.image, strict=True):
        if not isinstance(pieces[owner][0], Figure):
            points.append((pieces[owner][0], {"clip": vector.tolist()}, None))
    for figure, vector in _pixels(library, [e.part for e in entries if isinstance(e.part, Figure)]):
        points.append((figure, {"clip": vector.tolist()}, None))
    return [
        Window(part.id, number, source.id, part.kind, dense, bm25, tuple(region.page for region in part.regions))
        for number, (part, dense, bm25) in enumerate(points)
    ]


def _pieces(part: Part, encoder: encode.Encoder) -> list[str]:
    """A part's words, windowed; nothing for a picture without a word."""
    text = words(part)
    return encode.windows(text, encoder) if text else []


def words(part: Part) -> str:
    """A part's text with its heading; of a figure also the paragraph that mentions it and what a model saw in it."""
    seen = (part.mention, part.description) if isinstance(part, Figure) else ()
    return "\n".join(filter(None, (part.heading, part.text, *seen))).strip()


def _pixels(library: "Library", figures: Sequence[Figure]) -> Iterator[tuple[Figure, encode.Vectors]]:
    """Each figure with its vector, float32[dim]."""
    for start in range(0, len(figures), encode.IMAGE_BATCH):
        batch = figures[start : start + encode.IMAGE_BATCH]
        pictures = [Image.open(BytesIO(library.picture(figure.image))) for figure in batch]
        yield from zip(batch, library.image_encoder.images(pictures), strict=True)
