"""Files that are broken (mutated by a seed) or made to harm (crafted). Each has to be read or to fail by its name, in
bounds of time and memory, and the files beside it have to go in."""

import json
import os
import random
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from PIL import Image

from agent.interfaces import indexing
from evals import suites
from evals.attacks import documents
from evals.attacks.outcome import Outcome
from evals.attacks.processes import Command, Ended, exhibit
from tools.library.library import Library

BATCH = 50
"""Mutated files of one run."""
SECONDS = 600.0
"""That a run over a batch of mutated files, or one crafted file, may take."""
GOOD = "good.txt"
"""Beside every crafted file."""
SLIPPED = "slipped-out-of-its-archive.txt"
ROOT_SLIPPED = Path(tempfile.gettempdir()) / SLIPPED
Build = Callable[[Path], None]


# mutated


def mutated(work: Path, number: int, seed: int) -> Iterator[Outcome]:
    """Flips, cuts, splices and runs of zeros in the sample's files and in one of every format. An outcome a batch; its
    seconds are those of the file that took longest."""
    chance = random.Random(seed)
    sample = [path for path in sorted((suites.SAMPLE / "library").rglob("*")) if path.is_file()]
    sources = [*sample, *documents.every_format(work / "whole")]
    for first in range(0, number, BATCH):
        folder = work / f"batch{first}"
        folder.mkdir()
        for n in range(first, min(first + BATCH, number)):
            one, other = chance.choice(sources), chance.choice(sources)
            (folder / f"{n:04}-{one.name}").write_bytes(mutate(one.read_bytes(), other.read_bytes(), chance))
        made = sorted(folder.iterdir())
        ended = Command(_index, folder, work / f"library{first}").wait(SECONDS)
        problem = ended.problem(0) or _missing(ended, made)
        longest = 0.0 if problem else max(_report(ended)["added"].values(), default=0.0)
        yield Outcome(f"files {first} to {first + len(made) - 1}", problem, longest, ended.megabytes, len(made))
        shutil.rmtree(folder)


def _index(folder: Path, library: Path) -> None:
    """Prints the report as `index --json` does, and how long each file took."""
    with Library(library, create=True, workers=2) as opened:
        report = opened.add([folder])
    took = {str(did.path): did.seconds for did in report.read}
    print(json.dumps({**indexing.as_dict(report), "added": took}))


