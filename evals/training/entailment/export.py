"""Write the trained model as int8 ONNX: python -m evals.training.entailment.export --checkpoint FILE --out DIR.

Of several checkpoints the mean of their weights is written.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from agent.validator.entailment import HERE
from evals.training import quantize
from evals.training.entailment.train import CrossEncoder


def export(checkpoints: Sequence[Path], out: Path) -> Path:
    """model.onnx into `out`."""
    model = CrossEncoder(attention="eager")
    model.load_state_dict(quantize.mean(checkpoints))
    quantize.write(model, out / "model.onnx")
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
