"""The weights of an int8 model.onnx as torch's: what is trained on starts where what ships stands."""

import numpy as np
import pytest

from agent.validator.entailment import HERE, Reader

pytest.importorskip("onnx", reason="comes with the extra [train]")

PAIRS = [
    ("The tank holds 4.5 litres.", "Use a fuel mix of 20:1. The tank holds 4.5 litres."),
    ("The tank holds 9 litres.", "Use a fuel mix of 20:1. The tank holds 4.5 litres."),
    ("Paul Roth leads the firm.", "Anna Weber has led the firm since May 2022."),
    ("Revenue rose in 2023.", "In 2023, revenue rose from 120 to 150 million euros."),
]


def test_torch_scores_as_the_file_does() -> None:
    import torch

    from evals.training.entailment import shipped
    from evals.training.entailment.train import CrossEncoder, collate, tokenizer

    model = CrossEncoder().eval()
    model.load_state_dict(shipped.weights(HERE / "model.onnx"))  # every name is there, or this raises
    with torch.inference_mode():
        found = torch.softmax(model(**collate(tokenizer().encode_batch(PAIRS), "cpu")), -1).numpy()
    # int8 activations are what differs: some hundredths
    assert np.abs(found - np.exp(Reader().read(PAIRS))).max() < 0.15
    assert (found.argmax(1) == Reader().read(PAIRS).argmax(1)).all()
