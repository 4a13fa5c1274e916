"""A ZIP is laid out in a folder; what would do harm is named instead."""

import io
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.errors import UnreadableFile
from tools.library.sources import archive
from tools.library.sources.archive import unpack


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return out.getvalue()


def saved(folder: Path, data: bytes) -> Path:
    path = folder / "given.zip"
    path.write_bytes(data)
    return path


def test_files_keep_their_folders(tmp_path: Path) -> None:
    path = saved(tmp_path, zipped({"a/page.md": b"![](pump.png)", "a/pump.png": b"png", "a/": b"", ".hidden": b"x"}))
    done = unpack(path, tmp_path / "out")
    assert [member.name for member in done.members] == ["a/page.md", "a/pump.png"]
    assert (tmp_path / "out/a/pump.png").read_bytes() == b"png"
    assert done.refused == []
    assert done.size == len(b"![](pump.png)" + b"png")


def test_archives_within_are_opened_too(tmp_path: Path) -> None:
    inner = zipped({"deep.txt": b"here"})
    done = unpack(saved(tmp_path, zipped({"in.zip": inner, "letter.docx": inner})), tmp_path / "out")
    assert [member.name for member in done.members] == ["in.zip!/deep.txt", "letter.docx"]
    assert done.members[0].path.read_bytes() == b"here"


def test_archives_are_opened_three_deep(tmp_path: Path) -> None:
    data = zipped({"x.txt": b"x"})
    for name in ("c.zip", "b.zip", "a.zip"):
        data = zipped({name: data})
    done = unpack(saved(tmp_path, data), tmp_path / "out")
    assert (done.members, done.refused) == ([], [("a.zip!/b.zip!/c.zip", "archives are opened 3 deep, no deeper")])


@pytest.mark.parametrize("name", ["../evil.txt", "a/../../evil.txt", "/etc/evil", "..\\evil.txt", "C:/evil.txt"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    done = unpack(saved(tmp_path, zipped({name: b"evil", "good.txt": b"good"})), tmp_path / "out")
    assert [member.name for member in done.members] == ["good.txt"]
    assert done.refused == [(name, "its name leads out of the archive")]
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["given.zip", "good.txt"]


def test_links_are_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("link.txt")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr(info, "/etc/passwd")
    assert unpack(saved(tmp_path, out.getvalue()), tmp_path / "out").refused == [("link.txt", "it is a link")]


def test_a_bomb_is_stopped_while_it_unpacks(tmp_path: Path) -> None:
    done = unpack(saved(tmp_path, zipped({"bomb.txt": bytes(30_000_000), "good.txt": b"good"})), tmp_path / "out")
    assert done.refused == [("bomb.txt", "it unpacks to more than 200 times its size, as a zip bomb does")]
    assert [member.name for member in done.members] == ["good.txt"]
    assert not (tmp_path / "out/bomb.txt").exists()
    assert done.size < 12_000_000


@pytest.mark.parametrize("nested", [False, True])
def test_a_bomb_in_many_small_files_is_stopped(tmp_path: Path, nested: bool) -> None:
    """Each alone is below the size from which the ratio of a file matters."""
    data = zipped({f"{n}.txt": bytes(9_000_000) for n in range(8)})
    if nested:
        data = zipped({"inner.zip": data})
    done = unpack(saved(tmp_path, data), tmp_path / "out")
    assert len(done.members) == 1
    assert {reason for _, reason in done.refused} == {
        "the archive unpacks to more than 200 times its size, as a zip bomb does"
    }
    assert sum(path.stat().st_size for path in (tmp_path / "out").rglob("*") if path.is_file()) == 9_000_000
    assert done.size < 50_000_000  # of 72; the work, what was refused included, ends at MAX_TOTAL


def test_what_compresses_well_beside_what_does_not_is_unpacked(tmp_path: Path) -> None:
    noise = os.urandom(200_000)
    done = unpack(
        saved(tmp_path, zipped({"photo.jpg": noise, "a.bmp": bytes(9_000_000), "b.bmp": bytes(9_000_000)})),
        tmp_path / "out",
    )
    assert [member.name for member in done.members] == ["photo.jpg", "a.bmp", "b.bmp"]


def test_limits_hold_over_all_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_TOTAL", 25)
    monkeypatch.setattr(archive, "MAX_FILES", 4)
    done = unpack(saved(tmp_path, zipped({f"{n}.txt": b"0123456789" for n in range(6)})), tmp_path / "out")
    assert [member.name for member in done.members] == ["0.txt", "1.txt"]
    assert [name for name, _ in done.refused] == ["2.txt", "3.txt", "4.txt"]
    assert "more than 4 files" in done.refused[-1][1]


def test_locked_members_are_named(tmp_path: Path) -> None:
    data = bytearray(zipped({"secret.txt": b"x" * 20}, zipfile.ZIP_STORED))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(signature) + place
        data[at : at + 2] = struct.pack("<H", 1)
    refused = unpack(saved(tmp_path, bytes(data)), tmp_path / "out").refused
    assert refused == [("secret.txt", "it is locked with a password")]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no more", zipped({})])
def test_what_is_no_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UnreadableFile, match=r"given\.zip"):
        unpack(saved(tmp_path, data), tmp_path / "out")


@given(cut=st.integers(0, 400), at=st.integers(0, 400), byte=st.integers(0, 255))
def test_damage_is_told_not_raised(tmp_path_factory: pytest.TempPathFactory, cut: int, at: int, byte: int) -> None:
    folder = tmp_path_factory.mktemp("zip")
    data = bytearray(zipped({"a.txt": b"alpha " * 30, "b/c.txt": b"beta"}))
    data[min(at, len(data) - 1)] = byte
    try:
        done = unpack(saved(folder, bytes(data[: len(data) - cut // 8])), folder / "out")
    except UnreadableFile:
        return
    for member in done.members:
        assert member.path.resolve().is_relative_to((folder / "out").resolve())
