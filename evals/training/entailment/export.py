"""Write the trained model as int8 ONNX: python -m evals.training.entailment.export --checkpoint FILE --out DIR."""

import argparse
import tempfile
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from agent.validator.entailment import HERE
from evals.training.entailment.train import CrossEncoder

_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def export(checkpoint: Path, out: Path) -> Path:
    """model.onnx (weights int8 per channel, activations quantised as they come) into `out`."""
    model = CrossEncoder(attention="eager").eval()
    model.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True)["model"])
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
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=HERE)
    given = parser.parse_args()
    path = export(given.checkpoint, given.out)
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
