"""What all formats that are ZIP files have in common."""

from pathlib import Path

import pytest

from tools.errors import UnreadableFile
from tools.library.parse import parse


@pytest.mark.parametrize("suffix", ["docx", "xlsx", "pptx", "epub"])
def test_broken_files_are_named(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"torn.{suffix}"
    path.write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(UnreadableFile, match=rf"torn\.{suffix} is broken and cannot be opened as {suffix.upper()}"):
        parse(path)
