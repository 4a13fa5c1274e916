"""Which files are found, and what is said of those that are none."""

import os
import socket
from pathlib import Path

import pytest

from tools.library.sources.files import Failures, find


def found(*paths: Path) -> tuple[list[str], dict[str, str]]:
    """Names of the files, and what is said of the others by their names."""
    failures: Failures = []
    files = find(paths, failures)
    return [file.path.name for file in files], {path.name: sentence for path, sentence in failures}


def test_what_is_no_file_is_named_and_never_opened(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("Oil")
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder.txt").symlink_to("/")
    with socket.socket(socket.AF_UNIX) as server:
        folder = os.getcwd()
        os.chdir(tmp_path)  # a socket's path may have 107 bytes
        server.bind("s.txt")
        os.chdir(folder)
        names, failures = found(tmp_path)
    assert names == ["good.txt"]
    assert sorted(failures) == ["gone.txt", "pipe.txt", "s.txt", "zero.txt"]
    assert "pipe.txt is no file but a named pipe. Move it out" in failures["pipe.txt"]
    assert "zero.txt is no file but a device." in failures["zero.txt"]
    assert "s.txt is no file but a socket." in failures["s.txt"]


def test_a_pipe_that_was_named_is_no_file_either(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    names, failures = found(tmp_path / "pipe.txt")
    assert names == [] and "named pipe" in failures["pipe.txt"]


@pytest.mark.parametrize("name", ["photo.txt", "metadata.json"])
def test_a_pipe_beside_a_picture_is_not_read_for_its_caption(tmp_path: Path, name: str) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"")
    os.mkfifo(tmp_path / name)
    assert found(tmp_path)[0] == ["photo.jpg"]


def test_a_name_that_is_no_utf8_fails_alone(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    os.mkdir(folder + b"/caf\xe9")
    for name in (b"/good.txt", b"/gr\xfc\xdf.txt", b"/caf\xe9/menu.txt", "/grüß.txt".encode()):
        Path(os.fsdecode(folder + name)).write_text("Oil")
    names, failures = found(tmp_path)
    assert names == ["good.txt", "grüß.txt"]
    assert sorted(failures) == ["gr\\xfc\\xdf.txt", "menu.txt"]
    assert failures["gr\\xfc\\xdf.txt"].endswith("gr\\xfc\\xdf.txt is not UTF-8. Rename it, then index again.")
    assert "caf\\xe9/menu.txt is not UTF-8" in failures["menu.txt"]
    for sentence in failures.values():
        sentence.encode("utf-8")
