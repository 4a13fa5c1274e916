"""Write the trained reader as int8 ONNX: python -m evals.training.reader.export --checkpoint FILE --out DIR.

Of several checkpoints the mean of their weights is written. Then fit what its scores mean:
python -m evals.training.reader.calibrate.
"""

from evals.training import quantize
from evals.training.reader.model import AnswerModel
from tools.library.encode.answers import HERE

if __name__ == "__main__":
    quantize.command(lambda: AnswerModel(attention="eager"), HERE, __doc__)
