"""A library that was damaged, and settings that make no sense: said in a sentence with what to type, never "not found",
and no mending empties what it cannot make again."""

import json
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from evals.attacks import documents
from evals.attacks.outcome import Outcome
from evals.attacks.processes import exhibit

QUESTION, FACT = next(iter(documents.FACTS.items()))
SECONDS = 120.0
NOT_FOUND = 3
"""Exit code of `ask` where nothing in the library answers."""
Harm = Callable[[Path], object]


def damages(work: Path) -> Iterator[Outcome]:
    whole = work / "whole"
    documents.facts(work / "documents", whole)
    exhibit(whole, "ask", QUESTION, "--thread", "before").wait(SECONDS)
    for name, harm in DAMAGES.items():
        library = work / name.replace(" ", "-").replace("/", "-")
        shutil.copytree(whole, library)
        harm(library)
        yield _damaged(name, library, work / "documents")
        shutil.rmtree(library)
    for name, typed in TYPED.items():
        yield _typed(name, typed, whole)
    yield _modes(whole)


def _damaged(name: str, library: Path, folder: Path) -> Outcome:
    """Asked, looked at by the doctor, mended, indexed again: then it answers as before."""
    asked = exhibit(library, "ask", QUESTION).wait(SECONDS)
    problem = asked.problem(0, 1)
    if not problem and asked.code == 0 and FACT not in asked.output:
        problem = f"it answered something else: {asked.output[:120]}"
    if not problem and asked.code == 1 and len(asked.output.strip().splitlines()) < 2:
        problem = f"it does not say what to do: {asked.output.strip()[:160]}"
    doctor = exhibit(library, "library", "doctor").wait(SECONDS)
    problem = problem or doctor.problem(0, 1)
    if not problem and asked.code == 1 and doctor.code == 0:
        problem = "the doctor says that all is well"
    mended = exhibit(library, "library", "doctor", "--mend").wait(SECONDS)
    again = exhibit(library, "index", str(folder)).wait(SECONDS)
    problem = problem or mended.problem(0, 1) or again.problem(0, 1)
    after = exhibit(library, "ask", QUESTION).wait(SECONDS)
    if not problem and after.code == NOT_FOUND:
        problem = "after mending it finds nothing"
    if not problem and name in MENDS_ITSELF and FACT not in after.output:
        problem = f"not mended: {after.output.strip()[:160]}"
    return Outcome(name, problem, max(asked.seconds, doctor.seconds), max(asked.megabytes, doctor.megabytes))


def _write(name: str, content: bytes) -> Harm:
    return lambda library: _replace(library / name).write_bytes(content)


def _folder(name: str) -> Harm:
    return lambda library: _replace(library / name).mkdir()


def _replace(path: Path) -> Path:
    """The path, with nothing there; a database's journals go with it."""
    for one in path.parent.glob(f"{path.name}*"):
        shutil.rmtree(one) if one.is_dir() else one.unlink()
    return path


def _gone(name: str) -> Harm:
    return lambda library: _replace(library / name)


