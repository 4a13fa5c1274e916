"""A suite: cases and the documents they ask about. A folder of any layout in LAYOUTS becomes one."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from evals import cases
from evals.cases import Case, SuiteError
from evals.suites import beir, figures, own, photos, products, questions, receipts
from evals.suites.parts import Parts

SAMPLE = Path(__file__).parents[1] / "sample"
DATA = Path(__file__).parents[3] / "shared" / "data"
"""Where `list` looks for more suites; it need not exist."""


@dataclass(frozen=True)
class Suite:
    """What is asked, of which documents. `fingerprint` is the SHA-256 of the cases."""

    name: str
    parts: Parts

    @property
    def cases(self) -> tuple[Case, ...]:
        return self.parts.cases

    @property
    def fingerprint(self) -> str:
        return sha256(cases.lines(self.cases).encode()).hexdigest()


@dataclass(frozen=True)
class Layout:
    """`marks` are the files and folders that tell a folder of this layout, the first a JSONL file whose rows have
    `fields`; `read(folder, work)` reads it."""

    name: str
    what: str
    marks: tuple[str, ...]
    fields: tuple[str, ...]
    read: Callable[[Path, Path], Parts]

    def fits(self, folder: Path) -> bool:
        if not all((folder / mark).exists() for mark in self.marks):
            return False
        with (folder / self.marks[0]).open(encoding="utf-8") as file:
            first = file.readline()
        return all(f'"{field}"' in first for field in self.fields)


LAYOUTS = (
    Layout("suite", "a suite of its own", ("cases.jsonl",), (), own.read),
    Layout("beir", "BEIR", ("corpus.jsonl", "queries.jsonl", "qrels"), (), beir.read),
    Layout("questions", "questions with gold pages", ("questions.jsonl",), ("doc", "gold_pages"), questions.read),
    Layout("products", "catalogue and shelf photos", ("pairs.jsonl", "photos.jsonl"), (), products.read),
    Layout("receipts", "scanned receipts", ("items.jsonl", "images"), ("company", "total"), receipts.read),
    Layout("figures", "described pictures", ("items.jsonl",), ("alt", "page", "image"), figures.read),
    Layout("captions", "photos with captions", ("items.jsonl",), ("captions", "image"), photos.captions),
    Layout("objects", "photos by category", ("items.jsonl",), ("category", "image"), photos.objects),
)
"""The first that fits is taken."""


def load(name: str | Path, work: Path = Path(".exhibit/suites")) -> Suite:
    """The suite in a folder, or the one called "sample". In `work` documents are written that the folder holds in
    another form. Raises SuiteError where there is none."""
    folder = SAMPLE if str(name) == SAMPLE.name and not Path(name).exists() else Path(name).expanduser()
    layout = next((layout for layout in LAYOUTS if layout.fits(folder)), None)
    if layout is None:
        raise SuiteError(f"{name} is no suite.", "Type: python -m evals list, for the suites and layouts there are.")
    folder = folder.resolve()
    return Suite(folder.name, layout.read(folder, work / folder.name))


def save(suite: Suite, folder: Path) -> None:
    """Writes a suite as a folder of its own: cases.jsonl, the documents under library/, the pictures that are asked."""
    parts = suite.parts
    for path in (*parts.documents(), *parts.beside):
        _copy(path, folder / own.DOCUMENTS / path.relative_to(parts.root))
    asked = [case.image for case in suite.cases] + [turn.image for case in suite.cases for turn in case.turns]
    for image in filter(None, asked):
        _copy(parts.folder / image, folder / image)
    (folder / own.CASES).write_text(cases.lines(suite.cases), "utf-8")


def _copy(path: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, to)
