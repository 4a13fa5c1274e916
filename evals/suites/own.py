"""Our own layout: cases.jsonl, its documents under library/. Without it, it is asked of a library of the user's."""

from pathlib import Path

from evals import cases
from evals.suites.parts import Parts

CASES = "cases.jsonl"
DOCUMENTS = "library"


def read(folder: Path, work: Path) -> Parts:
    root = folder / DOCUMENTS
    return Parts(folder, root, (root,) if root.is_dir() else (), cases.read(folder / CASES))
