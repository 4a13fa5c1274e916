"""The reader as it is trained: MiniLM, and for each token what the answer reader reads off it."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from evals.training.trainer import minilm
from tools.library.encode.answers import AT_CLS, AT_MARK, END, IN_UNIT, START
from tools.library.encode.answers.packing import Window

OUTPUTS = 5
DROPOUT = 0.1
WINDOW_WEIGHT, UNIT_WEIGHT, LIST_WEIGHT, SPAN_WEIGHT = 0.5, 1.0, 1.0, 0.5
"""Of the losses: does the window answer, does each unit, which unit of all, which words of it."""


class AnswerModel(nn.Module):
    """MiniLM over "[CLS] question [SEP] title > heading ¶ unit ¶ unit … [SEP]": float[windows, tokens, OUTPUTS]."""

    def __init__(self, attention: str = "sdpa") -> None:
        super().__init__()
        self.encoder = minilm(attention)
        self.drop = nn.Dropout(DROPOUT)
        self.head = nn.Linear(self.encoder.config.hidden_size, OUTPUTS)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        logits: Tensor = self.head(self.drop(hidden))
        return logits


@dataclass(frozen=True)
class LabelledWindow:
    """A window with what is true of it: `question` numbers the question; `answers`: place among the window's parts ->
    first and last token of the short answer in the window, None where it is not known."""

    window: Window
    question: int
    answers: dict[int, tuple[int, int] | None]


def collate(windows: Sequence[Window], device: str) -> dict[str, Tensor]:
    """int64[windows, longest] each."""
    longest = max(len(window.ids) for window in windows)

    def padded(rows: Sequence[Sequence[int]]) -> Tensor:
        return torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows], device=device)

    return {
        "input_ids": padded([window.ids for window in windows]),
        "attention_mask": padded([[1] * len(window.ids) for window in windows]),
        "token_type_ids": padded([window.types for window in windows]),
    }


def loss(logits: Tensor, batch: Sequence[LabelledWindow]) -> Tensor:
    """The weighted sum of the four."""
    logits = logits.float()
    answers = torch.tensor([bool(one.answers) for one in batch], dtype=torch.float32, device=logits.device)
    window = F.binary_cross_entropy_with_logits(logits[:, 0, AT_CLS], answers)
    scores, true, question = unit_scores(logits, batch)
    unit = F.binary_cross_entropy_with_logits(scores, true)
    both = WINDOW_WEIGHT * window + UNIT_WEIGHT * unit + LIST_WEIGHT * listwise(scores, true, question)
    return both + SPAN_WEIGHT * span_loss(logits, batch)


def unit_scores(logits: Tensor, batch: Sequence[LabelledWindow]) -> tuple[Tensor, Tensor, Tensor]:
    """Of every unit of the batch: its score, 1.0 where it answers, and its question's number: [units] each."""
    scores, true, question = [], [], []
    for number, one in enumerate(batch):
        for place, part in enumerate(one.window.parts):
            mean = logits[number, part.first : part.last, IN_UNIT].mean() if part.last > part.first else 0.0
            scores.append(logits[number, part.first - 1, AT_MARK] + mean)
            true.append(float(place in one.answers))
            question.append(one.question)
    device = logits.device
    return torch.stack(scores), torch.tensor(true, device=device), torch.tensor(question, device=device)


def listwise(scores: Tensor, true: Tensor, question: Tensor) -> Tensor:
    """For each question: minus the log of the share that the units that answer have of all and of "none" (score 0)."""
    found = []
    for number in question.unique():
        own = question == number
        none = scores.new_zeros(1)
        right = scores[own & (true > 0)]
        found.append(
            torch.logsumexp(torch.cat([scores[own], none]), 0) - torch.logsumexp(right if len(right) else none, 0)
        )
    return torch.stack(found).mean()


def span_loss(logits: Tensor, batch: Sequence[LabelledWindow]) -> Tensor:
    """Start and end among the tokens of the unit; the mean over the short answers that are known."""
    found = []
    for number, one in enumerate(batch):
        for place, span in one.answers.items():
            if span is None:
                continue
            part = one.window.parts[place]
            for output, token in ((START, span[0]), (END, span[1])):
                found.append(-F.log_softmax(logits[number, part.first : part.last, output], 0)[token - part.first])
    return torch.stack(found).mean() if found else logits.sum() * 0.0
