"""One decision of what the layers measured: a logistic regression, its weights and thresholds in calibration.json.

Fitted by `python -m evals validator --fit` on sets that serve for choosing, and frozen: nothing else is scored
before. Neither part alone will do: the entailment model sees contradiction, the overlap of words sees invention.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from agent.validator.entailment import reader
from agent.validator.measure import NAMES, Measures, Reads, measure

FILE = Path(__file__).parent / "calibration.json"


@dataclass(frozen=True)
class Calibration:
    """`mean`, `scale`, `weights`: float64[k] over `crossed` measures; thresholds are probabilities, 0 to 1."""

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: float
    supported: float
    """From here on a claim is supported."""
    unsupported: float
    """Below, it is unsupported (or contradicted); between the two it is unchecked."""

    def probability(self, measures: Measures) -> float:
        """That the evidence supports the claim, 0 to 1."""
        return float(self.probabilities(measures.row[None])[0])

    def probabilities(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """float64[n, 17] in the order of NAMES -> float64[n]."""
        logits = (crossed(rows) - self.mean) / self.scale @ self.weights + self.bias
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))))

    def status(self, measures: Measures) -> Literal["supported", "contradicted", "unsupported", "unchecked"]:
        probability = self.probability(measures)
        if probability >= self.supported:
            return "supported"
        if probability >= self.unsupported:
            return "unchecked"
        return "contradicted" if measures.contradicted > 0 or measures.wrong_numbers else "unsupported"


def crossed(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The measures, and again those that weigh differently in long evidence (a threshold of one kind fails another)."""
    long = rows[:, [NAMES.index("long_evidence")]]
    shifting = [NAMES.index(name) for name in ("whole", "weakest", "covered", "phrases")]
    return np.hstack([rows, rows[:, shifting] * long])


@lru_cache(maxsize=1)
def calibration(path: Path = FILE) -> Calibration:
    """The one that ships."""
    found = json.loads(path.read_text("utf-8"))
    arrays = {name: np.array(found[name]) for name in ("mean", "scale", "weights")}
    return Calibration(**arrays, bias=found["bias"], supported=found["supported"], unsupported=found["unsupported"])


@dataclass(frozen=True)
class Judged:
    """`probability` that the claim is supported, 0 to 1."""

    status: Literal["supported", "contradicted", "unsupported", "unchecked"]
    probability: float
    measures: Measures


def judge(claim: str, texts: Sequence[str], context: str = "", reads: Reads | None = None) -> Judged:
    """The claim against all that it cites together; `context`: headings, captions and titles."""
    measures = measure(claim, texts, reads or reader(), context)
    found = calibration()
    return Judged(found.status(measures), found.probability(measures), measures)
