"""Training on a clock: stopped and gone on with, rates, what is kept on the way."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from evals.training import trainer
from evals.training.trainer import Trainer, learning_rate


def test_the_rate_by_hand() -> None:
    """Up to all of it at 6 %, then straight down: half of the way from there is half of the rate."""
    assert learning_rate(0.03) == pytest.approx(0.5)
    assert learning_rate(0.06) == pytest.approx(1)
    assert learning_rate(0.53) == pytest.approx(0.5)
    assert learning_rate(1.0) == learning_rate(1.2) == 0


def line(out: Path, minutes: float) -> Trainer:
    torch.manual_seed(0)
    return Trainer(nn.Linear(1, 1), out, minutes, rate=0.1)


def fit(one: Trainer) -> list[dict[str, float]]:
    """y = 2x, two batches a round."""

    def loss(x: float) -> Tensor:
        return (one.model(torch.tensor([[x]])) - 2 * x).pow(2).mean()

    return list(one.run(lambda number: [1.0, -1.0], loss))


def test_it_learns_until_the_time_is_spent_and_saves(tmp_path: Path) -> None:
    one = line(tmp_path, minutes=0.02)
    log = fit(one)
    assert log[-1]["minutes"] == pytest.approx(0.02, abs=0.01) and log[-1]["loss"] < 4
    assert one.checkpoint.exists() and one.halfway.exists()
    assert float(one.model(torch.tensor([[1.0]])).detach()) == pytest.approx(2, abs=0.5)


def test_the_same_command_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = line(tmp_path, minutes=0.02)
    fit(first)
    again = line(tmp_path, minutes=0.02)
    assert (again.spent, again.round, again.batch) == (first.spent, first.round, first.batch)
    assert torch.equal(again.model.weight, first.model.weight)
    assert fit(again) == []
    assert not torch.equal(nn.Linear(1, 1).weight, first.model.weight)


def test_what_is_frozen_is_not_trained(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(1, 1), nn.Linear(1, 1))
    model[0].requires_grad_(False)
    one = Trainer(model, tmp_path, 1, rate=0.1)
    assert [p.shape for group in one.optimizer.param_groups for p in group["params"]] == [(1, 1), (1,)]


def test_a_round_is_gone_through_before_the_next(tmp_path: Path) -> None:
    one, rounds = line(tmp_path, minutes=0.005), []

    def batches(number: int) -> list[float]:
        rounds.append(number)
        return [1.0]

    list(one.run(batches, lambda x: one.model(torch.tensor([[x]])).pow(2).mean()))
    assert rounds == list(range(len(rounds))) and len(rounds) > 1


def test_the_bar_shows_each_line(capsys: pytest.CaptureFixture[str]) -> None:
    trainer.show(iter([{"minutes": 1.0, "loss": 0.12345}]), 2)
    assert '"loss": 0.123' in capsys.readouterr().out
