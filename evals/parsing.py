"""What the parser finds of what a person sees: figures, tables, captions, and the fields of receipts through OCR.

Three parts, each only where its folder is: PDFs with labelled places (tests/labels), Markdown pages whose own source
says which pictures and captions they have, and, with --ocr, scanned receipts. A label counts as found where a part of
its kind shares half of the joint area (IoU >= 0.5); a caption is right where it begins as labelled.
"""

import argparse
import json
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from evals import suites
from evals.metrics.places import iou
from tools.library.evidence import text_of
from tools.library.parse import Parsed, parse

LABELS = Path(__file__).parents[1] / "tests" / "labels" / "places.jsonl"
LEAST_IOU = 0.5
PICTURE = re.compile(r"^!\[\]\(([^)]+)\)\n+(?:\*([^*\n]+)\*\n)?", re.M)


def plain(text: str) -> str:
    """Letters and digits alone, in lower case: what a comparison should see."""
    return "".join(char for char in text.lower() if char.isalnum())


def score(labels: Sequence[dict], parsed: Parsed) -> tuple[Counter[str], list[str]]:
    """Counts for one document: figure, table, caption and how many of each were found; and what was missed."""
    counts: Counter[str] = Counter()
    missed = []
    places = [("figure", f.page, f.box, f.caption) for f in parsed.figures]
    places += [("table", t.region.page, t.region.boxes[0], t.caption) for t in parsed.tables]
    for label in labels:
        kind, page, caption = label["kind"], label["page"], label["caption"]
        near = [(iou([box], [label["box"]]), own) for what, at, box, own in places if (what, at) == (kind, page)]
        best, own = max(near, key=lambda pair: pair[0], default=(0.0, ()))
        found = best >= LEAST_IOU
        counts[kind] += 1
        counts[f"{kind} found"] += found
        if caption:
            right = found and plain(text_of(own)).startswith(plain(caption))
            counts["caption"] += 1
            counts["caption found"] += right
        if not found or caption and not right:
            what = "not found" if not found else f"caption is {text_of(own)[:40]!r}"
            missed.append(f"{label['document']} page {page}: {kind} {caption!r} at {label['box']}: {what} ({best:.2f})")
    pages = {label["page"] for label in labels}
    counts["extra"] = sum(at in pages for _, at, _, _ in places) - counts["figure found"] - counts["table found"]
    return counts, missed


def markdown(folder: Path) -> Counter[str]:
    """Pictures and captions of Markdown pages, as their source has them: `![](picture)` and a slanted line below."""
    counts: Counter[str] = Counter()
    for page in sorted(folder.rglob("*.md")):
        expected = [m for m in PICTURE.finditer(page.read_text("utf-8")) if (page.parent / m.group(1)).is_file()]
        if not expected:
            continue
        figures = parse(page, ocr=None).figures
        captions = [plain(text_of(figure.caption)) for figure in figures]
        counts["figure"] += len(expected)
        counts["figure found"] += min(len(figures), len(expected))
        counts["extra"] += max(0, len(figures) - len(expected))
        counts["mention"] += len(figures)
        counts["mention found"] += sum(bool(figure.mention) for figure in figures)
        for match in expected:
            if caption := plain(match.group(2) or ""):
                counts["caption"] += 1
                counts["caption found"] += any(own.startswith(caption[:40]) for own in captions)
    return counts


def receipts(folder: Path) -> Counter[str]:
    """Whether the gold company, date and total stand in what OCR reads."""
    counts: Counter[str] = Counter()
    for row in map(json.loads, (folder / "items.jsonl").read_text("utf-8").splitlines()):
        read = plain(text_of(parse(folder / row["image"]).figures[0].inside))
        for field in ("company", "date", "total"):
            counts[field] += 1
            counts[f"{field} found"] += plain(row[field]) in read
    return counts


def labelled(data: Path, *, ocr: bool, only: str = "") -> Iterator[tuple[str, Counter[str], list[str]]]:
    """(set, counts, what was missed) of each labelled document."""
    by_document: dict[str, list[dict]] = defaultdict(list)
    for label in map(json.loads, LABELS.read_text("utf-8").splitlines()):
        by_document[label["document"]].append(label)
    for name, labels in by_document.items():
        if only in name and (data / name).is_file():
            begin = time.process_time()
            parsed = parse(data / name, ocr=ocr)
            counts, missed = score(labels, parsed)
            counts["pages"], counts["ms"] = parsed.pages, round(1000 * (time.process_time() - begin))
            yield name.split("/")[0], counts, missed


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.parsing", description=__doc__.split("\n")[0])
    parser.add_argument("data", nargs="?", type=Path, default=suites.DATA, help="the folder that holds the sets")
    parser.add_argument("--ocr", action="store_true", help="read pictures too, receipts among them (minutes)")
    parser.add_argument("--only", default="", help="only labelled documents whose path holds this")
    parser.add_argument("--missed", action="store_true", help="name each label that was not found")
    given = parser.parse_args(argv)
    sets: dict[str, Counter[str]] = defaultdict(Counter)
    missed: list[str] = []
    for name, counts, lost in labelled(given.data, ocr=given.ocr, only=given.only):
        sets[name] += counts
        missed += lost
    if (given.data / "figures").is_dir() and not given.only:
        sets["figures (Markdown)"] = markdown(given.data / "figures")
    if given.ocr and not given.only and (given.data / "receipts").is_dir():
        sets["receipts"] = receipts(given.data / "receipts")
    _show(sets)
    if given.missed:
        print("\n".join(missed))
    return 0 if sets else 1


COLUMNS = ("figure", "table", "caption", "mention", "company", "date", "total")


def _show(sets: dict[str, Counter[str]]) -> None:
    table = Table("set", *COLUMNS, "extra", "pages / s", title="found / labelled")
    for name, counts in sets.items():
        shares = [f"{counts[f'{what} found']} / {counts[what]}" if counts[what] else "" for what in COLUMNS]
        speed = f"{1000 * counts['pages'] / counts['ms']:.0f}" if counts["ms"] else ""
        table.add_row(name, *shares, str(counts["extra"] or ""), speed)
    Console(width=120).print(table)


if __name__ == "__main__":
    sys.exit(main())