def mutate(content: bytes, other: bytes, chance: random.Random) -> bytes:
    """One to three changes."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 3)):
        at, end = sorted(chance.randrange(len(changed) + 1) for _ in range(2))
        what = chance.choice(("flip", "cut", "drop", "splice", "zeros"))
        if what == "flip":
            for _ in range(chance.choice((1, 8, 64, 512))):
                if changed:
                    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        elif what == "cut":
            del changed[at:]
        elif what == "drop":
            del changed[at : min(end, at + 4096)]
        elif what == "splice":
            start = chance.randrange(len(other) + 1)
            changed[at:at] = other[start : start + chance.randrange(8192)]
        else:
            changed[at:end] = bytes(end - at)
    return bytes(changed)


def _missing(ended: Ended, files: list[Path]) -> str:
    """Which files the report does not name; "" where it names all."""
    report = _report(ended)
    named = [*report["added"], *report["unchanged"], *(one["path"] for one in report["failed"])]
    left = [path.name for path in files if not any(name.startswith(str(path)) for name in named)]
    return f"not in the report: {', '.join(left[:5])}" if left else ""


def _report(ended: Ended) -> dict[str, Any]:
    """What was printed last; notes of libraries may stand before it."""
    start = max(ended.output.rfind("\n{"), -1) + 1
    report: dict[str, Any] = json.loads(ended.output[start:])
    return report


# crafted


def crafted(work: Path) -> Iterator[Outcome]:
    """One file at a time, beside a good one."""
    for name, build in CRAFTED.items():
        folder = work / name.replace(" ", "-")
        folder.mkdir()
        (folder / GOOD).write_text("The good file beside it says that oil is good.\n")
        build(folder)
        ended = exhibit(work / f"{folder.name}.library", "index", str(folder), "--json").wait(SECONDS_CRAFTED)
        problem = ended.problem(0, 1) or _good_one_missing(ended) or _got_out(work, folder)
        yield Outcome(name, problem, ended.seconds, ended.megabytes)


SECONDS_CRAFTED = 120.0
"""A reader that gives a file up after so long would pass; ten minutes would try the patience of any person."""


def _good_one_missing(ended: Ended) -> str:
    report = _report(ended)
    added = [*report["added"], *report["unchanged"]]
    return "" if any(path.endswith(GOOD) for path in added) else "the good file beside it was not stored"


def _got_out(work: Path, folder: Path) -> str:
    """Whether a member climbed out of its archive, or a file of this machine was read."""
    if slipped := [path for path in (work / SLIPPED, work.parent / SLIPPED, ROOT_SLIPPED) if path.exists()]:
        return f"{slipped[0]} was written"
    stored = (work / f"{folder.name}.library" / "catalog.sqlite").read_bytes()
    return "a file of this machine was read" if b"root:x:0:" in stored else ""


def _fifo(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")


def _device(folder: Path) -> None:
    (folder / "zero.txt").symlink_to("/dev/zero")


def _loop(folder: Path) -> None:
    (folder / "below").mkdir()
    (folder / "below" / "up").symlink_to(folder)


def _not_utf8(folder: Path) -> None:
    with open(os.fsencode(folder) + b"/caf\xe9.txt", "wb") as file:
        file.write(documents.TEXT.encode())


def _odd_name(folder: Path) -> None:
    (folder / "a\x1b]52;c;aGk=\x07\nb\u202e.txt").write_text(documents.TEXT)


def _pdf(path: Path, *objects: str) -> None:
    """A PDF of these objects, numbered from 1, the first of them its catalogue."""
    content, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(content))
        content += f"{number} 0 obj\n{one}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size, start = len(objects) + 1, len(content)
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    path.write_bytes(content + f"xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode())


def _stream(content: str, more: str = "") -> str:
    return f"<< /Length {len(content)} {more} >>\nstream\n{content}\nendstream"


def _nested_forms(folder: Path) -> None:
    """Each form draws the next ten times: ten to the ninth at the bottom."""
    form = "/Type /XObject /Subtype /Form /BBox [0 0 99 99] /Resources << /XObject << /F {} 0 R >> >>"
    forms = [_stream("/F Do " * 10, form.format(number + 1)) for number in range(5, 14)]
    page = (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R /Resources << /XObject << /F 5 0 R >> >> >>"
    )
    pages = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    last = _stream("0 0 9 9 re f", "/Type /XObject /Subtype /Form /BBox [0 0 99 99]")
    _pdf(folder / "forms.pdf", "<< /Type /Catalog /Pages 2 0 R >>", pages, page, _stream("/F Do"), *forms, last)


def _many_pages(folder: Path) -> None:
    """Ten thousand leaves of the page tree are one and the same page."""
    pages = f"<< /Type /Pages /Kids [{'3 0 R ' * 10_000}] /Count 10000 >>"
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R >>"
    _pdf(folder / "pages.pdf", "<< /Type /Catalog /Pages 2 0 R >>", pages, page, _stream("0 0 9 9 re f"))


def _pages_in_a_ring(folder: Path) -> None:
    """The page tree is its own child."""
    pages = "<< /Type /Pages /Kids [2 0 R 2 0 R] /Parent 2 0 R /Count 99999999 >>"
    _pdf(folder / "ring.pdf", "<< /Type /Catalog /Pages 2 0 R >>", pages)


def _huge_page(folder: Path) -> None:
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9999999 9999999] /Contents 4 0 R >>"
    pages = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    _pdf(folder / "page.pdf", "<< /Type /Catalog /Pages 2 0 R >>", pages, page, _stream("0 0 9 9 re f"))


def _huge_webp(folder: Path) -> None:
    Image.new("RGB", (16000, 16000), "white").save(folder / "huge.webp", lossless=True, quality=0, method=0)


def _long_png(folder: Path) -> None:
    Image.new("RGB", (8, 400_000), "white").save(folder / "long.png")


def _png_bomb(folder: Path) -> None:
    """30,000 x 30,000 pixels that are not there."""
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    packed = (struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    (folder / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(packed))


def _archive(members: int, size: int) -> Build:
    """Members of so many bytes that compress to nearly nothing."""

    def build(folder: Path) -> None:
        with zipfile.ZipFile(folder / "large.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for number in range(members):
                archive.writestr(f"{number}.txt", b"oil " * (size // 4))

    return build


def _archive_in_archive(folder: Path) -> None:
    content, name = documents.TEXT.encode() * 1000, "inner.txt"
    for level in range(12):
        path = folder / f"level{level}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for copy in range(4):
                archive.writestr(f"{copy}-{name}", content)
        content, name = path.read_bytes(), path.name
        path.unlink()
    (folder / "nested.zip").write_bytes(content)


def _slip(folder: Path) -> None:
    with zipfile.ZipFile(folder / "slip.zip", "w") as archive:
        for name in (f"../{SLIPPED}", f"../../{SLIPPED}", str(ROOT_SLIPPED)):
            archive.writestr(name, documents.TEXT)


def _entities(folder: Path) -> None:
    """A billion laughs in a Word document."""
    names = "abcdefghij"
    entities = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip(names, names[1:]))
    body = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ha">{entities}]><d>&j;</d>'
    with zipfile.ZipFile(folder / "laughs.docx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", body)


def _external_entity(folder: Path) -> None:
    (folder / "reads.svg").write_text(
        '<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg><text>&x;</text></svg>'
    )


def _deep_html(folder: Path) -> None:
    (folder / "deep.html").write_text("<div>" * 100_000 + documents.TEXT)


def _wide_table(folder: Path) -> None:
    (folder / "wide.html").write_text('<table><tr><td colspan="99999999" rowspan="99999999">oil</td></tr></table>')


def _one_line(folder: Path) -> None:
    (folder / "line.csv").write_text("oil," * 2_000_000)


def _many_sheets(folder: Path) -> None:
    """A cell far out makes a naive reader fill all cells before it."""
    book = Workbook()
    book.active.cell(1_048_576, 16_384, "oil")
    book.save(folder / "far.xlsx")


def _text_of_controls(folder: Path) -> None:
    (folder / "controls.txt").write_bytes(bytes(range(256)) * 400)


CRAFTED: dict[str, Build] = {
    "a FIFO": _fifo,
    "a link to a device": _device,
    "a folder within itself": _loop,
    "a name that is not UTF-8": _not_utf8,
    "a name with escapes": _odd_name,
    "a PDF of nested forms": _nested_forms,
    "a PDF of one page ten thousand times": _many_pages,
    "a PDF whose pages are a ring": _pages_in_a_ring,
    "a PDF page of 3.5 km": _huge_page,
    "a WebP of 16000 x 16000": _huge_webp,
    "a PNG of 8 x 400,000": _long_png,
    "a PNG whose pixels are missing": _png_bomb,
    "an archive of 3 GB in 300 members": _archive(300, 10_000_000),
    "an archive of members just below the limit": _archive(400, 9_900_000),
    "an archive of 20,000 members": _archive(20_000, 400),
    "archives in archives": _archive_in_archive,
    "an archive that climbs out": _slip,
    "entities that multiply": _entities,
    "an entity that reads a file": _external_entity,
    "100,000 nested elements": _deep_html,
    "a cell that spans 10^16": _wide_table,
    "a line of 8 MB": _one_line,
    "a cell at the end of the sheet": _many_sheets,
    "bytes of every value": _text_of_controls,
}
