"""One file, read: its parts with their ids, and what its points will be made of. Runs in a worker's process."""

import errno
import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.language.controls import clean
from tools.library import encode
from tools.library.encode.shrink import Shrink
from tools.library.evidence import Figure, Passage, Region, Source, Table, Word, regions_of, text_of
from tools.library.ingest import chunk, points
from tools.library.parse import IMAGE_SUFFIXES, PARSER_VERSION, parse
from tools.library.parse.parts import FigurePart, Parsed, TablePart
from tools.library.store import disk
from tools.library.store.catalog import Entry, Reading, pack


@dataclass(frozen=True)
class Job:
    """A file to be read. `uri` is how it is cited, `path` where its bytes lie now; `keep` says that they will not stay
    there, so that a copy is needed to draw its pages. `web`: it is what stands at the URL `uri`, whose bytes nobody has
    yet; `private` allows addresses of the local network. `root` is the library's folder."""

    uri: str
    path: Path
    root: Path
    recipe: str
    sha256: str
    caption: str = ""
    text_encoder: str = "minilm"
    shrink: Shrink | None = None
    keep: bool = False
    web: bool = False
    private: bool = False

    @property
    def source(self) -> str:
        return source_id(self.sha256, self.recipe)


@dataclass(frozen=True)
class Read:
    """What came of it, and the seconds it took."""

    reading: Reading
    raw: points.Raw
    seconds: float = field(default=0.0)


def recipe(path: Path, caption: str) -> str:
    """All that the result depends on besides the bytes: the parser, the suffix where it decides how to read, and what
    is written beside a picture."""
    suffix = path.suffix.lower()
    own = "" if suffix in (".pdf", *IMAGE_SUFFIXES) else suffix
    beside = hashlib.sha256(caption.encode("utf-8", "surrogatepass")).hexdigest()[:16] if caption else ""
    return f"{PARSER_VERSION}:{own}:{beside}"


def source_id(sha256: str, recipe: str) -> str:
    return hashlib.sha256(f"{sha256}:{recipe}".encode()).hexdigest()


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(job: Job) -> Read:
    """Raises UnreadableFile. Pictures, the rendition and (where `keep`) the bytes are in the library's folder before it
    returns: what is told of can be shown."""
    start = time.perf_counter()
    if job.web:
        return _from_the_web(job, start)
    before = job.path.stat()
    parsed = parse(job.path, job.caption)
    if job.keep and parsed.rendition is None:
        disk.write(job.root / disk.original(job.sha256), job.path.read_bytes())
    after = job.path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or digest(job.path) != job.sha256:
        raise OSError(errno.EBUSY, "it was written to while it was read")
    return _made(job, job.sha256, parsed, start)


def _from_the_web(job: Job, start: float) -> Read:
    from tools.library.parse import web

    captured = web.capture(job.uri, allow_private=job.private)
    return _made(job, captured.digest, captured.parsed, start)


def _made(job: Job, sha256: str, parsed: Parsed, start: float) -> Read:
    """What was parsed, as items and as what their points are made of; pictures and rendition are on the disk."""
    counter = encode.reader(job.text_encoder)
    source = Source(
        id=source_id(sha256, job.recipe),
        title=clean(parsed.title),
        uri=job.uri,
        media_type=parsed.media_type,
        pages=parsed.pages,
        sha256=sha256,
    )
    entries = tuple(_entries(job.root, source, parsed, counter))
    if parsed.rendition is not None:
        disk.write(job.root / disk.rendition(source.id), parsed.rendition)
    raw = points.raw(job.root, source, [entry.part for entry in entries], counter, job.shrink)
    return Read(Reading(source, job.recipe, entries, parsed.notes), raw, time.perf_counter() - start)


def _entries(root: Path, source: Source, parsed: Parsed, counter: encode.Reader) -> Iterator[Entry]:
    """The source's parts, with ids that say where they are from; pictures go to the picture folder."""
    stem = source.id[:16]
    for number, passage in enumerate(chunk.chunk(parsed.blocks, counter.count)):
        yield _passage(f"{stem}:p{number}", source, passage)
    for number, figure in enumerate(parsed.figures):
        sha = hashlib.sha256(figure.image).hexdigest()
        disk.write(root / disk.picture(sha), figure.image)
        yield _figure(f"{stem}:f{number}", source, figure, sha)
    for number, table in enumerate(parsed.tables):
        yield _table(f"{stem}:t{number}", source, table)


def _passage(id: str, source: Source, part: chunk.Chunk) -> Entry:
    text, regions = text_of(part.words), regions_of(part.words)
    return _entry(Passage(id=id, source_id=source.id, text=text, heading=part.heading, regions=regions), part.words)


def _figure(id: str, source: Source, part: FigurePart, image: str) -> Entry:
    figure = Figure(
        id=id,
        source_id=source.id,
        image=image,
        caption=text_of(part.caption),
        ocr_text=text_of(part.inside),
        heading=part.heading,
        mention=part.mention,
        regions=(Region(page=part.page, boxes=(part.box,)),),
    )
    return _entry(figure, (*_line(part.caption), *part.inside))


def _table(id: str, source: Source, part: TablePart) -> Entry:
    table = Table(
        id=id,
        source_id=source.id,
        markdown=text_of(part.words),
        caption=text_of(part.caption),
        heading=part.heading,
        regions=(part.region,),
    )
    return _entry(table, (*_line(part.caption), *part.words))


def _entry(part: Passage | Figure | Table, words: Sequence[Word]) -> Entry:
    return Entry(part, pack(words))


def _line(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words as a line of their own, as a caption stands in an item's `text`."""
    return (*words[:-1], words[-1]._replace(sep="\n")) if words else ()
