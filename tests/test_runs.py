"""A run is a record: the same again gives the same bytes, and one that was interrupted goes on where it stopped."""

import json
from pathlib import Path

import pytest

from agent import Assistant, settings
from evals import cases, suites
from evals.cases import Case, Gold, SuiteError
from evals.demo import DEMO
from evals.metrics.places import page_hit
from evals.runs import run as runs
from evals.runs.run import Run
from evals.suites import Suite
from tools.library.library import Library

RECORD = (runs.MANIFEST, runs.CASES, runs.TRACES)


@pytest.fixture(scope="module")
def suite() -> Suite:
    return suites.load("sample")


@pytest.fixture(scope="module")
def once(suite: Suite, sample_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The demo's cases: text, table, diagram, photo, follow-up, API, unanswerable."""
    out = tmp_path_factory.mktemp("runs") / "once"
    return runs.run(suite, out, settings=settings.read(library=sample_root), limit=DEMO)


def test_a_trace_holds_the_whole_way_to_the_answer(once: Run) -> None:
    trace = once.traces[1]
    assert [step.node for step in trace.steps] == ["begin", "decide", "act", "decide", "validate", "finish"]
    assert trace.calls[0].action == "search_text" and "torque" in trace.calls[0].args["query"]
    assert "48" in trace.text and trace.said[0].status == "supported"
    (spot,) = trace.said[0].spots
    assert (spot.source, spot.pages) == ("manual/brennick_ar240_service_manual.pdf", (14,))
    assert trace.cited[0].status == "supported"
    keys = {key for step in trace.steps for key in step.keys}
    assert keys == {found.key for found in trace.evidence} and all(found.fresh for found in trace.evidence)
    assert once.traces[4].case == "demo-5-follow-up" and not all(found.fresh for found in once.traces[4].evidence)


def test_the_manifest_says_of_what_and_with_what(once: Run, sample_root: Path) -> None:
    manifest = once.manifest
    assert (manifest.suite, manifest.cases, manifest.encoders["text"]) == ("sample", DEMO, "minilm")
    assert manifest.settings["validator"] is True
    with Library(sample_root) as library:
        assert manifest.library == runs.fingerprint(library)
    assert once.took[0].total > 0 and once.took[0].seconds["decide"] > 0


def test_a_record_names_no_path_of_this_machine(once: Run, sample_root: Path) -> None:
    for name in (runs.MANIFEST, runs.TRACES):
        text = (once.folder / name).read_text("utf-8")
        assert str(sample_root) not in text and str(suites.SAMPLE) not in text and "127.0.0.1:4" not in text


def test_the_same_again_is_the_same_to_the_byte_and_an_interruption_changes_nothing(
    once: Run, suite: Suite, sample_root: Path, tmp_path: Path
) -> None:
    chosen = settings.read(library=sample_root)

    def stop(number: int, total: int, case: str) -> None:
        if number == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runs.run(suite, tmp_path / "two", settings=chosen, limit=DEMO, on_progress=stop)
    assert len(runs.load(tmp_path / "two").traces) == 3
    with (tmp_path / "two" / runs.TRACES).open("a") as file:
        file.write('{"case":"demo-4')  # a line that a kill cut off
    with pytest.raises(SuiteError, match="--resume"):
        runs.run(suite, tmp_path / "two", settings=chosen, limit=DEMO)
    with pytest.raises(SuiteError, match="settings"):
        other = settings.read(library=sample_root, max_steps=1)
        runs.run(suite, tmp_path / "two", settings=other, limit=DEMO, resume=True)
    asked: list[str] = []
    again = runs.run(
        suite,
        tmp_path / "two",
        settings=chosen,
        limit=DEMO,
        resume=True,
        on_progress=lambda n, t, case: asked.append(case),
    )
    for name in RECORD:
        assert (again.folder / name).read_bytes() == (once.folder / name).read_bytes()
    assert len(again.took) == DEMO


def test_conversations_of_a_run_do_not_stay_in_the_library(suite: Suite, sample_root: Path, tmp_path: Path) -> None:
    with Assistant(library=sample_root) as assistant:
        before = set(assistant.threads())
    runs.run(suite, tmp_path / "run", settings=settings.read(library=sample_root), limit=1)
    with Assistant(library=sample_root) as assistant:
        assert set(assistant.threads()) == before


def test_without_the_validator_nothing_is_called_supported(suite: Suite, sample_root: Path, tmp_path: Path) -> None:
    chosen = settings.read(library=sample_root, max_steps=1)
    off = runs.run(suite, tmp_path / "off", settings=chosen, limit=2, leave_out=("validator", "text"))
    assert off.manifest.without == ("validator", "text") and off.manifest.settings["legs"] == [
        "bm25",
        "clip",
        "picture",
        "rerank",
    ]
    for trace in off.traces:
        assert {checked.status for checked in trace.said} == {"unconfirmed"} and len(trace.calls) == 1
        assert {cited.status for cited in trace.cited} == {"supported"}, "the measuring checks in any case"


def test_a_question_nobody_can_ask_is_not_scored_and_the_run_goes_on(sample_root: Path, tmp_path: Path) -> None:
    rows = [{"id": "long", "question": "x" * 3000}, {"id": "ok", "question": "What torque goes on the oil drain plug?"}]
    (tmp_path / "cases.jsonl").write_text("\n".join(map(json.dumps, rows)))
    suite = suites.load(tmp_path)
    chosen = settings.read(library=sample_root)
    assert runs.index(suite, chosen) is None, "it brings no documents: it is asked of a library that is there"
    done = runs.run(suite, tmp_path / "run", settings=chosen)
    assert "2000 characters" in done.traces[0].error and done.traces[1].status == "answered"


def test_what_is_no_run_says_so(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="holds no run"):
        runs.load(tmp_path)


def test_gold_may_name_any_copy_of_a_document(tmp_path: Path) -> None:
    for name in ("first.txt", "second.txt"):
        path = tmp_path / "suite" / "library" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("The gearbox holds 4.2 litres of oil.\n")
    asked = [
        Case(id=name, question="How many litres of oil does the gearbox hold?", gold=(Gold(source=name, pages=(1,)),))
        for name in ("first.txt", "second.txt")
    ]
    (tmp_path / "suite" / "cases.jsonl").write_text(cases.lines(asked))
    copies = suites.load(tmp_path / "suite")
    chosen = settings.read(library=tmp_path / "library")
    runs.index(copies, chosen)
    run = runs.run(copies, tmp_path / "run", settings=chosen)
    assert [page_hit(case, trace).value for case, trace in zip(asked, run.traces)] == [1.0, 1.0]
