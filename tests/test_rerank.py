from pathlib import Path

import numpy as np
import pytest

from tools.errors import SettingsError, WeightsError
from tools.library.encode import minilm_folder, rerank
from tools.library.encode.rerank import MaxSim, load, maxsim


@pytest.fixture(scope="module")
def cross_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder of two thin layers with random weights, and all-MiniLM's tokenizer; it reads 32 tokens."""
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    folder = tmp_path_factory.mktemp("cross")
    config = BertConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        num_labels=1,
        max_position_embeddings=32,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(minilm_folder(), model_max_length=32).save_pretrained(folder)
    return folder


def test_maxsim_by_hand() -> None:
    """Query tokens (1,0) and (0,1); of the text (1,0) and (.6,.8): best 1 and .8, mean .9."""
    query, text = np.eye(2, dtype=np.float32), np.array([[1, 0], [0.6, 0.8]], np.float32)
    assert maxsim(query, text) == pytest.approx(0.9)


def test_token_by_token_the_text_that_answers_is_first() -> None:
    texts = ["The cat sleeps in the sun.", "Change the oil filter every 2000 hours.", "Ships at sea."]
    reranker = load("maxsim")
    scores = reranker.scores("When is the oil filter replaced?", texts)
    assert scores.shape == (3,) and scores.dtype == np.float32 and scores.argmax() == 1
    reranker.release()
    assert np.allclose(reranker.scores("When is the oil filter replaced?", texts), scores, atol=1e-3)


def test_the_answer_reader_puts_the_text_that_answers_first() -> None:
    texts = ["Oil filters are sold in the shop.", "The oil filter is replaced every 2000 hours.", "Ships at sea.", ""]
    reranker = load("reader")
    scores = reranker.scores("When is the oil filter replaced?", texts)
    assert scores.shape == (4,) and scores.dtype == np.float32 and scores.argmax() == 1
    assert np.isfinite(scores).all() and scores.argmin() in (2, 3)  # scores are spread over 0 to 1 when they are fused
    reranker.release()
    assert reranker.scores("oil filter", []).shape == (0,)


def test_a_long_text_counts_by_its_best_window() -> None:
    reranker = load("maxsim")
    assert isinstance(reranker, MaxSim)
    answer = "Change the oil filter every 2000 hours."
    scores = reranker.scores("oil filter interval", ["ship " * 300 + answer, "ship " * 300])
    assert scores[0] > scores[1]


def test_no_texts_no_scores(cross_folder: Path) -> None:
    assert load("maxsim").scores("oil", []).shape == (0,)
    assert load(f"cross-encoder/{cross_folder}").scores("oil", []).shape == (0,)


def test_a_cross_encoder_reads_all_of_a_long_text(cross_folder: Path) -> None:
    reranker = load(f"cross-encoder/{cross_folder}")
    texts = ["Change the oil filter", "the head bolts " * 40]
    scores = reranker.scores("oil filter", texts)
    assert scores.shape == (2,) and np.isfinite(scores).all()
    (short,) = reranker.scores("oil filter", texts[:1])
    assert short == pytest.approx(scores[0], abs=1e-2)
    reranker.release()
    assert np.allclose(reranker.scores("oil filter", texts), scores, atol=1e-2)


def test_what_cannot_be_had_says_what_to_do() -> None:
    with pytest.raises(WeightsError, match="name a folder that holds it: cross-encoder/<folder>"):
        load("cross-encoder/no-one/no-such-model")
    with pytest.raises(SettingsError, match="maxsim"):
        load("nonsense")
    assert set(rerank.RERANKERS) == {"maxsim", "reader", "cross-encoder"}
