"""Every score, by name. A metric gives each case a number, a reason why there is none, or nothing: not asked."""

from dataclasses import dataclass
from typing import Literal

from evals.metrics import citations, conduct, numbers, places, words
from evals.metrics.places import MEASURES, ranked
from evals.metrics.score import Score, Scorer, best_of

__all__ = ["METRICS", "Metric", "Score"]


@dataclass(frozen=True)
class Metric:
    """`unit` says how a mean is read: a "share" (0 to 1) or a "count". `better` is the side to be on."""

    name: str
    what: str
    score: Scorer
    unit: Literal["share", "count"] = "share"
    better: Literal["high", "low"] = "high"


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("right", "says it and points there; refused where unanswerable", conduct.right),
        Metric("contains", "the right answer is in what is said", words.contains),
        Metric("page_hit", "a citation stands on a gold page", places.page_hit),
        Metric("region_iou", "overlap of cited and gold boxes", places.region_iou),
        Metric("region_hit", "overlap of at least 0.5", places.region_hit),
        Metric("recall@5", "gold pages among the first five met", ranked(MEASURES["recall@5"])),
        Metric("success@5", "any gold page among the first five met", ranked(MEASURES["success@5"])),
        Metric("MRR", "1 / rank of the first gold page met", ranked(MEASURES["MRR"])),
        Metric("nDCG@10", "gold pages met early", ranked(MEASURES["nDCG@10"])),
        Metric("groundedness", "claims shown that are supported", citations.groundedness),
        Metric("unsupported shown", "claims shown that are not, a case", citations.unsupported, "count", "low"),
        Metric(
            "unconfirmed shown", "claims shown that nobody could confirm, a case", citations.unconfirmed, "count", "low"
        ),
        Metric("citation recall", "statements their citations support (ALCE)", citations.recall),
        Metric("citation precision", "citations that are needed (ALCE)", citations.precision),
        Metric("refusal precision", "refused and unanswerable / refused", conduct.refusal_precision),
        Metric("refusal recall", "refused and unanswerable / unanswerable", conduct.refusal_recall),
        Metric("exact match", "what is said is the right answer", best_of(words.exact_match)),
        Metric("number match", "the right number is said", best_of(numbers.match, numbers.asks)),
        Metric("token F1", "words in common with the right answer", best_of(words.token_f1)),
        Metric("BLEU", "n-grams in common, a sentence at a time", best_of(words.bleu)),
        Metric("ROUGE-L", "longest common run of words", best_of(words.rouge_l)),
        Metric("VQA accuracy", "agreement with ten people", words.vqa_accuracy),
        Metric("tool choice", "the expected tool was called", conduct.tool_choice),
        Metric("steps", "tool calls a question", conduct.steps, "count", "low"),
        Metric("references resolved", "a follow-up found what it was about", conduct.references_resolved),
        Metric("evidence reused", "citations of what an earlier turn found", conduct.evidence_reused),
    )
}
