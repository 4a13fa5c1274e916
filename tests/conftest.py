"""What tests share: an offline environment, the sample library indexed once, and where local data may lie."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from tools.library.encode import mini

if TYPE_CHECKING:
    from evals.runs.run import Run
    from tools.library.library import Library

os.environ["HF_HUB_OFFLINE"] = "1"  # no test can reach a hub by accident
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ["OMP_NUM_THREADS"] = "1"  # threads of one worker would wait for the core of the other
for name in [n for n in os.environ if n.startswith("EXHIBIT_") and not n.startswith("EXHIBIT_TEST_")]:
    del os.environ[name]

hypothesis.settings.register_profile("exhibit", deadline=None)  # on a busy machine any example may take a second
hypothesis.settings.load_profile("exhibit")
mini.load = cache(mini.load)  # nobody changes what it gives, and every library that reads a picture needs it

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "evals" / "sample" / "library"


@pytest.fixture(scope="session")
def sample_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample library, indexed with the embedded defaults; read it, do not change it."""
    from tools.library.library import Library

    root = tmp_path_factory.mktemp("sample")
    with Library(root, create=True) as library:
        report = library.add([SAMPLE])
    assert not report.failed, report.failed
    return root


@pytest.fixture(scope="session")
def sample_run(sample_root: Path, tmp_path_factory: pytest.TempPathFactory) -> "Run":
    """Every case of the sample suite, asked once with the embedded defaults; read it, do not change it."""
    from agent import settings
    from evals import suites
    from evals.runs import run

    chosen = settings.read(library=sample_root)
    return run.run(suites.load("sample"), tmp_path_factory.mktemp("runs") / "sample", settings=chosen)


@pytest.fixture(scope="session")
def data() -> Path:
    """Real documents for local use; tests that need them skip where they are absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no ../shared/data here")
    return folder


@pytest.fixture
def empty_cwd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working directory without exhibit.toml or apis.toml."""
    monkeypatch.chdir(tmp_path)
    yield tmp_path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two documents."""
    made = tmp_path / "documents"
    made.mkdir()
    (made / "a.txt").write_text("The gearbox holds 4.2 litres of oil.\n")
    (made / "b.md").write_text("# Belt\n\nThe belt is checked every 500 hours.\n")
    return made


@pytest.fixture
def empty_library(tmp_path: Path) -> "Iterator[Library]":
    from tools.library.library import Library

    with Library(tmp_path / "library", create=True) as opened:
        yield opened


@pytest.fixture
def library(empty_library: "Library", folder: Path) -> "Library":
    """A library of its own for a test that changes it, with the two documents."""
    empty_library.add([folder])
    return empty_library
