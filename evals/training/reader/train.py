"""Train the answer reader: python -m evals.training.reader.train --rows DIR --written DIR --out DIR.

It starts from all-MiniLM-L6-v2, or with --start from the entailment model's weights. Stop it whenever you like; the
same command goes on from the last checkpoint in --out.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from evals.reader import examples
from evals.reader.examples import Example
from evals.training.entailment import shipped, written_pairs
from evals.training.reader.model import AnswerModel, LabelledWindow, collate, loss
from evals.training.reader.rounds import QuestionRounds
from evals.training.trainer import Trainer, show
from evals.validator import sets

LEARNING_RATE = 1.2e-4
PART = 4  # windows that are read at once
FROZEN = 2  # lowest layers that stay as they are


def may_train(folder: Path, document: str) -> bool:
    """Of our own written documents all but those held back; of another folder's 40 %."""
    if folder.resolve() == written_pairs.OURS.resolve():
        return not sets.is_held_back(document)
    return not (sets.is_development(document) or sets.is_calibration(document))


def read(rows: Path, folders: Sequence[Path]) -> QuestionRounds:
    known = {name: examples.rows(rows / f"train_{name}.jsonl.gz") for name in examples.LICENSED}
    written: list[Example] = []
    known["statements"] = []
    for folder in [*folders, written_pairs.OURS]:
        written += [one for one in examples.written(folder) if may_train(folder, one.document)]
        known["statements"] += [one for one in examples.statements(folder) if may_train(folder, one.document)]
    return QuestionRounds(known, written)


def start(path: Path | None) -> AnswerModel:
    """MiniLM, or the encoder of an exported model.onnx; word embeddings and the lowest layers do not learn."""
    torch.manual_seed(0)
    model = AnswerModel()
    if path:
        state = {name: value for name, value in shipped.weights(path).items() if name.startswith("encoder.")}
        model.load_state_dict(state, strict=False)
    model.encoder.embeddings.requires_grad_(False)
    model.encoder.encoder.layer[:FROZEN].requires_grad_(False)
    return model


def batch_loss(model: nn.Module, batch: Sequence[LabelledWindow], device: str) -> Tensor:
    """The loss of a batch, read in parts of like length: a question's windows differ, and padding is a fifth of all."""
    order = sorted(batch, key=lambda one: len(one.window.ids))
    parts = [order[i : i + PART] for i in range(0, len(order), PART)]
    logits = [model(**collate([one.window for one in part], device)) for part in parts]
    longest = max(one.shape[1] for one in logits)
    return loss(torch.cat([F.pad(one, (0, 0, 0, longest - one.shape[1])) for one in logits]), order)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=Path, required=True, help="folder of train_<set>.jsonl.gz")
    parser.add_argument("--written", type=Path, action="append", default=[], help="folder of documents* and claims*")
    parser.add_argument("--minutes", type=float, default=75)
    parser.add_argument("--start", type=Path, help="a model.onnx whose encoder to go on from")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    rounds = read(given.rows, given.written)
    trainer = Trainer(start(given.start), given.out, given.minutes, LEARNING_RATE)
    print(f"{len(rounds.written)} written questions, on {trainer.device}", flush=True)

    def of(batch: Sequence[LabelledWindow]) -> Tensor:
        return batch_loss(trainer.model, batch, trainer.device)

    show(trainer.run(rounds.batches, of), given.minutes)
    print(f"Trained. Next: python -m evals.training.reader.export --checkpoint {trainer.checkpoint}")


if __name__ == "__main__":
    main()
