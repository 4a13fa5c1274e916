"""What an encoder is: text, and pictures where it holds them, into vectors float32[n, dim], L2-normalised."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

Vectors = NDArray[np.float32]


class Reader(Protocol):
    """What reads text in tokens: `limit` of them at once, special tokens not counted."""

    limit: int

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, special tokens not counted."""
        ...


@runtime_checkable
class Encoder(Reader, Protocol):
    """A space of vectors."""

    name: str
    dim: int

    def texts(self, texts: Sequence[str]) -> Vectors:
        """float32[len(texts), dim], L2-normalised. Raises ValueError for a text over `limit` tokens."""
        ...

    def queries(self, texts: Sequence[str]) -> Vectors:
        """As `texts`, of what is searched for: models that were trained with a prompt before queries get theirs."""
        ...

    def release(self) -> None:
        """Lets the weights go, from the GPU or from memory; the next call loads them again."""
        ...


@runtime_checkable
class TokenEncoder(Encoder, Protocol):
    """An encoder with a vector for each token."""

    def tokens(self, texts: Sequence[str]) -> list[Vectors]:
        """Each text's own token vectors, float32[tokens, dim], L2-normalised, special tokens included."""
        ...


@runtime_checkable
class ImageEncoder(Encoder, Protocol):
    """A space that holds pictures too."""

    def images(self, images: "Sequence[Image]") -> Vectors:
        """float32[len(images), dim], L2-normalised."""
        ...


def refuse_long(encoder: Encoder, texts: Sequence[str]) -> None:
    """Raises ValueError: an encoder never cuts text silently (see `windows`)."""
    for text, size in zip(texts, encoder.count(texts), strict=True):
        if size > encoder.limit:
            raise ValueError(f"{encoder.name} reads {encoder.limit} tokens, not {size}: '{text[:40]}…'")


def normalised(vectors: NDArray) -> Vectors:
    """In float32, whatever they were computed in: half a precision is not enough for a norm of 1."""
    vectors = np.asarray(vectors, dtype=np.float32)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
