"""A suite: cases and the documents they ask about. A folder of any layout in LAYOUTS becomes one."""

import shutil
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from evals import cases
from evals.cases import Case, SuiteError
from evals.suites import beir, pictures, questions, receipts
from evals.suites.layout import Layout, Parts

SAMPLE = Path(__file__).parents[1] / "sample"
DATA = Path(__file__).parents[3] / "shared" / "data"
"""Where `list` looks for more suites; it need not exist."""
CASES = "cases.jsonl"
DOCUMENTS = "library"


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


def _own(folder: Path, work: Path) -> Parts:
    """cases.jsonl and its documents under library/; without those it is asked of a library of the user's."""
    root = folder / DOCUMENTS
    return Parts(folder, root, (root,) if root.is_dir() else (), cases.read(folder / CASES))


LAYOUTS = (
    Layout("suite", "a suite of its own", (CASES,), (), _own),
    Layout("beir", "BEIR", ("corpus.jsonl", "queries.jsonl", "qrels"), (), beir.read),
    Layout("questions", "questions with gold pages", ("questions.jsonl",), ("doc", "gold_pages"), questions.read),
    Layout("products", "catalogue and shelf photos", ("pairs.jsonl", "photos.jsonl"), (), pictures.products),
    Layout("receipts", "scanned receipts", ("items.jsonl", "images"), ("company", "total"), receipts.read),
    Layout("figures", "described pictures", ("items.jsonl",), ("alt", "page", "image"), pictures.figures),
    Layout("captions", "photos with captions", ("items.jsonl",), ("captions", "image"), pictures.captions),
    Layout("objects", "photos by category", ("items.jsonl",), ("category", "image"), pictures.objects),
)
"""The first that fits is taken."""


def layout_of(folder: Path) -> Layout | None:
    return next((layout for layout in LAYOUTS if layout.fits(folder)), None)


def load(name: str | Path, work: Path = Path(".exhibit/suites")) -> Suite:
    """The suite in a folder, or the one called "sample". In `work` documents are written that the folder holds in
    another form. Raises SuiteError where there is none."""
    folder = SAMPLE if str(name) == SAMPLE.name and not Path(name).exists() else Path(name).expanduser()
    layout = layout_of(folder)
    if layout is None:
        raise SuiteError(f"{name} is no suite.", "Type: python -m evals list, for the suites and layouts there are.")
    folder = folder.resolve()
    return Suite(folder.name, layout.read(folder, work / folder.name))


def save(suite: Suite, folder: Path) -> None:
    """Writes a suite as a folder of its own: cases.jsonl, the documents under library/, the pictures that are asked."""
    parts = suite.parts
    for path in (*parts.documents(), *parts.beside):
        _copy(path, folder / DOCUMENTS / path.relative_to(parts.root))
    asked = [case.image for case in suite.cases] + [turn.image for case in suite.cases for turn in case.turns]
    for image in filter(None, asked):
        _copy(parts.folder / image, folder / image)
    (folder / CASES).write_text(cases.lines(suite.cases), "utf-8")


def _copy(path: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, to)
