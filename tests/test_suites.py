"""Every layout, as a tiny folder made by hand; and what a suite becomes when it is saved and read again."""

import json
from pathlib import Path

import pytest

from evals import suites
from evals.cases import Gold, SuiteError


def rows(path: Path, *made: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in made), "utf-8")


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def questions(folder: Path) -> None:
    put(folder, "pdfs/a.pdf", "pdfs/b.pdf", "pdfs/unasked.pdf")
    a = {"doc": "pdfs/a.pdf", "answer": "7", "answer_format": "Int"}
    rows(
        folder / "questions.jsonl",
        {**a, "id": "1", "question": "How many?", "gold_pages": [3, 5], "evidence_sources": ["Chart", "Table"]},
        {**a, "id": "2", "question": "Who?", "gold_pages": [], "answerable": False, "answer": "Not answerable"},
        {**a, "id": "3", "question": "Where?", "gold_pages": [9], "page_ok": False},
        {**a, "id": "4", "question": "Which?", "gold_pages": [1], "answer_format": "List", "answer": "['x', 'y']"},
        {
            "id": "5", "question": "What?", "doc": "pdfs/b.pdf", "answer": "1", "gold_pages": [2], "type": "sums",
            "evidence": [{"doc": "pdfs/b.pdf", "page": 2}, {"doc": "pdfs/a.pdf", "page": 4}],
        },
    )  # fmt: skip


def test_questions_with_gold_pages(tmp_path: Path) -> None:
    questions(tmp_path)
    suite = suites.load(tmp_path)
    one, two, three, four, five = suite.cases
    assert (one.gold, one.kind, one.document) == (
        (Gold(source="pdfs/a.pdf", pages=(3, 5)),), "Chart + Table", "pdfs/a.pdf",
    )  # fmt: skip
    assert (two.answerable, two.gold, two.references, two.kind) == (False, (), (), "unanswerable")
    assert three.gold == (Gold(source="pdfs/a.pdf"),), "pages known to be wrong are no gold"
    assert (four.must_contain, four.answer) == (("x", "y"), "x, y")
    assert five.gold == (Gold(source="pdfs/b.pdf", pages=(2,)), Gold(source="pdfs/a.pdf", pages=(4,)))
    assert [path.name for path in suite.parts.documents()] == ["a.pdf", "b.pdf"]


def test_receipts_are_asked_for_what_tells_them_apart(tmp_path: Path) -> None:
    put(tmp_path, "images/1.jpg", "images/2.jpg")
    shop = {"company": "ACME", "address": "", "text_lines": []}
    rows(
        tmp_path / "items.jsonl",
        {**shop, "id": "1", "image": "images/1.jpg", "date": "01/02/2018", "total": "9.00"},
        {**shop, "id": "2", "image": "images/2.jpg", "date": "01/02/2018", "total": "7.50"},
    )
    cases = suites.load(tmp_path).cases
    assert [(c.id, c.question, c.answer) for c in cases] == [
        ("1-date", "What is the date of the receipt from ACME over 9.00?", "01/02/2018"),
        ("2-date", "What is the date of the receipt from ACME over 7.50?", "01/02/2018"),
    ], "both are of one day, so neither total is asked for"
    assert cases[1].gold == (Gold(source="images/2.jpg", pages=(1,)),)


def test_products_are_known_by_class_not_by_path(tmp_path: Path) -> None:
    put(tmp_path, "pairs/p0.txt", "pairs/p0.jpg", "pairs/p3.txt", "pairs/p3.jpg", "photos/x/Kiwi.jpg")
    pair = {"coarse": "Fruit", "text": "pairs/p0.txt", "image": "pairs/p0.jpg", "id": 0, "name": "Kiwi"}
    rows(tmp_path / "pairs.jsonl", pair, {**pair, "id": 3, "name": "Red-Apple", "image": "pairs/p3.jpg"})
    rows(tmp_path / "photos.jsonl", {"image": "photos/x/Kiwi.jpg", "class_id": 3, "name": "Kiwi"})
    (case,) = suites.load(tmp_path).cases
    assert (case.image, case.answer, case.gold) == ("photos/x/Kiwi.jpg", "Red Apple", (Gold(source="pairs/p3.jpg"),))


def test_figures_are_asked_by_their_description(tmp_path: Path) -> None:
    put(tmp_path, "sky/pages/m1.md", "sky/images/a.jpg")
    row = {"id": "1", "alt": "Two stars.", "page": "sky/pages/m1.md", "book": "sky", "image": "sky/images/a.jpg"}
    rows(tmp_path / "items.jsonl", row)
    suite = suites.load(tmp_path)
    gold = Gold(source="sky/pages/m1.md", picture="sky/images/a.jpg")
    assert suite.cases[0].question == "Two stars." and suite.cases[0].gold == (gold,)
    assert [path.name for path in suite.parts.documents()] == ["m1.md"]
    assert [path.name for path in suite.parts.beside] == ["a.jpg"]


