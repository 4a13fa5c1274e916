from evals.cases import Case, Gold
from evals.metrics import METRICS
from evals.runs.summary import figure, summary
from tests.traces import BROKEN, met, said, spot, trace

GOLD = Case(id="1", question="?", must_contain=("yes",), gold=(Gold(source="a.pdf", pages=(1,)),))
NONE = Case(id="2", question="?", answerable=False)


def test_a_mean_is_over_what_was_scored_and_the_rest_is_counted_apart() -> None:
    traces = [trace(said("yes", spot("a.pdf", 1))), trace(said("no", spot("a.pdf", 1))), BROKEN]
    found = figure(METRICS["right"], [GOLD] * 3, traces)
    assert (found.n, found.mean, found.unscored) == (2, 0.5, 1)
    assert found.reasons == {"the model wrote nonsense": 1}
    assert found.low == 0 and found.high == 1


def test_what_no_case_asks_for_is_not_in_the_summary() -> None:
    names = {found.metric for found in summary([NONE], [met()])}
    assert {"right", "refusal recall", "refusal precision", "steps"} <= names
    assert not names & {"page_hit", "recall@5", "VQA accuracy", "number match", "region_iou"}


def test_nothing_scored_has_no_mean() -> None:
    found = figure(METRICS["right"], [GOLD], [BROKEN])
    assert (found.n, found.mean, found.low, found.unscored) == (0, None, None, 1)
