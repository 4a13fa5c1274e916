"""The page of a run: what it holds, and what a browser makes of it."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from agent.answer import Citation, Claim
from evals import suites
from evals.cases import Case, Gold
from evals.runs import report
from evals.runs.run import Manifest, Run
from evals.runs.trace import Checked, Took
from tests.traces import BROKEN, said, spot, trace

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def page(sample_run: Run, sample_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report") / "report.html"
    return report.write(sample_run, out, sample_root, suites.SAMPLE)


def test_the_page_needs_nothing_else(page: Path, sample_root: Path) -> None:
    text = page.read_text("utf-8")
    assert not re.findall(r'(?:src|href)="(?!data:)', text) and "<script" not in text and "@import" not in text
    assert str(sample_root) not in text and str(suites.SAMPLE) not in text


def test_every_failed_case_is_there_with_its_pages(page: Path, sample_run: Run) -> None:
    text = page.read_text("utf-8")
    wrong = report.failed(sample_run)
    assert wrong and f"What went wrong: {len(wrong)} of 46" in text
    for case, _ in wrong:
        assert f'id="{case.id}"' in text
    assert text.count("data:image/jpeg;base64,") >= len([c for c, _ in wrong if c.gold and c.gold[0].source != "api"])


def test_curves_and_times_are_drawn(page: Path) -> None:
    text = page.read_text("utf-8")
    for name in ("recall", "latency", "calibration"):
        assert f'<figure id="{name}">' in text
    assert text.count("<polyline") == 2


def hand_made(tmp_path: Path, *pairs: tuple[Case, object]) -> Run:
    cases, traces = zip(*pairs)
    manifest = Manifest(suite="s", suite_sha="", cases=len(cases), settings={"model": "extractive"})
    took = tuple(Took(case=case.id, seconds={"act": 0.5}) for case in cases)
    return Run(tmp_path / "run", manifest, cases, traces, took)


def test_text_of_documents_stays_text_and_pages_that_are_gone_are_named(tmp_path: Path) -> None:
    case = Case(id="<b>", question="<script>alert(1)</script>", answer="7", gold=(Gold(source="a.pdf", pages=(1,)),))
    run = hand_made(tmp_path, (case, trace(said("<img src=x>", spot("a.pdf", 2)))), (case, BROKEN))
    text = report.write(run, tmp_path / "r.html", tmp_path / "no library").read_text("utf-8")
    assert "<script" not in text and "<img src=x>" not in text and "&lt;script&gt;" in text
    assert "Pages are left out: There is no library" in text and "the model wrote nonsense" in text


def test_scores_are_drawn_against_gold_pages_once_there_are_enough(tmp_path: Path) -> None:
    def scored(score: float, page: int) -> Checked:
        claim = Claim(text="x", citations=(Citation(key=1, quote="x"),))
        return Checked(
            claim=claim, status="supported", reason="", decided="reading", score=score, spots=(spot("a.pdf", page),)
        )

    case = Case(id="1", question="?", gold=(Gold(source="a.pdf", pages=(1,)),))
    few = hand_made(tmp_path, (case, trace(*[scored(0.9, 1)] * 19)))
    assert "Too few claims" in report.write(few, tmp_path / "r.html", tmp_path).read_text("utf-8")
    many = hand_made(tmp_path, (case, trace(*[scored(0.9, 1)] * 15, *[scored(0.9, 2)] * 5)))
    assert "<title>20 claims</title>" in report.write(many, tmp_path / "r.html", tmp_path).read_text("utf-8")


def test_bins_are_of_equal_width_and_one_belongs_to_the_last() -> None:
    found = report.bins([(0.05, False), (0.95, True), (1.0, False), (0.1, True)])
    assert [(b.low, b.high, b.n, b.share) for b in found] == [(0, 0.1, 1, 0), (0.1, 0.2, 1, 1), (0.9, 1.0, 2, 0.5)]


def test_at_most_so_many_failures_are_shown(sample_run: Run, sample_root: Path, tmp_path: Path) -> None:
    text = report.write(sample_run, tmp_path / "r.html", sample_root, most=1).read_text("utf-8")
    assert "The first 1 are shown." in text and text.count("<details open") == 1
    every = replace(sample_run, took=())
    assert "not measured" in report.write(every, tmp_path / "r.html", sample_root, most=0).read_text("utf-8")


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_a_browser_shows_the_page(page: Path, tmp_path: Path) -> None:
    """Rendered in earnest: the headline is in the page's text, and the picture of it is not one colour."""
    shot = tmp_path / "page.png"
    common = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    dom = subprocess.run(
        [*common, "--dump-dom", page.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    assert re.search(r'<table id="figures">.*?<td class="name">right</td>', dom.stdout, re.DOTALL)
    picture = [*common, "--window-size=1180,1600", f"--screenshot={shot}", page.as_uri()]
    subprocess.run(picture, capture_output=True, timeout=120, check=True)
    with Image.open(shot) as image:
        colours = image.convert("RGB").resize((118, 160)).getcolors(100_000)
    assert colours is not None and len(colours) > 50 and max(n for n, _ in colours) < 0.95 * 118 * 160
