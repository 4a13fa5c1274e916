"""Training for a set time on one machine: stopped whenever, the same command goes on from the last checkpoint."""

import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from tqdm import tqdm
from transformers import AutoModel

from tools.library.encode import minilm_folder

Batch = TypeVar("Batch")
WEIGHT_DECAY, WARM_UP = 0.01, 0.06
SAVE_SECONDS = 120
HALFWAY = 0.45  # share of the time after which the weights are kept as well: the mean with the last is exported


def learning_rate(progress: float) -> float:
    """Share of the full rate: a short warm-up, then straight down to 0; progress runs from 0 to 1."""
    return min(progress / WARM_UP, (1 - min(progress, 1.0)) / (1 - WARM_UP))


def has_bf16(device: str) -> bool:
    """Whether bf16 is quicker than float32 there: on a GPU, and on a CPU that has it in hardware."""
    return device == "cuda" or any(torch.cpu.get_capabilities().get(name) for name in ("amx_bf16", "avx512_bf16"))


def minilm(attention: str) -> nn.Module:
    """The encoder that both models start from."""
    return AutoModel.from_pretrained(
        minilm_folder(),
        attn_implementation=attention,
        add_pooling_layer=False,
        attention_probs_dropout_prob=0.0,  # with it a CPU has no quick kernel: a quarter of the time
    )


def here() -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"


def _write(path: Path, state: dict[str, Any]) -> None:
    waiting = path.with_suffix(".new")
    torch.save(state, waiting)
    waiting.replace(path)


class Trainer:
    """Trains the weights of `model` that require a gradient; `rate`: the learning rate at its highest."""

    def __init__(self, model: nn.Module, out: Path, minutes: float, rate: float) -> None:
        self.device = here()
        self.model = model.to(self.device).train()
        trained = [p for p in model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=WEIGHT_DECAY, fused=True)
        self.budget, self.spent, self.round, self.batch, self.rate = minutes * 60, 0.0, 0, 0, rate
        self.checkpoint, self.halfway = out / "checkpoint.pt", out / "halfway.pt"
        if self.checkpoint.exists():
            self.restore()

    def restore(self) -> None:
        state = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.spent, self.round, self.batch = state["spent"], state["round"], state["batch"]

    def save(self) -> None:
        state = {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict()}
        place = {"spent": self.spent, "round": self.round, "batch": self.batch}
        _write(self.checkpoint, {**state, **place})
        if self.spent >= HALFWAY * self.budget and not self.halfway.exists():
            _write(self.halfway, {"model": state["model"]})

    def step(self, loss: Callable[[], Tensor]) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate * learning_rate(self.spent / self.budget)
        with torch.autocast(self.device, dtype=torch.bfloat16, enabled=has_bf16(self.device)):
            value = loss()
        value.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return float(value.detach())

    def line(self, batches: int, loss: float) -> dict[str, float]:
        return {"minutes": self.spent / 60, "round": self.round + self.batch / batches, "loss": loss}

    def run(
        self, batches: Callable[[int], Sequence[Batch]], loss: Callable[[Batch], Tensor]
    ) -> Iterator[dict[str, float]]:
        """Trains until the time is spent; yields a line of the log each time it saves. `batches`: those of a round, the
        same at each call for the same number."""
        saved, total, steps = self.spent, 0.0, 0
        while self.spent < self.budget:
            order = batches(self.round)
            while self.batch < len(order):
                began, chosen = time.perf_counter(), order[self.batch]
                self.batch += 1
                total += self.step(partial(loss, chosen))
                self.spent, steps = self.spent + time.perf_counter() - began, steps + 1
                if self.spent - saved > SAVE_SECONDS or self.spent >= self.budget:
                    self.save()
                    yield self.line(len(order), total / steps)
                    saved, total, steps = self.spent, 0.0, 0
                if self.spent >= self.budget:
                    return
            self.round, self.batch = self.round + 1, 0


def show(log: Iterator[dict[str, float]], minutes: float) -> None:
    """Prints the lines of the log under a bar of the time."""
    with tqdm(total=math.ceil(minutes), unit="min") as bar:
        for line in log:
            bar.update(round(line["minutes"]) - bar.n)
            tqdm.write(json.dumps({key: round(value, 3) for key, value in line.items()}))
