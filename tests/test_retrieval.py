"""Retrieval measured on folders made here: ranks of gold, scores by hand, runs compared."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from rich.console import Console

from evals import suites
from evals.cases import SuiteError
from evals.retrieval import choices, measure, records, tables
from evals.retrieval.questions import Ranks
from evals.retrieval.records import Header, RankingRun
from evals.retrieval.scores import groups, scores
from tools.library.library import Library


def rows_to(path: Path, *rows: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def striped(path: Path, colour: str, step: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.new("RGB", (240, 240), "white")
    for x in range(0, 240, step):
        ImageDraw.Draw(picture).rectangle((x, 0, x + step // 2, 240), fill=colour)
    picture.save(path)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> suites.Suite:
    """Two questions with gold pages, one of them wrong, and one that cannot be answered."""
    folder = tmp_path_factory.mktemp("questions")
    (folder / "a.txt").write_text("The gearbox holds 4.2 litres of oil.\n")
    (folder / "b.txt").write_text("The gearbox of the crane is painted blue.\n")
    rows_to(
        folder / "questions.jsonl",
        {"id": "1", "answer": "4.2", "question": "Litres of oil?", "doc": "a.txt", "gold_pages": [1]},
        {"id": "2", "answer": "", "question": "Zyzzyva?", "doc": "b.txt", "gold_pages": [7]},
        {"id": "3", "answer": "", "question": "Who won?", "doc": "b.txt", "gold_pages": [], "answerable": False},
    )
    return suites.load(folder)


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> suites.Suite:
    """Two pictures on one page, each with a description that stands nowhere."""
    folder = tmp_path_factory.mktemp("described")
    striped(folder / "images" / "wide.png", "red", 80)
    striped(folder / "images" / "fine.png", "blue", 12)
    text = "# Parts\n\n![The cooling fan](../images/wide.png)\n\nText.\n\n![The exhaust pipe](../images/fine.png)\n"
    (folder / "pages").mkdir()
    (folder / "pages" / "fans.md").write_text(text)
    row = {"page": "pages/fans.md", "caption": "", "book": "fans"}
    rows_to(
        folder / "items.jsonl",
        {**row, "id": "wide", "image": "images/wide.png", "alt": "a fan for cooling"},
        {**row, "id": "fine", "image": "images/fine.png", "alt": "a pipe for exhaust"},
    )
    return suites.load(folder)


@pytest.fixture(scope="module")
def run(pages: suites.Suite, described: suites.Suite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RankingRun]:
    with Library(tmp_path_factory.mktemp("library"), create=True) as library:
        measure.index(pages, library, Console(quiet=True))
        yield measure.measure(pages, [pages, described], library, Console(quiet=True))


def test_a_question_is_asked_within_its_document_and_over_all(run: RankingRun) -> None:
    assert run.scopes == ["document", "all"]
    one, two = run.of("all")
    assert one.ranks["fused"] == (1,) and set(one.ranks) == {"bm25", "text", "clip", "ranks", "scores", "fused"}
    assert two.ranks["fused"] == (None,) and two.document == "b.txt"
    foreign = [row for row in run.rows if row.scope == "foreign"]
    assert [row.case for row in foreign] == ["3", "wide", "fine"] and not foreign[0].ranks["fused"]


def test_gold_that_is_a_picture_is_known_by_its_look(described: suites.Suite, tmp_path: Path) -> None:
    with Library(tmp_path, create=True) as library:
        measure.index(described, library, Console(quiet=True))
        found = measure.measure(described, [], library, Console(quiet=True))
    assert [row.ranks["bm25"] for row in found.of("all")] == [(1,), (1,)]


def ranks(case: str, rank: int | None, document: str = "", kind: str = "") -> Ranks:
    both = {"bm25": (rank, 9), "fused": (rank, 9)}
    return Ranks(case=case, kind=kind, document=document, scope="all", ranks=both, best={}, fits=True)


def test_the_measures_done_by_hand() -> None:
    """Gold at 2 and 9: reciprocal rank 1/2; of two one among the first five; nDCG = (1/log2 3 + 1/log2 10) / ideal."""
    found = scores([ranks("a", 2), ranks("b", None)], "fused")
    assert found["success@1"] == [0, 0] and found["success@5"] == [1, 0] and found["recall@5"] == [0.5, 0]
    assert found["MRR"] == [0.5, pytest.approx(1 / 9)]
    ideal = 1 + 0.6309298
    assert found["nDCG@10"][0] == pytest.approx((0.6309298 + 0.3010300) / ideal, abs=1e-5)
    assert scores([ranks("a", 2)], "picture")["MRR"] == [0.0], "a leg that was not asked found nothing"


def test_a_question_with_two_kinds_of_evidence_counts_in_both() -> None:
    found = groups([ranks("a", 1, kind="Chart + Table"), ranks("b", 1, kind="Table")])
    assert {kind: len(rows) for kind, rows in found.items()} == {"all": 2, "Chart": 1, "Table": 2}


def test_a_run_comes_back_and_two_are_compared(run: RankingRun, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    path = records.write(tmp_path, run)
    assert records.read(path) == run
    header = Header(suite="s", cases="x", encoders=(), weights={})
    before = RankingRun(header=header, rows=(ranks("a", 9), ranks("b", 1), ranks("c", 7)))
    after = RankingRun(header=header, rows=(ranks("a", 1), ranks("b", 1), ranks("d", 1)))
    changes = records.changes(before, after)
    assert [(one.case, one.before, one.after) for one in changes] == [("a", 9, 1), ("b", 1, 1)]
    tables.compared("s", changes, Console(width=150))
    assert "1 won, 0 lost, 1 same (p = 1.000)" in " ".join(capsys.readouterr().out.split())


def test_what_is_no_run_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text("{}\n")
    with pytest.raises(SuiteError, match="no run"):
        records.read(tmp_path / "x.jsonl")


def test_the_tables(run: RankingRun, capsys: pytest.CaptureFixture) -> None:
    tables.show(run, Console(width=160))
    out = capsys.readouterr().out
    assert "within the named document: 2 questions" in out and "50.0" in out and "does it fit?" in out


def test_ways_of_joining_a_picture_and_words_are_held_against_each_other(tmp_path: Path) -> None:
    """Two products that look alike and one that does not: the words choose between the two."""
    folder = tmp_path / "products"
    for name, colour, step, text in (
        ("red-fan", "red", 80, "fan"),
        ("blue-fan", "navy", 80, "pipe"),
        ("fine", "blue", 12, "pad"),
    ):
        striped(folder / "pairs" / f"{name}.jpg", colour, step)
        (folder / "pairs" / f"{name}.txt").write_text(f"A {text} for the machine.\n")
    striped(folder / "photos" / "one.jpg", "navy", 78)
    names = {0: "red-fan", 1: "blue-fan", 2: "fine"}
    pair = [
        {"id": n, "name": name, "coarse": "pipe", "text": f"pairs/{name}.txt", "image": f"pairs/{name}.jpg"}
        for n, name in names.items()
    ]
    rows_to(folder / "pairs.jsonl", *pair)
    rows_to(folder / "photos.jsonl", {"image": "photos/one.jpg", "class_id": 1, "name": "x", "coarse": "pipe"})
    suite = suites.load(folder)
    with Library(tmp_path / "library", create=True) as library:
        measure.index(suite, library, Console(quiet=True))
        (table,) = choices.tables(suite, library, Console(quiet=True))
    shown = {label: cell for label, cell in zip(table.columns[0].cells, table.columns[1].cells)}
    assert list(shown) == list(choices.JOINED)
    assert shown["the words alone"].startswith("100") and shown["cascade"].startswith("100")


def test_spread_hits_are_compared_where_words_are_asked(described: suites.Suite, tmp_path: Path) -> None:
    with Library(tmp_path, create=True) as library:
        measure.index(described, library, Console(quiet=True))
        (table,) = choices.tables(described, library, Console(quiet=True))
    assert list(table.columns[0].cells) == list(choices.SPREAD)
    assert next(iter(table.columns[1].cells)).startswith("100")
