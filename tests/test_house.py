"""The walls of the house: imports point one way, every room explains itself, no machine's path is committed."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("agent", "tools", "prompts", "evals")
MAY_IMPORT = {
    "prompts": {"prompts"},
    "tools": {"tools"},
    "agent": {"agent", "tools", "prompts"},
    "evals": {"evals", "agent", "tools", "prompts"},
}
FILES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def imported_rooms(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    names = [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
    names += [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) if n.level == 0]
    return {name.split(".")[0] for name in names} & set(ROOMS)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    assert imported_rooms(path) <= MAY_IMPORT[room]


def test_the_parser_room_knows_nothing_of_the_library_above_it() -> None:
    for path in (ROOT / "tools" / "library" / "parse").glob("*.py"):
        text = path.read_text("utf-8")
        assert "tools.library.library" not in text and "tools.library.ingest.pipeline" not in text


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_file_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


MAPPED = [
    *("agent", "agent/llm", "agent/validator", "agent/validator/entailment"),
    *("tools", "tools/language", "tools/library", "tools/library/parse", "tools/library/search", "prompts"),
    *("evals", "evals/metrics", "evals/retrieval", "evals/runs", "evals/sample", "evals/suites", "evals/validator"),
]


@pytest.mark.parametrize("room", MAPPED)
def test_every_room_has_a_map_that_names_its_files(room: str) -> None:
    text = (ROOT / room / "README.md").read_text("utf-8")
    missing = [p.name for p in (ROOT / room).glob("*.py") if not p.name.startswith("__") and p.name not in text]
    assert not missing


def test_every_package_is_listed() -> None:
    """A package that is missing from pyproject.toml is missing from an installation."""
    import tomllib

    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"])
    packages = [path.parent for room in ROOMS for path in (ROOT / room).rglob("__init__.py")]
    assert {".".join(package.relative_to(ROOT).parts) for package in packages} == listed


def test_no_path_of_a_machine_is_committed() -> None:
    found = subprocess.run(
        ["git", "grep", "-nIE", r"(/wor[k]/|/roo[t]/|/tmp/bas[h])", "--", "."], cwd=ROOT, capture_output=True, text=True
    )
    assert found.stdout == ""