def test_photos_are_asked_by_each_of_their_captions(tmp_path: Path) -> None:
    put(tmp_path, "images/a.jpg")
    rows(tmp_path / "items.jsonl", {"id": "a", "image": "images/a.jpg", "captions": ["A dog.", "A brown dog."]})
    suite = suites.load(tmp_path)
    assert [(case.id, case.question) for case in suite.cases] == [("a-1", "A dog."), ("a-2", "A brown dog.")]
    assert suite.cases[0].gold == (Gold(source="images/a.jpg", picture="images/a.jpg"),)
    assert [path.name for path in suite.parts.documents()] == ["a.jpg"]


def test_a_photo_asks_for_the_others_of_its_category(tmp_path: Path) -> None:
    put(tmp_path, "images/x/1.jpg", "images/x/2.jpg", "images/y/1.jpg")
    named = {"images/x/1.jpg": "ant", "images/x/2.jpg": "ant", "images/y/1.jpg": "bee"}
    rows(tmp_path / "items.jsonl", *({"image": image, "category": category} for image, category in named.items()))
    one, two, alone = suites.load(tmp_path).cases
    assert one.gold == (Gold(source="images/x/2.jpg"),) and two.gold == (Gold(source="images/x/1.jpg"),)
    assert alone.gold == () and one.image == "images/x/1.jpg"


def beir(folder: Path) -> None:
    rows(folder / "corpus.jsonl", {"_id": "d1", "title": "T", "text": "one"}, {"_id": "a/b", "text": "two"})
    rows(folder / "queries.jsonl", {"_id": "q1", "text": "first?"}, {"_id": "q2", "text": "no judgement?"})
    put(folder, "qrels/dev.tsv")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\ta/b\t0\n")


def test_beir_folders_become_text_files_with_grades(tmp_path: Path) -> None:
    beir(tmp_path / "set")
    suite = suites.load(tmp_path / "set", work=tmp_path / "work")
    (case,) = suite.cases
    assert (case.id, case.question, case.gold) == ("q1", "first?", (Gold(source="d1.txt", grade=2),))
    texts = sorted(path.read_text() for path in suite.parts.documents())
    assert texts == ["T\n\none\n", "two\n"], "an id that is no file name is kept out of the path"


def test_a_saved_suite_asks_the_same_of_the_same_documents(tmp_path: Path) -> None:
    put(tmp_path / "set", "pairs/p0.txt", "pairs/p0.jpg", "photos/k.jpg")
    pair = {"id": 0, "name": "Kiwi", "text": "pairs/p0.txt", "image": "pairs/p0.jpg"}
    rows(tmp_path / "set" / "pairs.jsonl", pair)
    rows(tmp_path / "set" / "photos.jsonl", {"image": "photos/k.jpg", "class_id": 0})
    suites.save(suites.load(tmp_path / "set"), tmp_path / "saved")
    saved = suites.load(tmp_path / "saved")
    assert saved.cases == suites.load(tmp_path / "set").cases and saved.fingerprint
    names = [path.relative_to(saved.parts.root).as_posix() for path in saved.parts.documents()]
    assert names == ["pairs/p0.jpg", "pairs/p0.txt"]
    assert (tmp_path / "saved" / "photos" / "k.jpg").is_file()


def test_what_is_no_suite_says_so(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="evals list"):
        suites.load(tmp_path)
    rows(tmp_path / "questions.jsonl", {"doc": "a", "gold_pages": [1], "question": "?"})
    with pytest.raises(SuiteError, match="line 1 has no 'id'"):
        suites.load(tmp_path)
    (tmp_path / "questions.jsonl").write_text('{"doc": "gold_pages"\n')
    with pytest.raises(SuiteError, match="line 1 cannot be read"):
        suites.load(tmp_path)


def test_qrels_that_are_none_are_an_error(tmp_path: Path) -> None:
    beir(tmp_path)
    (tmp_path / "qrels" / "test.tsv").write_text("q1 d1 2\n")
    with pytest.raises(SuiteError, match="test.tsv, line 1"):
        suites.load(tmp_path, work=tmp_path / "work")


def test_the_shared_sets_are_read_whole(data: Path) -> None:
    counts = {}
    for name in ("reports_qa", "filings_qa", "receipts", "products", "figures"):
        suite = suites.load(data / name)
        counts[name] = len(suite.cases)
        assert all(path.is_file() for path in suite.parts.documents())
    assert counts == {"reports_qa": 99, "filings_qa": 14, "receipts": 50, "products": 300, "figures": 920}
