"""A second look at the best that were found: each text is read together with the query, or token by token.

A reranker costs more than a search, so it is shown some dozens of texts, not the library. Scores of different rerankers
are not comparable; within one, more is better.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tools.errors import SettingsError, WeightsError
from tools.library.encode.answers import PassageText, answer_reader
from tools.library.encode.device import LazyModel, device, precision, quiet
from tools.library.encode.minilm import MiniLM
from tools.library.encode.protocol import TokenEncoder, Vectors
from tools.library.encode.windowing import windows
from tools.offline import from_disk_or_hub

Scores = NDArray[np.float32]
BATCH = {"cpu": 8, "cuda": 128}


class Reranker(Protocol):
    """How well texts answer a query."""

    name: str

    def scores(self, query: str, texts: Sequence[str]) -> Scores:
        """float32[len(texts)], more is better. A text longer than the model reads counts by its best window."""
        ...

    def release(self) -> None:
        """Lets the weights go; the next call loads them again."""
        ...


class MaxSim:
    """Late interaction (Khattab & Zaharia, ColBERT, 2020) on the token vectors of a sentence encoder that was not
    trained for it: each token of the query counts by its nearest token of the text; the mean over the query's."""

    def __init__(self, name: str, encoder: TokenEncoder) -> None:
        self.name = name
        self._encoder = encoder

    def scores(self, query: str, texts: Sequence[str]) -> Scores:
        asked = self._encoder.tokens(windows(query, self._encoder)[:1])[0]
        pieces = [(n, piece) for n, text in enumerate(texts) for piece in windows(text, self._encoder)]
        found = [maxsim(asked, tokens) for tokens in self._encoder.tokens([piece for _, piece in pieces])]
        return _best(len(texts), [n for n, _ in pieces], found)

    def release(self) -> None:
        self._encoder.release()


def maxsim(query: Vectors, text: Vectors) -> float:
    """Mean over the query's tokens, float32[q, d], of the best cosine with one of the text's, float32[t, d]."""
    return float((query @ text.T).max(axis=1).mean())


class Cross:
    """A cross-encoder of sentence-transformers, which reads query and text as one."""

    def __init__(self, where: str) -> None:
        quiet()
        self.name = f"cross-encoder/{where}"
        self._loaded = LazyModel(lambda: _cross(where))
        model = self._loaded()
        self._special = model.tokenizer.num_special_tokens_to_add(pair=True)
        self._reads = int(model.max_seq_length or model.tokenizer.model_max_length)

    def scores(self, query: str, texts: Sequence[str]) -> Scores:
        room = _Room(self._loaded().tokenizer, self._reads - self._special - self._count(query))
        pieces = [(n, piece) for n, text in enumerate(texts) for piece in windows(text, room)]
        found = self._loaded().predict(
            [(query, piece) for _, piece in pieces],
            batch_size=BATCH[device()],
            convert_to_tensor=True,
            show_progress_bar=False,
        )
        return _best(len(texts), [n for n, _ in pieces], found.float().cpu().tolist() if pieces else [])

    def _count(self, text: str) -> int:
        return _Room(self._loaded().tokenizer, 0).count([text])[0]

    def release(self) -> None:
        self._loaded.release()


class _Room:
    """What `windows` must know of a cross-encoder: the tokens that are left beside the query."""

    def __init__(self, tokenizer: Any, limit: int) -> None:
        self.limit = max(limit, 1)
        self._tokenizer = tokenizer

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(self._tokenizer(text, add_special_tokens=False, verbose=False).input_ids) for text in texts]


class AnswerRerank:
    """Our own answer reader: how likely is it that some sentence, row or line of the text answers?"""

    name = "reader"

    def scores(self, query: str, texts: Sequence[str]) -> Scores:
        found = answer_reader().by_passage(query, [PassageText("", "", text) for text in texts])
        read = found[np.isfinite(found)]
        return np.where(np.isfinite(found), found, read.min() if len(read) else 0.0)  # a text without a word: the last

    def release(self) -> None:
        """It is small, and on no GPU: it stays."""


def _cross(where: str):
    from sentence_transformers import CrossEncoder

    try:
        return from_disk_or_hub(lambda: CrossEncoder(where, device=device())).to(precision())
    except (OSError, ValueError) as error:  # not on the disk and no network, or no such model
        raise WeightsError(
            f"The reranker cross-encoder/{where} is not on this disk and cannot be fetched: "
            f"{str(error).splitlines()[0]}",
            "Check the network (it is fetched once), or name a folder that holds it: cross-encoder/<folder>.",
        ) from error


def _best(number: int, owner: Sequence[int], found: Sequence[float]) -> Scores:
    """The best window of each of `number` texts; `owner` says which text each score is of."""
    best = np.full(number, -np.inf, np.float32)
    np.maximum.at(best, np.asarray(owner, np.intp), np.asarray(found, np.float32))
    return best


RERANKERS: dict[str, Callable[[str], Reranker]] = {
    "maxsim": lambda rest: MaxSim("maxsim", MiniLM()),
    "reader": lambda rest: AnswerRerank(),
    "cross-encoder": lambda rest: Cross(rest),
}
"""Name → how it is made of what follows the first '/': cross-encoder/<name on the hub, or folder>."""


def load(name: str) -> Reranker:
    """Raises SettingsError for a name that is not in the table, WeightsError where its weights cannot be had."""
    head, _, rest = name.partition("/")
    if head not in RERANKERS or bool(rest) != (head == "cross-encoder"):
        raise SettingsError(
            f"There is no reranker '{name}'.", "Choose maxsim, reader or cross-encoder/<name or folder>."
        )
    return RERANKERS[head](rest)
