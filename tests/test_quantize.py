"""Checkpoints averaged, and written as int8 ONNX that gives what torch gave."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

pytest.importorskip("onnx", reason="comes with the extra [train]")

from evals.training import quantize


class Tiny(nn.Module):
    """Words of 64 numbers and a linear layer over them."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.words, self.head = nn.Embedding(50, 64), nn.Linear(64, 2)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        hidden = self.words(input_ids) * attention_mask.unsqueeze(-1) + token_type_ids.unsqueeze(-1)
        logits: Tensor = self.head(hidden)
        return logits


def test_several_checkpoints_are_averaged(tmp_path: Path) -> None:
    for name, value in (("a", 1.0), ("b", 3.0)):
        torch.save({"model": {"w": torch.full((2,), value)}}, tmp_path / f"{name}.pt")
    assert quantize.mean([tmp_path / "a.pt", tmp_path / "b.pt"])["w"].tolist() == [2.0, 2.0]


def test_the_file_gives_what_torch_gave(tmp_path: Path) -> None:
    import onnxruntime

    model = Tiny()
    quantize.write(model, tmp_path / "made" / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "made" / "model.onnx", providers=["CPUExecutionProvider"])
    ids, kinds = torch.arange(50).reshape(2, 25), torch.ones(2, 25, dtype=torch.int64)
    inputs = (ids, torch.ones_like(ids), kinds)
    (found,) = session.run(None, {name: one.numpy() for name, one in zip(quantize.INPUTS, inputs, strict=True)})
    with torch.inference_mode():
        wanted = model(*inputs).numpy()
    assert found.shape == (2, 25, 2)  # 8 bits a weight, and without VNNI sums that are cut off: alike, not the same
    assert np.corrcoef(found.ravel(), wanted.ravel())[0, 1] > 0.9
