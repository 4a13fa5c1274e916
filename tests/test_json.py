"""JSON, set as pages and read from there."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import UnreadableFile
from tools.library.evidence import text_of
from tools.library.parse import parse
from tools.library.parse.json import parse_json
from tools.library.parse.parts import Parsed


def parsed(folder: Path, name: str, text: str | bytes) -> Parsed:
    path = folder / name
    path.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
    return parse_json(path)


def table(result: Parsed) -> str:
    return "\n".join(text_of(part.words) for part in result.tables)


def test_records_of_json_are_a_table(tmp_path: Path) -> None:
    records = [
        {"part": "BN-1", "price": 4.5, "fits": ["AR-1", "AR-2"]},
        {"part": "BN-2", "new": True, "price": None},
    ]
    assert table(parsed(tmp_path, "a.json", json.dumps(records))) == (
        '| part | price | fits | new |\n|---|---|---|---|\n| BN-1 | 4.5 | ["AR-1","AR-2"] | |\n| BN-2 | | | true |'
    )


def test_object_of_json_is_a_table_of_keys(tmp_path: Path) -> None:
    assert table(parsed(tmp_path, "a.json", '{"name": "pump", "size": {"mm": 5}}')) == (
        '| key | value |\n|---|---|\n| name | pump |\n| size | {"mm":5} |'
    )


def test_broken_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"a\.json is no JSON"):
        parsed(tmp_path, "a.json", "{'no'")


@settings(max_examples=20, deadline=None)
@given(st.one_of(st.text(), st.binary()))
def test_anything_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: str | bytes) -> None:
    try:
        assert parsed(tmp_path_factory.mktemp("p"), "a.json", data).pages >= 1
    except UnreadableFile as error:
        assert str(error)


def test_a_line_of_json_is_a_row(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"part": "P1", "kg": 7}\n\n{"part": "P2", "kg": 8}\n')
    (table,) = parse(path, ocr=None).tables
    assert text_of(table.words).split("\n") == ["| part | kg |", "|---|---|", "| P1 | 7 |", "| P2 | 8 |"]
    path.write_text('{"part": 1}\nnonsense\n')
    with pytest.raises(UnreadableFile, match="line 2"):
        parse(path)


def test_only_line_feeds_part_lines_of_json(tmp_path: Path) -> None:
    lines = '{"part": "P1", "note": "wet\u2028dry"}\r\n{"part": "P2", "note": "a\x85b"}\n'
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines.encode())
    assert table(parse(path, ocr=None)).count("\n") == 3
