"""Encoders: text and pictures into vectors. All vectors are float32[n, dim], L2-normalised.

An encoder never cuts text silently: `windows` splits what is longer than its tower reads, and `texts` refuses.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from tools.errors import SettingsError
from tools.library.encode import openclip, sentence_transformer
from tools.library.encode.device import device
from tools.library.encode.minilm import MINILM_SHA256, MiniLM, MiniLMReader, minilm_folder
from tools.library.encode.openclip import IMAGE_BATCH, Mini, OpenClip
from tools.library.encode.protocol import Encoder, ImageEncoder, Reader, TokenEncoder, Vectors
from tools.library.encode.sentence_transformer import SentenceEncoder
from tools.library.encode.windowing import windows

__all__ = [
    "DIMENSIONS",
    "ENCODERS",
    "IMAGE_BATCH",
    "MINILM_SHA256",
    "Both",
    "Encoder",
    "ImageEncoder",
    "Mini",
    "MiniLM",
    "OpenClip",
    "Reader",
    "SentenceEncoder",
    "TokenEncoder",
    "Vectors",
    "device",
    "dimension",
    "load",
    "minilm_folder",
    "reader",
    "texts_in_both",
    "weights_version",
    "windows",
]


class Both(NamedTuple):
    """`text` float32[n, d], `image` float32[m, e] with m >= n, `owner` the m indices into the n texts."""

    text: Vectors
    image: Vectors
    owner: list[int]


def texts_in_both(text: Encoder, image: ImageEncoder, texts: Sequence[str], as_query: bool = False) -> Both:
    """Texts that fit the text encoder, in its space and in the image encoder's; computed once where one is built on
    the other. What is too long for the image encoder is windowed, and `owner` says which text each vector is of.
    `as_query`: they are searched for, not stored."""
    vectors = text.queries(texts) if as_query else text.texts(texts)
    if isinstance(image, Mini) and isinstance(text, MiniLM):
        return Both(vectors, image.project(vectors), list(range(len(texts))))
    pieces = [(n, piece) for n, whole in enumerate(texts) for piece in windows(whole, image)]
    return Both(vectors, image.texts([piece for _, piece in pieces]), [n for n, _ in pieces])


ENCODERS: dict[str, Callable[[str], Encoder]] = {
    "minilm": lambda rest: MiniLM(),
    "mini": lambda rest: Mini(),
    "openclip": openclip.load,
    "sentence-transformers": lambda rest: SentenceEncoder(f"sentence-transformers/{rest}", rest),
}
NAMED = ("openclip", "sentence-transformers")
"""Rows that need to know which model; the others are one."""
DIMENSIONS: dict[str, Callable[[str], int]] = {
    "minilm": lambda rest: 384,
    "mini": lambda rest: 512,
    "openclip": openclip.dimension,
    "sentence-transformers": sentence_transformer.dimension,
}
"""Known without loading weights."""


def load(name: str) -> Encoder:
    """The encoder a settings string names: the part before the first '/' chooses the row of ENCODERS."""
    head, rest = _parted(name)
    return ENCODERS[head](rest)


@lru_cache(maxsize=4)
def reader(name: str) -> Reader:
    """What counts as the encoder of that name does; the encoder itself where nothing lighter does."""
    return MiniLMReader() if name == "minilm" else load(name)


def dimension(name: str) -> int:
    """Size of the encoder's vectors, without loading its weights."""
    head, rest = _parted(name)
    return DIMENSIONS[head](rest)


def _parted(name: str) -> tuple[str, str]:
    head, _, rest = name.partition("/")
    if head not in ENCODERS or bool(rest) != (head in NAMED):
        choices = (f"{one}/<name or folder>" if one in NAMED else one for one in ENCODERS)
        raise SettingsError(f"There is no encoder '{name}'.", f"Choose one of: {', '.join(choices)}.")
    return head, rest


def weights_version(name: str) -> str:
    """The first 12 digits of the SHA-256 of weights that ship with Exhibit and may change with it; "" for others,
    whose name says it all."""
    if name != "mini":
        return ""
    from tools.library.encode import mini

    with (mini.HERE / "mini.safetensors").open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]
