"""The entailment model: does a text say what a claim says? A small cross-encoder of ours, int8, on the CPU.

Trained in evals/training/entailment; what it was trained on and how good it is stands in README.md.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from tools.library.encode import minilm_folder

HERE = Path(__file__).parent
CLASSES = ("supported", "contradicted", "unsupported")
MAX_LENGTH = 384
"""Tokens of claim and evidence together; what is beyond is cut from the evidence, so windows must fit."""
BATCH = 16


class Reader:
    """The model, loaded. About 25 MB in memory; reading is thread-safe."""

    def __init__(self, folder: Path = HERE) -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(folder / "model.onnx", options, ["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(minilm_folder() / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_LENGTH)  # the longer one first: a claim may be longer, too

    def read(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """(claim, evidence) pairs -> float32[n, 3], log-probabilities of CLASSES."""
        encodings = self._tokenizer.encode_batch(list(pairs))
        order = sorted(range(len(pairs)), key=lambda i: len(encodings[i]))
        scores = np.zeros((len(pairs), len(CLASSES)), np.float32)
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            scores[part] = self._run([encodings[i] for i in part])
        return scores

    def _run(self, encodings: Sequence[Encoding]) -> NDArray[np.float32]:
        longest = max(len(encoding) for encoding in encodings)

        def padded(rows: list[list[int]]) -> NDArray[np.int64]:
            return np.array([row + [0] * (longest - len(row)) for row in rows], np.int64)

        logits = self._session.run(
            None,
            {
                "input_ids": padded([e.ids for e in encodings]),
                "attention_mask": padded([e.attention_mask for e in encodings]),
                "token_type_ids": padded([e.type_ids for e in encodings]),
            },
        )[0]
        if not np.isfinite(logits).all():
            raise ValueError("The entailment model returned numbers that are not finite.")
        return np.asarray(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True), np.float32)


@lru_cache(maxsize=1)
def reader() -> Reader:
    """The one that ships, loaded at first use."""
    return Reader()
