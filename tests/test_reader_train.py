"""What the reader is trained on and from: no held back document, and one loss however a batch is read."""

from pathlib import Path
from random import Random

import pytest
import torch

from evals.reader.examples import Example, GoldAnswer
from evals.training.entailment.written_pairs import OURS
from evals.training.reader import train
from evals.training.reader.model import collate, loss
from evals.training.reader.rounds import labelled
from evals.validator import sets
from tools.library.encode.answers import PassageText


def test_no_document_that_is_held_back_is_trained_on() -> None:
    names = [f"document {n}" for n in range(100)]
    assert not any(train.may_train(OURS, name) for name in names if sets.is_held_back(name))
    elsewhere = [name for name in names if train.may_train(Path("elsewhere"), name)]
    assert elsewhere and not any(sets.is_development(name) or sets.is_calibration(name) for name in elsewhere)


def test_it_starts_from_minilm_with_its_lowest_layers_as_they_are() -> None:
    model = train.start(None)
    layers = [all(p.requires_grad for p in layer.parameters()) for layer in model.encoder.encoder.layer]
    assert layers == [False] * train.FROZEN + [True] * (len(layers) - train.FROZEN)
    assert not any(p.requires_grad for p in model.encoder.embeddings.parameters())


def test_a_batch_read_in_parts_costs_the_same() -> None:
    model = train.start(None).eval()
    texts = [f"The pump weighs {n} kg. " + "It is red. " * n for n in range(1, 7)]
    batch = []
    for number, text in enumerate(texts):
        answers = (GoldAnswer(0, 16, 17, True),)
        batch += labelled(Example("How heavy?", (PassageText("", "", text),), answers, "d", "k"), Random(0), number)
    with torch.inference_mode():
        whole = loss(model(**collate([one.window for one in batch], "cpu")), batch)
        parts = train.batch_loss(model, batch, "cpu")
    assert float(parts) == pytest.approx(float(whole), abs=1e-3)
