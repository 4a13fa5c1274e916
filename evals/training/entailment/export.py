"""Write the trained model as int8 ONNX: python -m evals.training.entailment.export --checkpoint FILE --out DIR.

Of several checkpoints the mean of their weights is written.
"""

from agent.validator.entailment import HERE
from evals.training import quantize
from evals.training.entailment.train import CrossEncoder

if __name__ == "__main__":
    quantize.command(lambda: CrossEncoder(attention="eager"), HERE, __doc__)
