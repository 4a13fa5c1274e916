"""A trained encoder with its head as int8 ONNX: weights per channel, activations quantised as they come."""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def command(build: Callable[[], nn.Module], out: Path, about: str | None) -> None:
    """The command line of both exports: the mean of the checkpoints' weights as model.onnx; `out` unless told
    otherwise."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--checkpoint", type=Path, action="append", required=True)
    parser.add_argument("--out", type=Path, default=out)
    given = parser.parse_args()
    model = build()
    model.load_state_dict(mean(given.checkpoint))
    path = given.out / "model.onnx"
    write(model, path)
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


def mean(checkpoints: Sequence[Path]) -> dict[str, Tensor]:
    """The mean of the checkpoints' weights."""
    states = [torch.load(path, map_location="cpu", weights_only=True)["model"] for path in checkpoints]
    return {name: torch.stack([state[name].float() for state in states]).mean(0) for name in states[0]}


def write(model: nn.Module, path: Path) -> None:
    """`model` takes INPUTS, int64[texts, tokens] each, and gives "logits"."""
    sample = tuple(torch.ones(2, 8, dtype=torch.int64) for _ in INPUTS)
    free = {name: {0: "texts", 1: "tokens"} for name in INPUTS}
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "model.onnx"
        torch.onnx.export(
            model.eval(),
            sample,
            full,
            input_names=list(INPUTS),
            output_names=["logits"],
            dynamic_axes=free,
            dynamo=False,
        )
        quantize_dynamic(full, path, weight_type=QuantType.QInt8, per_channel=True, reduce_range=False)
