"""Write the trained reader as int8 ONNX: python -m evals.training.reader.export --checkpoint FILE --out DIR.

Of several checkpoints the mean of their weights is written. Then fit what its scores mean:
python -m evals.training.reader.calibrate.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from evals.training import quantize
from evals.training.reader.model import AnswerModel
from tools.library.encode.answers import HERE


def export(checkpoints: Sequence[Path], out: Path) -> Path:
    """model.onnx into `out`."""
    model = AnswerModel(attention="eager")
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
