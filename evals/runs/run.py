"""A run is a folder: run.json (what was asked, of what, with what), traces.jsonl and took.jsonl, a line a case.

run.json and traces.jsonl hold no times: the same run again gives the same bytes. Every line is written as soon as its
case is answered, so an interrupted run goes on where it stopped.
"""

import hashlib
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from pydantic import BaseModel, Field

from agent.assistant import Assistant
from agent.settings import Settings, read
from evals import suites
from evals.cases import Case, SuiteError, lines
from evals.cases import read as read_cases
from evals.console import OnProgress
from evals.metrics.resources import peak_mb
from evals.runs.ablate import without
from evals.runs.examiner import Examiner
from evals.runs.trace import Took, Trace
from evals.sample import parts_api
from evals.suites import Suite
from tools.library import encode
from tools.library.evidence import Frozen
from tools.library.ingest.pipeline import OnFile
from tools.library.ingest.report import Report as Indexed
from tools.library.library import Library

RUNS = Path(".exhibit/runs")
LIBRARIES = Path(".exhibit/evals")
MANIFEST, CASES, TRACES = "run.json", "cases.jsonl", "traces.jsonl"
"""The record."""
TOOK, MEMORY, PLACES = "took.jsonl", "memory.json", "places.json"
"""What differs from run to run, or from machine to machine."""
PATHS = ("library", "apis")
"""Settings that name paths: no part of what is measured, so not in the record."""
Line = TypeVar("Line", bound=BaseModel)


class Manifest(Frozen):
    """What was run. `code` is the commit, "+changes" where the tree was not clean, "" outside a checkout; `library`
    is the SHA-256 of the ids of its sources, `encoders` what it was indexed with; `suite_sha` is that of the cases."""

    suite: str
    suite_sha: str
    cases: int
    settings: dict[str, Any]
    without: tuple[str, ...] = ()
    code: str = ""
    library: str = ""
    encoders: dict[str, str] = Field(default_factory=dict)


class Places(Frozen):
    """Where a run's library and its suite's pictures lie on this machine; apart from the record."""

    library: Path
    folder: Path


@dataclass(frozen=True)
class Run:
    """A run as it was read: cases, traces and times in pairs, in the order they were asked."""

    folder: Path
    manifest: Manifest
    cases: tuple[Case, ...]
    traces: tuple[Trace, ...]
    took: tuple[Took, ...]
    peak_mb: float | None = None

    @property
    def name(self) -> str:
        return self.folder.name


# running


def run(
    suite: Suite,
    out: Path,
    *,
    settings: Settings | None = None,
    leave_out: tuple[str, ...] = (),
    limit: int | None = None,
    resume: bool = False,
    on_progress: OnProgress = lambda done, total, name: None,
) -> Run:
    """Asks the cases of a suite, of the library in `settings` (by default one of the suite's own), into folder `out`.

    The documents have to be indexed (`index`). Raises SuiteError where `out` holds another run, or one to be resumed.
    """
    chosen = (settings or read(library=LIBRARIES / suite.name)).model_copy(update=without(leave_out))
    todo = suite.cases[:limit]
    with examiner(suite, chosen) as asked:
        _open(out, _manifest(suite, todo, asked.assistant, leave_out), todo, resume)
        here = Places(library=chosen.library.resolve(), folder=suite.parts.folder)
        (out / PLACES).write_text(here.model_dump_json() + "\n", "utf-8")
        done = _settle(out)
        for number, case in enumerate(todo):
            on_progress(number, len(todo), case.id)
            if case.id not in done:
                trace, took = asked.ask(case)
                _append(out / TOOK, took)
                _append(out / TRACES, trace)
        on_progress(len(todo), len(todo), "")
    (out / MEMORY).write_text(json.dumps({"peak_mb": round(peak_mb(), 1)}), "utf-8")
    return load(out)


def index(suite: Suite, settings: Settings, on_progress: OnFile | None = None) -> Indexed | None:
    """Reads the suite's documents into the library of the settings; None where the suite brings none."""
    if not suite.parts.files:
        return None
    with settings.open_library(create=True) as library:
        return library.add(suite.parts.files, on_progress)


@contextmanager
def examiner(suite: Suite, settings: Settings) -> Iterator[Examiner]:
    """One over an open assistant; the sample suite's API is served on the loopback meanwhile."""
    parts = suite.parts
    with _api(parts.folder) as (url, apis):
        chosen = settings.model_copy(update={"apis": apis}) if apis else settings
        with Assistant(chosen) as assistant:
            yield Examiner(assistant, parts.folder, parts.root, url)