def _cut(name: str) -> Harm:
    def cut(library: Path) -> None:
        with sqlite3.connect(library / name) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        content = (library / name).read_bytes()
        _replace(library / name).write_bytes(content[: len(content) // 2 // 4096 * 4096 + 100])

    return cut


def _later_version(library: Path) -> None:
    with sqlite3.connect(library / "catalog.sqlite") as database:
        database.execute("PRAGMA user_version = 9999")


def _no_tables(library: Path) -> None:
    with sqlite3.connect(library / "catalog.sqlite") as database:
        database.execute("DROP TABLE items")


def _flipped_vectors(library: Path) -> None:
    for path in (library / "vectors").rglob("*"):
        if path.is_file() and path.stat().st_size > 100:
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 0xFF
            path.write_bytes(content)


def _empty_vectors(library: Path) -> None:
    for path in (library / "vectors").rglob("*"):
        if path.is_file():
            path.write_bytes(b"")


DAMAGES: dict[str, Harm] = {
    "nothing": lambda library: None,
    "vectors gone": lambda library: shutil.rmtree(library / "vectors"),
    "vectors an empty folder": _folder("vectors"),
    "vectors a file": _write("vectors", b"x"),
    "vectors of empty files": _empty_vectors,
    "vectors with flipped bytes": _flipped_vectors,
    "catalogue of no bytes": _write("catalog.sqlite", b""),
    "catalogue cut in half": _cut("catalog.sqlite"),
    "catalogue of garbage": _write("catalog.sqlite", b"garbage " * 2000),
    "catalogue a folder": _folder("catalog.sqlite"),
    "catalogue gone": _gone("catalog.sqlite"),
    "catalogue of a later version": _later_version,
    "catalogue without its items": _no_tables,
    "conversations of no bytes": _write("conversations.sqlite", b""),
    "conversations of garbage": _write("conversations.sqlite", b"garbage " * 2000),
    "conversations cut in half": _cut("conversations.sqlite"),
    "conversations a folder": _folder("conversations.sqlite"),
    "observations of garbage": _write("observations.sqlite", b"garbage " * 2000),
    "observations cut in half": _cut("observations.sqlite"),
    "observations a folder": _folder("observations.sqlite"),
    "pictures gone": lambda library: shutil.rmtree(library / "pictures", ignore_errors=True),
}
MENDS_ITSELF = ("nothing", "vectors gone", "vectors an empty folder", "vectors of empty files", "pictures gone")
"""The catalogue and the documents are there: mending and indexing again are enough."""


# settings


@dataclass(frozen=True)
class Typed:
    """A command, the environment, and exhibit.toml: text, or None for a folder of that name. It has to end with `code`,
    and print no word of `secret`."""

    words: tuple[str, ...] = ("ask", QUESTION)
    env: tuple[tuple[str, str], ...] = ()
    toml: str | None = ""
    codes: tuple[int, ...] = (1,)
    secret: str = ""


PASSWORD = "hunter2-9f3c"
TYPED: dict[str, Typed] = {
    "exhibit.toml a folder": Typed(toml=None),
    "exhibit.toml no TOML": Typed(toml="library = = 1"),
    "exhibit.toml not UTF-8": Typed(toml="model = '\udcff'"),
    "[library] a table": Typed(env=(("EXHIBIT_LIBRARY", ""),), toml="[library]\npath = 'x'\n"),
    "a setting of another kind": Typed(toml="max_steps = 'many'\n"),
    "a mistyped key with a password": Typed(toml=f"qdrant_apikey = '{PASSWORD}'\n", secret=PASSWORD),
    "a mistyped variable with a password": Typed(env=(("EXHIBIT_QDRANT_APIKEY", PASSWORD),), secret=PASSWORD),
    "a password in a URL": Typed(env=(("EXHIBIT_QDRANT_URL", f"http://me:{PASSWORD}@127.0.0.1:1"),), secret=PASSWORD),
    "a password in Ollama's URL": Typed(
        env=(("EXHIBIT_OLLAMA_URL", f"http://me:{PASSWORD}@127.0.0.1:1"), ("EXHIBIT_MODEL", "ollama/x")),
        secret=PASSWORD,
    ),
    "a URL that is none": Typed(env=(("EXHIBIT_QDRANT_URL", "http://["),)),
    "a text encoder that is none": Typed(env=(("EXHIBIT_TEXT_ENCODER", "sentence-transformers"),)),
    "an image encoder that is none": Typed(env=(("EXHIBIT_IMAGE_ENCODER", "openclip"),)),
    "a model that is none": Typed(env=(("EXHIBIT_MODEL", "ollama/"),)),
    "a reranker that is none": Typed(env=(("EXHIBIT_RERANKER", "cross-encoder/"),)),
    "a question that is not UTF-8": Typed(words=("ask", os.fsdecode(b"How much oil\xff?")), codes=(0, 1, 2, 3)),
    "a question of half a character": Typed(words=("ask", "How much oil \ud800?"), codes=(0, 1, 2, 3)),
    "a question of controls": Typed(words=("ask", "How much oil\x1b]52;c;aGk=\x07\x00?"), codes=(0, 1, 2, 3)),
    "an empty question": Typed(words=("ask", "")),
    "a question of a megabyte": Typed(words=("ask", "oil " * 250_000)),
    "output in ASCII": Typed(env=(("PYTHONIOENCODING", "ascii"),), words=("search", "oil – ≥"), codes=(0, 3)),
    "a picture that is none": Typed(words=("ask", QUESTION, "--image", "/dev/zero")),
    "a conversation named as a path": Typed(words=("ask", QUESTION, "--thread", "../../x"), codes=(0, 1)),
}


def _typed(name: str, typed: Typed, library: Path) -> Outcome:
    toml = library.parent / "typed" / "exhibit.toml"
    toml.parent.mkdir(exist_ok=True)
    toml.mkdir() if typed.toml is None else toml.write_bytes(typed.toml.encode("utf-8", "surrogateescape"))
    ended = exhibit(library, *typed.words, **dict(typed.env)).wait(SECONDS)
    toml.rmdir() if typed.toml is None else toml.unlink()
    problem = ended.problem(*typed.codes)
    if not problem and typed.secret and typed.secret in ended.output:
        problem = f"it prints the password: {ended.output.strip()[:160]}"
    return Outcome(name, problem, ended.seconds, ended.megabytes)


def _modes(library: Path) -> Outcome:
    """Nobody else may read a library: folders 0700, files 0600."""
    paths = [library, *library.rglob("*")]
    loose = [path for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o077]
    shown = {str(path.relative_to(library)): oct(stat.S_IMODE(path.stat().st_mode)) for path in loose[:3]}
    return Outcome("read by others", f"{len(loose)} of {len(paths)} may be: {json.dumps(shown)}" if loose else "")
