"""CSV and TSV, set as pages and read from there."""

import csv
import io
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import UnreadableFile
from tools.library.evidence import text_of
from tools.library.parse.csv import parse_csv
from tools.library.parse.parts import Parsed


def parsed(folder: Path, name: str, text: str | bytes) -> Parsed:
    path = folder / name
    path.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
    return parse_csv(path)


def table(result: Parsed) -> str:
    return "\n".join(text_of(part.words) for part in result.tables)


def test_csv_is_a_table(tmp_path: Path) -> None:
    result = parsed(tmp_path, "a.csv", 'Part,Torque,Note\nBolt M8,25,"dry, clean"\nNut M10,,new\n')
    assert (
        table(result) == "| Part | Torque | Note |\n|---|---|---|\n| Bolt M8 | 25 | dry, clean |\n| Nut M10 | | new |"
    )
    assert result.media_type == "text/csv"


@pytest.mark.parametrize(
    ("name", "text"), [("a.csv", "a;b\n1;2"), ("a.tsv", "a\tb\n1\t2"), ("a.csv", "a|b\r\n1|2\r\n")]
)
def test_other_delimiters(tmp_path: Path, name: str, text: str) -> None:
    assert table(parsed(tmp_path, name, text)) == "| a | b |\n|---|---|\n| 1 | 2 |"


def test_long_csv_is_cut_with_a_note(tmp_path: Path) -> None:
    result = parsed(tmp_path, "a.csv", "n,m\n" + "".join(f"{n},x{n}\n" for n in range(6000)))
    assert result.notes == ("only the first 5000 of 6000 rows were read",)
    assert "| 4999 | x4999 |" in table(result)
    assert "x5000" not in table(result)


def test_wide_csv_keeps_every_cell(tmp_path: Path) -> None:
    rows = [[f"c{n}" for n in range(40)], [f"value{n}" for n in range(40)]]
    assert table(parsed(tmp_path, "a.csv", "\n".join(map(",".join, rows)))).split("\n")[2] == (
        "| " + " | ".join(rows[1]) + " |"
    )


WORD = st.text(string.ascii_letters + string.digits + "äöüλЖ", min_size=1, max_size=12)


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 5).flatmap(lambda n: st.lists(st.lists(WORD, min_size=n, max_size=n), min_size=2, max_size=8)))
def test_every_cell_of_a_csv_comes_out(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    lines = table(parsed(tmp_path_factory.mktemp("p"), "a.csv", out.getvalue())).split("\n")
    assert [line.strip("| ").split(" | ") for line in [lines[0], *lines[2:]]] == rows


@settings(max_examples=40, deadline=None)
@given(st.one_of(st.text(), st.binary()), st.sampled_from(["a.csv", "a.tsv"]))
def test_anything_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: str | bytes, name: str) -> None:
    try:
        assert parsed(tmp_path_factory.mktemp("p"), name, data).pages >= 1
    except UnreadableFile as error:
        assert str(error)


@pytest.mark.parametrize(
    ("text", "header", "before"),
    [
        ("sep=;\nPart;Mass\nP1;7,5\n", "| Part | Mass |", []),
        ('"Mass, kg";Part\n7;P1\n8;P2\n', "| Mass, kg | Part |", []),
        (
            "Export of 4 May\nunit: kg\nPart,Mass,Note\nP1,7,a\nP2,8,b\n",
            "| Part | Mass | Note |",
            ["Export of 4 May", "unit: kg"],
        ),
    ],
)
def test_the_header_is_the_first_full_row(tmp_path: Path, text: str, header: str, before: list[str]) -> None:
    result = parsed(tmp_path, "a.csv", text)
    assert table(result).split("\n")[0] == header
    assert [text_of(block.words) for block in result.blocks] == before
