"""Any sentence encoder by its folder: the real loading code on a model of two thin layers that is made here."""

from pathlib import Path

import numpy as np
import pytest

from tools.errors import WeightsError
from tools.library.encode import dimension, load, minilm_folder, windows


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights, all-MiniLM's tokenizer, 32 tokens, and a prompt that queries are asked with."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import AutoTokenizer, BertConfig, BertModel

    made = tmp_path_factory.mktemp("sentence")
    config = BertConfig(
        hidden_size=48, num_hidden_layers=2, num_attention_heads=2, intermediate_size=96, max_position_embeddings=32
    )
    BertModel(config).save_pretrained(made / "bert")
    AutoTokenizer.from_pretrained(minilm_folder(), model_max_length=32).save_pretrained(made / "bert")
    bert = Transformer(str(made / "bert"))
    model = SentenceTransformer(modules=[bert, Pooling(48, "mean")], prompts={"query": "search: "})
    model.save(str(made / "whole"))
    return made / "whole"


def test_a_folder_is_an_encoder(folder: Path) -> None:
    name = f"sentence-transformers/{folder}"
    encoder = load(name)
    assert (encoder.name, encoder.dim, encoder.limit) == (name, 48, 28)
    pieces = windows("the head bolts are tightened crosswise " * 20, encoder)
    vectors = encoder.texts(pieces)
    assert len(pieces) > 4 and vectors.shape == (len(pieces), 48) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    with pytest.raises(ValueError, match="reads 28 tokens, not 29"):  # 32, less two marks and 'search :'
        encoder.texts(["oil " * 29])


def test_its_size_is_known_without_its_weights(folder: Path, tmp_path: Path) -> None:
    for file in ("modules.json", "config.json", "1_Pooling/config.json"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_bytes((folder / file).read_bytes())
    assert dimension(f"sentence-transformers/{tmp_path}") == 48
    assert dimension(f"sentence-transformers/{minilm_folder()}") == 384


def test_queries_have_their_prompt(folder: Path) -> None:
    encoder = load(f"sentence-transformers/{folder}")
    asked = encoder.queries(["oil filter"])
    assert (asked * encoder.texts(["search: oil filter"])).sum() > 0.999 > (asked * encoder.texts(["oil filter"])).sum()


def test_what_was_released_comes_back(folder: Path) -> None:
    encoder = load(f"sentence-transformers/{folder}")
    before = encoder.texts(["oil"])
    encoder.release()
    assert np.allclose(encoder.texts(["oil"]), before)


@pytest.mark.parametrize("what", [load, dimension])
def test_what_is_not_here_says_what_to_do(what) -> None:
    with pytest.raises(WeightsError, match="EXHIBIT_TEXT_ENCODER=sentence-transformers/<folder>, or set .*=minilm"):
        what("sentence-transformers/no-one/no-such-model")


def test_half_a_precision_moves_nothing_that_matters() -> None:
    """Against float32, by the bound that is promised: 1e-2 in cosine."""
    from sentence_transformers import SentenceTransformer

    texts = ["How often is the oil changed?", "Torque of the head bolts: 94 N m, crosswise, in two steps.", "AR-1042"]
    whole = SentenceTransformer(str(minilm_folder()), device="cpu").encode(texts, normalize_embeddings=True)
    assert (load("minilm").texts(texts) * whole).sum(axis=1).min() > 0.999
