"""AUC of a model alone on its one window: python -m evals.training.entailment.evaluate --model FILE --written DIR …

FILE is a checkpoint.pt (float32) or a model.onnx (int8): the difference is what int8 loses.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from rich.console import Console

from agent.validator.entailment import HERE, Reader
from evals import console as screen
from evals.console import number, percent
from evals.metrics.statistics import auc
from evals.training.entailment import written_pairs
from evals.training.entailment.train import CrossEncoder, collate, tokenizer
from evals.validator import sets
from evals.validator.scores import Floats, pairs_ordered
from evals.validator.sets import LabelledClaim

BATCH = 16
Odds = Callable[[Sequence[tuple[str, str]]], Floats]
"""(claim, premise) pairs -> float64[n], log-odds of support."""


def of_checkpoint(path: Path) -> Odds:
    model = CrossEncoder().eval()
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True)["model"])
    words = tokenizer()

    def odds(pairs: Sequence[tuple[str, str]]) -> Floats:
        encodings = words.encode_batch(list(pairs))
        order = sorted(range(len(pairs)), key=lambda i: len(encodings[i]))
        found = np.zeros(len(pairs))
        with torch.inference_mode():
            for start in range(0, len(order), BATCH):
                part = order[start : start + BATCH]
                log = torch.log_softmax(model(**collate([encodings[i] for i in part], "cpu")), -1)
                found[part] = (log[:, 0] - torch.logsumexp(log[:, 1:], -1)).numpy()
        return found

    return odds


def of_onnx(path: Path) -> Odds:
    reads = Reader(path.parent)

    def odds(pairs: Sequence[tuple[str, str]]) -> Floats:
        log = reads.read(pairs).astype(np.float64)
        return np.asarray(log[:, 0] - np.logaddexp(log[:, 1], log[:, 2]))

    return odds


def rows(folders: Sequence[Path], claims: Path | None, limit: int | None) -> dict[str, list[LabelledClaim]]:
    """The development sets, none of them trained on."""
    found = {str(folder.name): sets.read(folder, split="development")[sets.WRITTEN] for folder in folders}
    if any(written_pairs.OURS.glob("claims*")):
        ours = sets.read(written_pairs.OURS)[sets.WRITTEN]
        found["our own, held back"] = [row for row in ours if sets.is_held_back(row.document)]
    return {**found, **(sets.read(claims, "dev_", limit) if claims else {})}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, action="append", help="checkpoint.pt or model.onnx; that which ships")
    parser.add_argument("--written", type=Path, action="append", default=[])
    parser.add_argument("--claims", type=Path, help="folder of dev_<set>.jsonl.gz")
    parser.add_argument("--limit", type=int, help="only the first claims of each such set")
    given = parser.parse_args()
    models = given.model or [HERE / "model.onnx"]
    odds = [of_onnx(path) if path.suffix == ".onnx" else of_checkpoint(path) for path in models]
    shown = screen.table("the entailment model alone: AUC, pairs in order", "set", "claims", *map(str, models))
    for name, some in rows(given.written, given.claims, given.limit).items():
        pairs = [(row.claim, written_pairs.text(row)) for row in some]
        shown.add_row(name, str(len(some)), *(_cell(some, judge(pairs)) for judge in odds))
    Console().print(shown)


def _cell(some: Sequence[LabelledClaim], score: Floats) -> str:
    true = np.array([row.supported for row in some], bool)
    ordered = pairs_ordered(score, true, sets.pairs(some))
    return f"{number(auc(score, true), 3)}  {percent(ordered)}"


if __name__ == "__main__":
    main()
