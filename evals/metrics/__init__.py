"""Every score, by name. A metric gives each case a number, a reason why there is none, or nothing: not asked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from evals.cases import Case
from evals.metrics import (
    bleu,
    citations,
    contains,
    exact_match,
    groundedness,
    multi_turn,
    ndcg,
    number_match,
    page_hit,
    recall,
    reciprocal_rank,
    refusal,
    region_iou,
    right,
    rouge_l,
    success,
    token_f1,
    tool_choice,
    vqa_accuracy,
)
from evals.metrics.score import Score
from evals.runs.trace import Trace

__all__ = ["METRICS", "Metric", "Score"]


@dataclass(frozen=True)
class Metric:
    """`unit` says how a mean is read: a "share" (0 to 1) or a "count". `better` is the side to be on."""

    name: str
    what: str
    score: Callable[[Case, Trace], Score | None]
    unit: Literal["share", "count"] = "share"
    better: Literal["high", "low"] = "high"


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("right", "says it and points there; refused where unanswerable", right.score),
        Metric("contains", "the right answer is in what is said", contains.score),
        Metric("page_hit", "a citation stands on a gold page", page_hit.score),
        Metric("region_iou", "overlap of cited and gold boxes", region_iou.score),
        Metric("region_hit", "overlap of at least 0.5", region_iou.hit),
        Metric("recall@5", "gold pages among the first five met", recall.at_5),
        Metric("success@5", "any gold page among the first five met", success.at_5),
        Metric("MRR", "1 / rank of the first gold page met", reciprocal_rank.score),
        Metric("nDCG@10", "gold pages met early", ndcg.at_10),
        Metric("groundedness", "claims shown that are supported", groundedness.score),
        Metric("unsupported shown", "claims shown that are not, a case", groundedness.unsupported, "count", "low"),
        Metric("unchecked shown", "claims shown nobody could check, a case", groundedness.unchecked, "count", "low"),
        Metric("citation recall", "statements their citations support (ALCE)", citations.recall),
        Metric("citation precision", "citations that are needed (ALCE)", citations.precision),
        Metric("refusal precision", "refused and unanswerable / refused", refusal.precision),
        Metric("refusal recall", "refused and unanswerable / unanswerable", refusal.recall),
        Metric("exact match", "what is said is the right answer", exact_match.score),
        Metric("number match", "the right number is said", number_match.score),
        Metric("token F1", "words in common with the right answer", token_f1.score),
        Metric("BLEU", "n-grams in common, a sentence at a time", bleu.score),
        Metric("ROUGE-L", "longest common run of words", rouge_l.score),
        Metric("VQA accuracy", "agreement with ten people", vqa_accuracy.score),
        Metric("tool choice", "the expected tool was called", tool_choice.score),
        Metric("steps", "tool calls a question", tool_choice.steps, "count", "low"),
        Metric("references resolved", "a follow-up found what it was about", multi_turn.resolved),
        Metric("evidence reused", "citations of what an earlier turn found", multi_turn.reused),
    )
}
