"""One file, read: its parts with their ids, and what its points will be made of. Runs in a worker's process."""

import errno
import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tools.language.controls import clean
from tools.library import encode
from tools.library.encode.shrink import Shrink
from tools.library.evidence import Figure, Passage, Region, Source, Table, Word, regions_of, text_of
from tools.library.ingest import chunk, embed
from tools.library.ingest.embed import EncoderInput
from tools.library.parse import parse
from tools.library.parse.parts import FigurePart, Parsed, TablePart
from tools.library.sources.files import is_redacted
from tools.library.store import disk
from tools.library.store.catalog import Entry, ParsedSource, pack


@dataclass(frozen=True)
class ReadJob:
    """A file to be read. `uri` is how it is cited, `path` where its bytes are now; `keep` says that they will not stay
    there, so that a copy is needed to draw its pages. `web`: what is at the URL `uri`, whose bytes nobody has yet;
    `private` allows addresses of the local network. `root` is the library's folder."""

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

    @property
    def redact(self) -> bool:
        return is_redacted(self.recipe)


@dataclass(frozen=True)
class ReadFile:
    """A file that was read, and the seconds that it took; `redacted` is how much personal data was left out by kind."""

    parsed: ParsedSource
    encoder_input: EncoderInput
    seconds: float
    redacted: Mapping[str, int] = field(default_factory=dict)


def source_id(sha256: str, recipe: str) -> str:
    return hashlib.sha256(f"{sha256}:{recipe}".encode()).hexdigest()


def read(job: ReadJob) -> ReadFile:
    """Raises UnreadableFile. Pictures, the rendition and (where `keep`) the bytes are in the library's folder before it
    returns: what is in the answer can be shown."""
    start = time.perf_counter()
    sha256, parsed = _from_the_web(job) if job.web else (job.sha256, _from_the_disk(job))
    redacted: Mapping[str, int] = {}
    if job.redact:
        from tools.library.ingest.redact import redact  # only where it is wanted

        parsed, redacted = redact(parsed, job.path)
    source = Source(
        id=source_id(sha256, job.recipe),
        title=clean(parsed.title),
        uri=job.uri,
        media_type=parsed.media_type,
        pages=parsed.pages,
        sha256=sha256,
        redacted=job.redact,
        labels=tuple(map(clean, parsed.labels)),
    )
    reader = encode.reader(job.text_encoder)
    entries = tuple(_entries(job.root, source, parsed, reader))
    if parsed.rendition is not None:
        disk.write(job.root / disk.rendition(source.id), parsed.rendition)
    encoder_input = embed.prepare(job.root, source, [entry.part for entry in entries], reader, job.shrink)
    stored = ParsedSource(source, job.recipe, entries, parsed.notes)
    return ReadFile(stored, encoder_input, time.perf_counter() - start, redacted)


def _from_the_disk(job: ReadJob) -> Parsed:
    before = job.path.stat()
    parsed = parse(job.path, job.caption)
    if job.keep and parsed.rendition is None and not job.redact:
        disk.write(job.root / disk.original(job.sha256), job.path.read_bytes())
    after = job.path.stat()
    changed = (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)
    if changed or disk.sha256(job.path) != job.sha256:
        raise OSError(errno.EBUSY, "it was written to while it was read")
    return parsed


def _from_the_web(job: ReadJob) -> tuple[str, Parsed]:
    from tools.library.parse import web

    captured = web.capture(job.uri, allow_private=job.private)
    return captured.digest, captured.parsed


def _entries(root: Path, source: Source, parsed: Parsed, reader: encode.Reader) -> Iterator[Entry]:
    """The source's parts, with ids that say where they are from; pictures go to the picture folder."""
    stem = source.id[:16]
    for number, passage in enumerate(chunk.chunk(parsed.blocks, reader.count)):
        yield _passage(f"{stem}:p{number}", source, passage)
    for number, figure in enumerate(parsed.figures):
        sha = hashlib.sha256(figure.image).hexdigest()
        disk.write(root / disk.picture(sha), figure.image)
        yield _figure(f"{stem}:f{number}", source, figure, sha)
    for number, table in enumerate(parsed.tables):
        yield _table(f"{stem}:t{number}", source, table)


def _passage(id: str, source: Source, part: chunk.Chunk) -> Entry:
    text, regions = text_of(part.words), regions_of(part.words)
    passage = Passage(id=id, source_id=source.id, text=text, heading=part.heading, regions=regions)
    return Entry(passage, pack(part.words))


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
    return Entry(figure, pack((*_line(part.caption), *part.inside)))


def _table(id: str, source: Source, part: TablePart) -> Entry:
    table = Table(
        id=id,
        source_id=source.id,
        markdown=text_of(part.words),
        caption=text_of(part.caption),
        heading=part.heading,
        regions=(part.region,),
    )
    return Entry(table, pack((*_line(part.caption), *part.words)))


def _line(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words as a line of their own, as a caption stands in an item's `text`."""
    return (*words[:-1], words[-1]._replace(sep="\n")) if words else ()
