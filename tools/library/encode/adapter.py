"""A library's own map from words to pictures: fitted by `tune`, stored in the library's folder, used at every search.

Only queries are mapped; the pictures' vectors stay as they are, so nothing has to be embedded again. The file
remembers the encoders whose spaces it joins, and is left aside when they are not those of the library any more.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from tools.library.encode.protocol import Vectors, normalised
from tools.library.store import disk
from tools.library.store.maker import Maker

FILE = "adapter.safetensors"


@dataclass(frozen=True)
class Adapter:
    """`weight` is float32[dim, dim]; texts x of the image encoder become x + x @ weight.T, normalised. `maker` is that
    of the vectors it was fitted on."""

    weight: Vectors
    maker: Maker

    def texts(self, vectors: Vectors) -> Vectors:
        """float32[n, dim] → float32[n, dim], both L2-normalised."""
        return normalised(vectors + vectors @ self.weight.T)

    def save(self, root: Path) -> Path:
        from safetensors.numpy import save

        file = root / FILE
        disk.replace(file, save({"weight": self.weight}, metadata={"maker": json.dumps(asdict(self.maker))}))
        return file

    @classmethod
    def load(cls, root: Path, maker: Maker) -> Self | None:
        """The library's, or None where it has none or it was fitted for other encoders."""
        from safetensors import safe_open

        file = root / FILE
        if not file.exists():
            return None
        with safe_open(file, "np") as opened:
            made = Maker(**json.loads(opened.metadata()["maker"]))
            return cls(opened.get_tensor("weight"), made) if made == maker else None
