"""Image-text encoders: any model of open_clip, and our own `mini`."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tools.errors import SettingsError, WeightsError
from tools.library.encode.device import LazyModel, device, half, quiet
from tools.library.encode.protocol import Vectors, normalised, refuse_long
from tools.offline import from_disk_or_hub

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

TEXT_BATCH = 32
IMAGE_BATCH = 32
FOLDER, HUB = "local-dir:", "hf-hub:"
"""open_clip's own marks for a folder, or a hub's repository, that holds configuration, tokenizer and weights."""


class Towers(NamedTuple):
    """A model of open_clip with what makes its input: PIL image → float32[3, s, s], texts → int64[n, context]."""

    model: Any
    preprocess: Callable[["Image"], "Tensor"]
    tokenizer: Any


class OpenClip:
    """Any open_clip model: two towers, one space. `limit` is the text tower's context less its two marks."""

    def __init__(self, name: str, load: Callable[[], Towers], dim: int) -> None:
        self.name = name
        self.dim = dim
        self._loaded = LazyModel(lambda: _placed(load()))
        self.limit = int(self._loaded().tokenizer.context_length) - 2

    def texts(self, texts: Sequence[str]) -> Vectors:
        refuse_long(self, texts)
        towers = self._loaded()
        batches = (texts[start : start + TEXT_BATCH] for start in range(0, len(texts), TEXT_BATCH))
        return self._vectors(towers.model.encode_text, (towers.tokenizer(list(batch)) for batch in batches))

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self.texts(texts)

    def images(self, images: "Sequence[Image]") -> Vectors:
        import torch

        towers = self._loaded()
        batches = (images[start : start + IMAGE_BATCH] for start in range(0, len(images), IMAGE_BATCH))
        pixels = (torch.stack([towers.preprocess(image) for image in batch]) for batch in batches)
        return self._vectors(towers.model.encode_image, pixels)

    def _vectors(self, tower: "Callable[[Tensor], Tensor]", batches: Any) -> Vectors:
        import torch

        parts = [np.empty((0, self.dim), np.float32)]
        for batch in batches:
            with torch.inference_mode(), half():
                parts.append(tower(batch.to(device())).float().cpu().numpy())
        return normalised(np.concatenate(parts))

    def count(self, texts: Sequence[str]) -> list[int]:
        """open_clip's own tokenizers have `encode`; those from Hugging Face have theirs inside."""
        tokenizer = self._loaded().tokenizer
        inner = getattr(tokenizer, "tokenizer", None)
        if inner is not None:
            return [len(inner(text, add_special_tokens=False, verbose=False).input_ids) for text in texts]
        return [len(tokenizer.encode(text)) for text in texts]

    def release(self) -> None:
        self._loaded.release()


def _placed(towers: Towers) -> Towers:
    return towers._replace(model=towers.model.to(device()).eval())


class Mini(OpenClip):
    """Our own small model. Its text tower is MiniLM, frozen, and one linear map: see `project`."""

    name, dim = "mini", 512

    def __init__(self) -> None:
        """Its towers are loaded for the first picture; a question in words needs `project` alone."""
        from tools.library.encode import mini

        self._loaded = LazyModel(_mini, later=True)
        self._projection = mini.projection()
        self.limit = mini.context() - 2

    def project(self, vectors: Vectors) -> Vectors:
        """MiniLM's vectors, float32[n, 384], as this space's, float32[n, 512], both L2-normalised.

        The map has no bias, so it does not matter that they were normalised before.
        """
        return normalised(vectors @ self._projection.T)


def _mini() -> Towers:
    from tools.library.encode import mini

    quiet()
    return _placed(Towers(*mini.load()))


def load(rest: str) -> OpenClip:
    """`rest` is <model>/<pretrained tag or path of a checkpoint>, local-dir:<folder> or hf-hub:<repository>."""
    dim = dimension(rest)
    return OpenClip(f"openclip/{rest}", lambda: _towers(rest), dim)


def _towers(rest: str) -> Towers:
    whole = rest.startswith((FOLDER, HUB))
    model_name, _, pretrained = (rest, "", "") if whole else rest.partition("/")
    try:
        return from_disk_or_hub(lambda: _made(model_name, pretrained))
    except (RuntimeError, OSError) as error:  # unknown tag, no network, or not a checkpoint of this model
        raise WeightsError(
            f"The weights or the tokenizer of openclip/{rest} cannot be loaded: {str(error).splitlines()[0]}",
            "They come from the hub at first use: check the network; or name a folder that holds all of it "
            f"(open_clip_config.json, weights, tokenizer): EXHIBIT_IMAGE_ENCODER=openclip/{FOLDER}<folder>; "
            "or set EXHIBIT_IMAGE_ENCODER=mini.",
        ) from error


def _made(model_name: str, pretrained: str) -> Towers:
    import open_clip

    made = open_clip.create_model_and_transforms(model_name, pretrained=pretrained or None)
    return Towers(made[0], made[2], open_clip.get_tokenizer(model_name))


def dimension(rest: str) -> int:
    """Size of the vectors, from open_clip's own configurations or the folder's."""
    import open_clip

    whole = rest.startswith((FOLDER, HUB))
    model_name, _, pretrained = rest.partition("/")
    if not whole and (not pretrained or model_name not in open_clip.list_models()):
        raise SettingsError(
            f"'openclip/{rest}' names no open_clip model.",
            "Write openclip/<model>/<pretrained tag or checkpoint path>, for example "
            "openclip/ViT-B-32/laion2b_s34b_b79k.",
        )
    try:
        config = from_disk_or_hub(lambda: open_clip.get_model_config(rest if whole else model_name))
        return int(config["embed_dim"])
    except (OSError, TypeError, ValueError) as error:  # no such file, nor what it should hold
        raise WeightsError(
            f"There is no configuration of an open_clip model in {rest}.",
            "It must hold open_clip_config.json, as a repository of open_clip on the hub does.",
        ) from error
