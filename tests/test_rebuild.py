"""Points made again from the catalogue: for other encoders, after a kill, and where the store was lost."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.errors import EncoderMismatch, StoreLost
from tools.library.library import Library


def found(library: Library, text: str) -> list[str]:
    return [hit.item.text for hit in library.search(text)]


def test_other_encoders_embed_again_without_reading(library: Library, folder: Path, tmp_path: Path) -> None:
    points = {point.id for point in library.store.scan()}
    library.close()
    with Library(tmp_path / "library", text_encoder="mini") as other:
        with pytest.raises(EncoderMismatch, match="exhibit index --again"):
            other.search("oil")
        shutil.rmtree(folder)
        assert other.embed_again() == 2
        assert "4.2" in " ".join(found(other, "gearbox oil"))
        assert {point.id for point in other.store.scan()} == points
    assert not (tmp_path / "library" / "vectors").exists()


def test_it_goes_on_after_a_kill(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def dies(*args) -> None:
        raise Killed

    before = library.store.count()
    monkeypatch.setattr(library.index, "replace_store", dies)
    with pytest.raises(Killed):
        library.embed_again()
    monkeypatch.undo()
    assert library.index.edition == 1, "the step was taken"
    library.index.close_store()
    assert library.store.count() == before and found(library, "gearbox oil")


def test_vectors_that_were_moved_away_are_made_again(library: Library, folder: Path, tmp_path: Path) -> None:
    library.close()
    shutil.move(tmp_path / "library" / "vectors", tmp_path / "elsewhere")
    with Library(tmp_path / "library") as again:
        report = again.add([folder])
        assert (report.added, len(report.unchanged), report.failed, report.embedded) == ([], 2, [], 2)
        assert found(again, "gearbox oil")


def test_a_library_that_is_open_meanwhile_goes_on(library: Library, tmp_path: Path) -> None:
    """Another process embeds again: what is searched here is gone, and the next search opens what came instead."""
    assert found(library, "gearbox oil")
    code = (
        "import sys; from pathlib import Path; from tools.library.library import Library\n"
        "with Library(Path(sys.argv[1])) as library: library.embed_again()"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "library")], check=True)
    assert library.index.edition == 1 and "4.2" in found(library, "gearbox oil")[0]
    assert [path.name for path in (tmp_path / "library").glob("vectors*")] == ["vectors-1"]


def test_a_rebuild_of_a_lost_store_that_is_killed_is_no_store(
    library: Library, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def dies(sources: object) -> None:
        raise Killed

    library.index.close_store()
    shutil.rmtree(tmp_path / "library" / "vectors")
    monkeypatch.setattr(library.catalog, "add_rebuilt", dies)
    with pytest.raises(Killed):
        library.add([folder])
    monkeypatch.undo()
    library.index.close_store()
    with pytest.raises(StoreLost, match="incomplete"):
        library.search("gearbox oil")
    assert library.add([folder]).embedded == 2 and found(library, "gearbox oil")
