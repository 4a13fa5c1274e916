"""Models of open_clip as they are configured, with random weights: what goes in, what comes out, what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tools.errors import SettingsError, WeightsError
from tools.library.encode import OpenClip, dimension, load
from tools.library.encode.openclip import Towers

PICTURES = [Image.new("RGB", (60, 20), "red"), Image.new("L", (20, 90), 200)]


def made(name: str) -> OpenClip:
    """The model of that configuration, untrained, with a tokenizer that needs no hub: of one's own vocabulary it would
    be fetched."""
    import open_clip

    def towers() -> Towers:
        model, _, preprocess = open_clip.create_model_and_transforms(name, pretrained=None, load_weights=False)
        context = open_clip.get_model_config(name)["text_cfg"].get("context_length", 77)
        return Towers(model, preprocess, open_clip.SimpleTokenizer(context_length=context))

    return OpenClip(f"openclip/{name}/x", towers, dimension(f"openclip/{name}/x"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "dim", "limit"), [("ViT-B-16-SigLIP2", 768, 62), ("MobileCLIP2-S0", 512, 75), ("ViT-B-32", 512, 75)]
)
def test_both_towers_give_what_the_configuration_says(name: str, dim: int, limit: int) -> None:
    encoder = made(name)
    assert (encoder.dim, encoder.limit) == (dim, limit)
    for vectors in (encoder.images(PICTURES), encoder.texts(["a red bar", "a light"])):
        assert vectors.shape == (2, dim) and vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of open_clip as the hub has them: configuration and weights of a small model, made here."""
    import open_clip
    from safetensors.torch import save_file

    made = tmp_path_factory.mktemp("clip")
    model = open_clip.create_model("ViT-S-32-alt", pretrained=None, load_weights=False)
    save_file(model.state_dict(), made / "open_clip_model.safetensors")
    config = {"model_cfg": open_clip.get_model_config("ViT-S-32-alt"), "preprocess_cfg": {"interpolation": "bicubic"}}
    (made / "open_clip_config.json").write_text(json.dumps(config))
    return made


def test_a_folder_is_an_encoder_and_comes_back_after_release(folder: Path) -> None:
    name = f"openclip/local-dir:{folder}"
    encoder = load(name)
    assert isinstance(encoder, OpenClip)
    assert encoder.dim == dimension(name) == 256
    before = encoder.images(PICTURES)
    encoder.release()
    assert np.allclose(encoder.images(PICTURES), before)


def test_half_a_precision_moves_pictures_by_less_than_a_hundredth(folder: Path) -> None:
    import torch

    encoder = load(f"openclip/local-dir:{folder}")
    assert isinstance(encoder, OpenClip)
    rng = np.random.default_rng(0)
    pictures = [Image.fromarray(rng.integers(0, 255, (40, 50, 3), dtype=np.uint8)) for _ in range(4)]
    towers = encoder._loaded()
    with torch.inference_mode():
        pixels = torch.stack([towers.preprocess(picture) for picture in pictures])
        whole = towers.model.encode_image(pixels, normalize=True).numpy()
    assert (encoder.images(pictures) * whole).sum(axis=1).min() > 0.99


def test_a_tokenizer_that_is_on_a_hub_only_says_what_to_do(tmp_path: Path) -> None:
    """SigLIP2's vocabulary is fetched at first use: with no network that is said before gigabytes are read."""
    with pytest.raises(WeightsError, match="name a folder that holds all of it .*local-dir:<folder>"):
        load("openclip/ViT-B-16-SigLIP2/webli")


def test_a_folder_that_holds_no_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="open_clip_config.json"):
        load(f"openclip/local-dir:{tmp_path}")
    with pytest.raises(SettingsError, match="names no open_clip model"):
        dimension("openclip/ViT-B-32")
