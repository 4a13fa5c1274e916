"""Sentence encoders of sentence-transformers, by name or folder."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tools.errors import WeightsError
from tools.library.encode.device import TEXTS, LazyModel, device, precision, quiet
from tools.library.encode.protocol import Vectors, normalised, refuse_long
from tools.offline import from_disk_or_hub

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

SIZES = {"Dense": ("out_features",), "Pooling": ("word_embedding_dimension", "embedding_dimension")}
"""Modules that decide how long a vector is, and the key of their configuration that says it."""
HUB = "sentence-transformers"


class SentenceEncoder:
    """A model of sentence-transformers from a folder or, once fetched, from the hub's cache."""

    def __init__(self, name: str, where: str) -> None:
        quiet()
        self.name = name
        self._loaded = LazyModel(lambda: _load(where))
        model = self._loaded()
        self.dim = int(model.get_embedding_dimension() or 0)
        reads = model.max_seq_length or model.tokenizer.model_max_length
        prompts = [prompt for prompt in model.prompts.values() if prompt]  # put before the text, so they take its room
        self.limit = reads - model.tokenizer.num_special_tokens_to_add() - max([0, *self.count(prompts)])

    def texts(self, texts: Sequence[str]) -> Vectors:
        refuse_long(self, texts)
        return self._vectors(self._loaded().encode_document, texts)

    def queries(self, texts: Sequence[str]) -> Vectors:
        refuse_long(self, texts)
        return self._vectors(self._loaded().encode_query, texts)

    def _vectors(self, encode: Any, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dim), np.float32)
        found = encode(list(texts), batch_size=TEXTS[device()], convert_to_tensor=True, show_progress_bar=False)
        return normalised(found.float().cpu().numpy())

    def tokens(self, texts: Sequence[str]) -> list[Vectors]:
        refuse_long(self, texts)
        found = self._loaded().encode(
            list(texts), batch_size=TEXTS[device()], output_value="token_embeddings", show_progress_bar=False
        )
        return [normalised(one.float().cpu().numpy()) for one in found]

    def count(self, texts: Sequence[str]) -> list[int]:
        tokenizer = self._loaded().tokenizer
        return [len(tokenizer(text, add_special_tokens=False, verbose=False).input_ids) for text in texts]

    def release(self) -> None:
        self._loaded.release()


def _load(where: str) -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer

    try:
        return from_disk_or_hub(lambda: SentenceTransformer(where, device=device())).to(precision())
    except (OSError, ValueError) as error:  # not on the disk and no network, or no such model
        raise _absent(where, error) from error


def dimension(where: str) -> int:
    """Size of the vectors, from the model's small files: its weights are not loaded."""
    for module in reversed(_json(where, "modules.json")):
        size = SIZES.get(module["type"].rpartition(".")[2])
        config = _json(where, f"{module['path']}/config.json") if size else {}
        for key in (key for key in size or () if key in config):
            return int(config[key])
    return int(_json(where, "config.json")["hidden_size"])


def _json(where: str, file: str) -> Any:
    path = Path(where) / file
    if not path.parent.is_dir() and not Path(where).is_dir():
        from huggingface_hub import hf_hub_download

        try:
            repository = where if "/" in where else f"{HUB}/{where}"
            path = Path(from_disk_or_hub(lambda: hf_hub_download(repository, file)))
        except (OSError, ValueError) as error:
            raise _absent(where, error) from error
    try:
        return json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise _absent(where, error) from error


def _absent(where: str, error: Exception) -> WeightsError:
    return WeightsError(
        f"The text encoder {HUB}/{where} is not on this disk and cannot be fetched: {str(error).splitlines()[0]}",
        f"Check the network (it is fetched once), or name a folder that holds it: "
        f"EXHIBIT_TEXT_ENCODER={HUB}/<folder>, or set EXHIBIT_TEXT_ENCODER=minilm.",
    )
