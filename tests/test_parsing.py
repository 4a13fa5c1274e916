"""What is found of what was labelled by hand (tests/labels), and the arithmetic of the measure itself."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from evals import parsing
from tools.library.evidence import Region, Word
from tools.library.parse.parts import FigurePart, Parsed, TablePart


def test_a_label_counts_once_and_what_nobody_labelled_is_extra() -> None:
    caption = (Word("Figure", 1, (0, 0, 1, 1)), Word("2:", 1, (0, 0, 1, 1)), Word("Pump", 1, (0, 0, 1, 1)))
    figures = (FigurePart(b"", 1, (0, 0, 100, 100), caption), FigurePart(b"", 1, (300, 300, 400, 400)))
    tables = (TablePart((), Region(page=2, boxes=((0, 0, 50, 50),))),)
    labels = [
        {"document": "a.pdf", "page": 1, "kind": "figure", "box": [0, 0, 100, 90], "caption": "FIGURE 2"},
        {"document": "a.pdf", "page": 1, "kind": "table", "box": [0, 0, 100, 90], "caption": ""},
        {"document": "a.pdf", "page": 2, "kind": "table", "box": [0, 0, 50, 50], "caption": "Table 1"},
    ]
    counts, missed = parsing.score(labels, Parsed("", "", 2, (), figures, tables))
    assert counts == Counter(
        {
            "figure": 1,
            "figure found": 1,
            "table": 2,
            "table found": 1,
            "caption": 2,
            "caption found": 1,
            "extra": 1,
        }
    )
    assert len(missed) == 2


def test_labels_are_places_and_first_words_only() -> None:
    labels = [json.loads(line) for line in parsing.LABELS.read_text("utf-8").splitlines()]
    assert len(labels) >= 60
    for label in labels:
        assert set(label) == {"document", "page", "kind", "box", "caption"}
        assert len(label["caption"].split()) <= 6


@pytest.mark.slow
def test_figures_tables_and_captions_are_found(data: Path) -> None:
    """Measured 2026-11: 31 of 35 figures, 55 of 60 tables, 30 of 37 captions; 949 of 951 pictures in Markdown."""
    total: Counter[str] = Counter()
    for _, counts, _ in parsing.labelled(data, ocr=False):
        total += counts
    assert total["figure found"] >= 0.85 * total["figure"]
    assert total["table found"] >= 0.9 * total["table"]
    assert total["caption found"] >= 0.8 * total["caption"]
    pages = parsing.markdown(data / "figures")
    assert pages["figure found"] >= 0.99 * pages["figure"]
    assert pages["caption found"] >= 0.98 * pages["caption"]


@pytest.mark.slow
def test_hostile_files_are_read_or_refused_by_name_in_bounds(data: Path) -> None:
    """Each in a process of its own: no crash, under 30 seconds, under 1.5 GB, every refusal names its file."""
    for path in sorted((data / "pdfs_hostile" / "pdfs").glob("*.pdf")):
        done = subprocess.run([sys.executable, "-c", ONE, str(path)], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"{path.name}: {done.stderr[-500:]}"
        told = json.loads(done.stdout.splitlines()[-1])
        assert told["seconds"] < 30, path.name
        assert told["peak"] < 1.5e9, path.name
        assert told["refusal"] is None or path.stem in told["refusal"]


ONE = """
import json, resource, sys, time
from pathlib import Path
from tools.errors import UnreadableFile
from tools.library.parse import parse
refusal, begun = None, time.monotonic()
try:
    parse(Path(sys.argv[1]))
except UnreadableFile as error:
    refusal = str(error)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps({"seconds": time.monotonic() - begun, "peak": peak, "refusal": refusal}))
"""
