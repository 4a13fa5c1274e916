"""Write the trained model as int8 ONNX: python -m evals.training.entailment.export --checkpoint FILE --out DIR.

Of several checkpoints the mean of their weights is written.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor

from agent.validator.entailment import HERE
from evals.training.entailment.train import CrossEncoder

_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def mean(checkpoints: Sequence[Path]) -> dict[str, Tensor]:
    """The mean of the checkpoints' weights."""
    states = [torch.load(path, map_location="cpu", weights_only=True)["model"] for path in checkpoints]
    return {name: torch.stack([state[name].float() for state in states]).mean(0) for name in states[0]}


def export(checkpoints: Sequence[Path], out: Path) -> Path:
    """model.onnx (weights int8 per channel, activations quantised as they come) into `out`."""
    model = CrossEncoder(attention="eager").eval()
    model.load_state_dict(mean(checkpoints))
    sample = tuple(torch.ones(2, 8, dtype=torch.int64) for _ in _INPUTS)
    free = {name: {0: "pairs", 1: "tokens"} for name in _INPUTS}
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "model.onnx"
        torch.onnx.export(
            model, sample, full, input_names=list(_INPUTS), output_names=["logits"], dynamic_axes=free, dynamo=False
        )
        quantize_dynamic(full, out / "model.onnx", weight_type=QuantType.QInt8, per_channel=True, reduce_range=False)
    return out / "model.onnx"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, action="append", required=True)
    parser.add_argument("--out", type=Path, default=HERE)
    given = parser.parse_args()
    path = export(given.checkpoint, given.out)
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