@contextmanager
def _api(folder: Path) -> Iterator[tuple[str, Path | None]]:
    """The base URL of the suite's own service, if it has one, and the suite's apis.toml, if it has one."""
    declared = folder / "apis.toml"
    if folder != suites.SAMPLE.resolve():
        yield "", declared if declared.exists() else None
        return
    with parts_api.serve() as url, TemporaryDirectory() as work:
        apis = Path(work) / declared.name
        apis.write_text(declared.read_text("utf-8").replace(parts_api.DECLARED, url), "utf-8")
        yield url, apis


def _open(out: Path, manifest: Manifest, todo: tuple[Case, ...], resume: bool) -> None:
    """A new folder, or one that holds the very same run and is to be gone on with."""
    path = out / MANIFEST
    if not path.exists():
        out.mkdir(parents=True, exist_ok=True)
        (out / CASES).write_text(lines(todo), "utf-8")
        path.write_text(manifest.model_dump_json(indent=2) + "\n", "utf-8")
        return
    if not resume:
        raise SuiteError(f"{out} holds a run already.", "Go on with it: --resume. Or name another folder: --out.")
    there = Manifest.model_validate_json(path.read_text("utf-8"))
    other = [name for name in Manifest.model_fields if getattr(there, name) != getattr(manifest, name)]
    if other:
        raise SuiteError(f"{out} is another run: its {', '.join(other)} differ.", "Name another folder: --out.")


def _settle(out: Path) -> set[str]:
    """The cases that are done; a line that an interruption cut off, or left without its pair, is taken out."""
    traces, took = _whole(out / TRACES, Trace), _whole(out / TOOK, Took)
    done = {line.case for line in traces} & {line.case for line in took}
    for name, kept in ((TRACES, traces), (TOOK, took)):
        (out / name).write_text("".join(_line(one) for one in kept if one.case in done), "utf-8")
    return done


def _whole(path: Path, kind: type[Line]) -> list[Line]:
    """The lines that were written to their end."""
    text = path.read_text("utf-8") if path.exists() else ""
    return [kind.model_validate_json(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def _line(line: BaseModel) -> str:
    return line.model_dump_json(exclude_defaults=True) + "\n"


def _append(path: Path, line: BaseModel) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(_line(line))


# the record


def load(folder: Path) -> Run:
    """A run that was finished, or as much of it as is there. Raises SuiteError where the folder holds none."""
    if not (folder / MANIFEST).exists():
        raise SuiteError(f"{folder} holds no run.", "Type: python -m evals list")
    manifest = Manifest.model_validate_json((folder / MANIFEST).read_text("utf-8"))
    cases = {case.id: case for case in read_cases(folder / CASES)}
    traces, took = _whole(folder / TRACES, Trace), {t.case: t for t in _whole(folder / TOOK, Took)}
    paired = [trace for trace in traces if trace.case in took]
    memory = folder / MEMORY
    return Run(
        folder=folder,
        manifest=manifest,
        cases=tuple(cases[trace.case] for trace in paired),
        traces=tuple(paired),
        took=tuple(took[trace.case] for trace in paired),
        peak_mb=json.loads(memory.read_text("utf-8"))["peak_mb"] if memory.exists() else None,
    )


def places(folder: Path) -> Places:
    """Where the run in a folder found its library and pictures; of a record that came without, where they would be."""
    path = folder / PLACES
    if not path.exists():
        suite = load(folder).manifest.suite
        return Places(library=LIBRARIES / suite, folder=suites.DATA / suite)
    return Places.model_validate_json(path.read_text("utf-8"))


def _manifest(suite: Suite, todo: tuple[Case, ...], assistant: Assistant, left_out: tuple[str, ...]) -> Manifest:
    settings = assistant.settings
    return Manifest(
        suite=suite.name,
        suite_sha=suite.fingerprint,
        cases=len(todo),
        settings={k: v for k, v in settings.model_dump(mode="json").items() if k not in PATHS},
        without=left_out,
        code=code_version(),
        library=fingerprint(assistant.library),
        encoders={
            "text": settings.text_encoder,
            "image": settings.image_encoder,
            "image weights": encode.weights_version(settings.image_encoder),
        },
    )


def fingerprint(library: Library) -> str:
    """SHA-256 of the ids of all sources, which are those of their bytes."""
    return hashlib.sha256("\n".join(sorted(source.id for source in library.sources())).encode()).hexdigest()


def code_version() -> str:
    """The commit of the checkout this file lies in, "+changes" after it where the tree is not clean; "" without git."""
    here = Path(__file__).parent
    try:
        commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=here, capture_output=True, text=True, check=True)
        status = ["git", "status", "--porcelain", "--untracked-files=no"]  # a run's own folder changes no code
        dirty = subprocess.run(status, cwd=here, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):  # installed as a package, or no git on this machine
        return ""
    return commit.stdout.strip() + ("+changes" if dirty.stdout.strip() else "")
