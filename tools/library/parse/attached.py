"""Files within a file: those attached to a PDF or a letter follow its own pages."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

import pymupdf

from tools.errors import UnreadableFile
from tools.library.evidence import Word
from tools.library.parse.parts import Parsed
from tools.library.parse.pixels import as_png

ATTACHED = pymupdf.mupdf.PDF_ANNOT_FILE_ATTACHMENT
MAX_FILES = 50
MAX_BYTES = 100_000_000
File = tuple[str, bytes]
"""Name and content."""
ReadFile = Callable[[Path], Parsed]
"""`parse` itself, without what is attached to what is attached."""


def with_files(first: Parsed, pdf: bytes, files: Sequence[File], read: ReadFile) -> Parsed:
    """The document with the pages of the files attached to it behind its own, as one. `pdf` are its own pages. What
    cannot be read is named in the notes."""
    if not files:
        return first
    merged, out = pymupdf.open(stream=pdf, filetype="pdf"), first
    with merged:
        for name, data in files[:MAX_FILES]:
            try:
                part, pages = _read(name, data, read)
            except UnreadableFile as error:
                out = replace(out, notes=(*out.notes, f"attached and not read: {error}"))
                continue
            with pymupdf.open(stream=pages, filetype="pdf") as document:
                merged.insert_pdf(document)
            out = _followed(out, part, f"attached: {name}, from page {out.pages + 1}")
        if len(files) > MAX_FILES:
            out = replace(
                out, notes=(*out.notes, f"only the first {MAX_FILES} of {len(files)} attached files were read")
            )
        return replace(out, rendition=bytes(merged.tobytes(garbage=3, deflate=True)))


def files_of(document: pymupdf.Document) -> Iterator[File]:
    """What is attached to a PDF: to all of it, or at a place of a page."""
    for name in document.embfile_names():
        yield document.embfile_info(name).get("ufilename") or name, document.embfile_get(name)
    for number in range(document.page_count):
        for note in document[number].annots(types=[ATTACHED]):
            yield note.file_info.get("filename") or "attached", note.get_file()


def _read(name: str, data: bytes, read: ReadFile) -> tuple[Parsed, bytes]:
    """The parts of an attached file, and its pages. Raises UnreadableFile."""
    if len(data) > MAX_BYTES:
        raise UnreadableFile(f"{name} is larger than {MAX_BYTES // 10**6} MB.")
    with tempfile.TemporaryDirectory(prefix="exhibit-") as folder:
        path = Path(folder, PurePath(name.replace("\\", "/")).name[-120:] or "attached")
        path.write_bytes(data)
        parsed = read(path)
        if parsed.media_type.startswith("image/") and (picture := as_png(data)):
            with pymupdf.open(stream=picture, filetype="png") as document:
                path = path.with_suffix(".pdf")
                path.write_bytes(document.convert_to_pdf())
            parsed = read(path)
        pages = parsed.rendition or path.read_bytes()
    return parsed, pages


def _followed(first: Parsed, then: Parsed, note: str) -> Parsed:
    """One document's parts, and behind them those of another on the pages after."""
    by = first.pages

    def moved(words: Iterable[Word]) -> tuple[Word, ...]:
        return tuple(word._replace(page=word.page + by) for word in words)

    blocks = (replace(block, words=moved(block.words)) for block in then.blocks)
    figures = (replace(f, page=f.page + by, caption=moved(f.caption), inside=moved(f.inside)) for f in then.figures)
    tables = (
        replace(
            table,
            words=moved(table.words),
            caption=moved(table.caption),
            region=table.region.model_copy(update={"page": table.region.page + by}),
        )
        for table in then.tables
    )
    return replace(
        first,
        pages=by + then.pages,
        blocks=(*first.blocks, *blocks),
        figures=(*first.figures, *figures),
        tables=(*first.tables, *tables),
        notes=(*first.notes, note, *then.notes),
    )


def no_files(path: Path) -> Parsed:
    """In place of `read` where nothing attached is opened."""
    raise UnreadableFile(f"{path.name}: what is attached to an attached file is not opened.", "Add it by itself.")
