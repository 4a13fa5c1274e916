"""A run as one HTML page that needs nothing else: figures with intervals, plots, every failed case with its pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ir_measures import Measure, R, Success
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image

from evals import judge
from evals.cases import Case
from evals.metrics import METRICS, Metric
from evals.metrics.conduct import right
from evals.metrics.places import CUTS, hits, ranked
from evals.metrics.resources import by_stage, percentile, throughput
from evals.runs import plots
from evals.runs.pictures import Album, Picture, data_uri
from evals.runs.run import Run
from evals.runs.summary import Figure, figure, summary, text
from evals.runs.trace import Checked, Trace
from tools.errors import NoLibrary
from tools.library.library import Library

BINS = 10
FEWEST_SCORED = 20
"""Claims with a score, below which a reliability diagram says nothing."""


@dataclass(frozen=True)
class Failed:
    """A case that did not go as it should, with what the reader needs to see why."""

    case: Case
    trace: Trace
    asked: Picture | None
    cited: list[Picture]
    gold: list[Picture]


def write(run: Run, out: Path, library: Path, folder: Path | None = None, most: int = 60) -> Path:
    """Writes the page. Pages are drawn from `library`, the pictures of questions from the suite in `folder`; without
    them they are left out, and the page says so."""
    wrong = failed(run)
    missing = ""
    try:
        with Library(library) as opened:
            album = Album(opened)
            shown = [_shown(case, trace, album, folder) for case, trace in wrong[:most]]
    except NoLibrary as error:
        missing = str(error)
        shown = [Failed(case, trace, None, [], []) for case, trace in wrong[:most]]
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(_render(run, shown, len(wrong), missing), "utf-8")
    return out


def failed(run: Run) -> list[tuple[Case, Trace]]:
    """The cases that are not right, and those that got no answer."""
    pairs = [(c, t, right(c, t)) for c, t in zip(run.cases, run.traces)]
    return [(c, t) for c, t, score in pairs if t.error or (score and score.value == 0)]


def _shown(case: Case, trace: Trace, album: Album, folder: Path | None) -> Failed:
    asked = None
    if case.image and folder and (folder / case.image).is_file():
        with Image.open(folder / case.image) as picture:
            asked = Picture("the picture of the question", data_uri(picture.convert("RGB")))
    cited = album.cited(spot for checked in trace.said for spot in checked.spots)
    return Failed(case, trace, asked, cited, album.gold(case.gold, cited))


def _render(run: Run, shown: Sequence[Failed], wrong: int, missing: str) -> str:
    loader = FileSystemLoader(Path(__file__).parent)
    pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    pages.filters["share"] = text
    judged = judge.load(run)
    speed = throughput(run.took)
    return pages.get_template("report.html").render(
        run=run,
        figures=summary(run.cases, run.traces),
        metrics=METRICS,
        judged=judged,
        judged_figure=judge.figure(run, judged) if judged else None,
        kinds=_kinds(run),
        curves=_curves(run),
        reliability=_reliability(run),
        latency=plots.bars([(s, percentile(t, 50), percentile(t, 95)) for s, t in by_stage(run.took).items()]),
        tokens=sum(sum(took.tokens.values()) for took in run.took),
        speed=f"{speed:.0f} cases a minute" if speed else "not measured",
        failed=shown,
        wrong=wrong,
        missing=missing,
    )


def _kinds(run: Run) -> list[tuple[str, Figure]]:
    """`right` for each kind of case, where there are several kinds."""
    kinds: dict[str, list[tuple[Case, Trace]]] = {}
    for case, trace in zip(run.cases, run.traces):
        kinds.setdefault(case.kind or "other", []).append((case, trace))
    if len(kinds) < 2:
        return []
    return [(kind, figure(METRICS["right"], *map(list, zip(*pairs)))) for kind, pairs in kinds.items()]


def _curves(run: Run) -> str:
    """Recall and success over k; "" where no case names gold places."""
    curves = {"recall@k": _curve(run, R), "success@k": _curve(run, Success)}
    return plots.lines(curves, "k, pages met", "share") if all(curves.values()) else ""


def _curve(run: Run, measure: Measure) -> list[plots.Point]:
    means = {k: figure(Metric("", "", ranked(measure @ k)), run.cases, run.traces).mean for k in CUTS}
    return [plots.Point(k, mean) for k, mean in means.items() if mean is not None]


def _reliability(run: Run) -> str:
    """The validator's scores against whether the claim stands on a gold page; "" where too few claims have one."""
    pairs = [
        (checked.score, _on_gold(checked, case))
        for case, trace in zip(run.cases, run.traces)
        for checked in (*trace.said, *trace.dropped)
        if checked.score is not None and case.gold
    ]
    if len(pairs) < FEWEST_SCORED:
        return ""
    return plots.reliability(bins(pairs), "the validator's score", "claims on a gold page")


def bins(pairs: Sequence[tuple[float, bool]]) -> list[plots.Bin]:
    """Scores in BINS of equal width; a score of 1 belongs to the last."""
    labels: dict[int, list[bool]] = {}
    for score, label in pairs:
        labels.setdefault(min(int(score * BINS), BINS - 1), []).append(label)
    return [plots.Bin(n / BINS, (n + 1) / BINS, len(v), sum(v) / len(v)) for n, v in sorted(labels.items())]


def _on_gold(checked: Checked, case: Case) -> bool:
    return any(hits(spot, gold) for spot in checked.spots for gold in case.gold)
