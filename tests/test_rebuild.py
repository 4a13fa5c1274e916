"""Points made again from the catalogue: for other encoders, after a kill, and where the store was lost."""

import shutil
from pathlib import Path

import pytest

from tools.errors import EncoderMismatch
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
