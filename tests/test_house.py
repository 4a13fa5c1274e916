"""The walls of the house: imports point one way, every room explains itself, no machine's path is committed."""

import ast
import re
import subprocess
from collections import defaultdict
from graphlib import TopologicalSorter
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


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported_modules(path: Path) -> set[str]:
    """Every name that may be a module, of lazy and of type-checking imports too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def test_no_import_leads_round_in_a_circle() -> None:
    """A module that imports the package it is in leads nowhere new."""
    modules = {module(path) for path in FILES}
    graph = {
        name: {other for other in imported_modules(path) & modules if not f"{name}.".startswith(f"{other}.")}
        for path, name in ((path, module(path)) for path in FILES)
    }
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


@pytest.mark.parametrize("room", ROOMS)
def test_a_class_name_occurs_once(room: str) -> None:
    found = defaultdict(list)
    for path in (ROOT / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(path.name)
    assert {name: paths for name, paths in found.items() if len(paths) > 1} == {}


LIBRARY = ROOT / "tools" / "library"
ORDER = (
    ("library",),
    ("upkeep",),
    ("ingest", "search"),
    ("sources", "index"),
    ("parse", "encode"),
    ("store",),
    ("evidence",),
)
"""Rooms and files of tools/library; each imports only what stands further down."""


@pytest.mark.parametrize("path", sorted(LIBRARY.rglob("*.py")), ids=lambda p: str(p.relative_to(LIBRARY)))
def test_the_rooms_of_the_library_import_downwards(path: Path) -> None:
    depth = {room: number for number, rooms in enumerate(ORDER) for room in rooms}
    own = path.relative_to(LIBRARY).parts[0].removesuffix(".py")
    names = [name.split(".") for name in imported_modules(path)]
    rooms = {parts[2] for parts in names if parts[:2] == ["tools", "library"] and len(parts) > 2} & depth.keys()
    wrong = {room for room in rooms - {own} if depth[room] <= depth.get(own, -1)}
    assert not wrong


BELOW = {
    "validator": {"answer"},
    "llm": {"answer", "settings", "validator"},
    "graph": {"answer", "events", "llm", "validator"},
    "assistant": {"answer", "events", "graph", "llm", "settings"},
}
"""interfaces → assistant → graph → llm, validator: what each of agent's rooms may import of the others."""


@pytest.mark.parametrize("room", BELOW)
def test_the_rooms_of_the_agent_import_downwards(room: str) -> None:
    paths = [path for path in FILES if path.relative_to(ROOT).with_suffix("").parts[:2] == ("agent", room)]
    names = [name.split(".") for path in paths for name in imported_modules(path)]
    rooms = {path.stem for path in (ROOT / "agent").iterdir()}
    used = {parts[1] for parts in names if parts[0] == "agent" and len(parts) > 1} & rooms
    assert used - {room} <= BELOW[room]


def test_only_the_door_takes_the_whole_library() -> None:
    takers = []
    for path in set(LIBRARY.rglob("*.py")) - {LIBRARY / "library.py"}:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.arg) and node.annotation and "Library" in ast.unparse(node.annotation):
                takers.append(f"{path.name}: {node.arg}")
    assert not takers


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_file_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


PACKAGES = sorted(path.parent for path in FILES if path.name == "__init__.py")


@pytest.mark.parametrize("room", PACKAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_room_has_a_map_that_names_its_files(room: Path) -> None:
    """Its own README, or for a room within a room that one's."""
    text = next(path for path in (room / "README.md", room.parent / "README.md") if path.exists()).read_text("utf-8")
    missing = [p.name for p in room.glob("*.py") if not p.name.startswith("__") and p.name not in text]
    assert not missing


FILE_NAME = re.compile(r"[\w*/-]+\.[a-z]+\b|[\w*-]+/")
ROOMS_WITH_MAP = [room for room in PACKAGES if (room / "README.md").exists()]


@pytest.mark.parametrize("room", ROOMS_WITH_MAP, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_map_names_a_file_that_is_not_there(room: Path) -> None:
    """Nor a folder. A map may speak of what is in the rooms within."""
    rows = [line for line in (room / "README.md").read_text("utf-8").splitlines() if line.startswith("| ")]
    names = [name for row in rows for name in FILE_NAME.findall(row.split("|")[1].replace("\\", ""))]
    assert [name for name in names if not any(room.rglob(name.rstrip("/")))] == []


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
