"""A picture made as small as its encoder will make it, in the process that has it open: decoding a large PNG a second
time costs more than encoding it.

The encoder's own preparation then finds the size it wants and changes nothing more: the vectors are the same.
"""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from tools.library.encode.openclip import FOLDER, HUB

if TYPE_CHECKING:
    from PIL.Image import Image

Pixels = NDArray[np.uint8]
"""uint8[height, width, 3], RGB."""


@dataclass(frozen=True)
class Shrink:
    """To `size` pixels on the longest or on the shortest side, bicubic. `white` fills what is transparent and widens
    thin strips, as `mini` does."""

    size: int
    side: Literal["longest", "shortest"]
    white: bool = False

    def __call__(self, picture: "Image") -> Pixels:
        from PIL import Image

        from tools.library.encode.mini import flat_rgb

        picture = flat_rgb(picture) if self.white else picture.convert("RGB")
        return np.asarray(picture.resize(self._wanted(picture.width, picture.height), Image.Resampling.BICUBIC))

    def _wanted(self, width: int, height: int) -> tuple[int, int]:
        """Rounded as open_clip's ResizeKeepRatio and torchvision's Resize do."""
        if self.side == "longest":
            ratio = max(width, height) / self.size
            return round(width / ratio), round(height / ratio)
        if width <= height:
            return self.size, int(self.size * height / width)
        return int(self.size * width / height), self.size


def of(encoder: str) -> Shrink | None:
    """What the image encoder of that name does to a picture first; None where it does something else."""
    head, _, rest = encoder.partition("/")
    if head == "mini":
        from tools.library.encode.mini import HERE

        prepared = json.loads((HERE / "config.json").read_text("utf-8"))["preprocess_cfg"]
        return Shrink(prepared["size"], "longest", white=True)
    if head != "openclip" or rest.startswith((FOLDER, HUB)):
        return None
    import open_clip

    model, _, tag = rest.partition("/")
    prepared = open_clip.get_pretrained_cfg(model, tag) or {}
    size = prepared.get("size") or (open_clip.get_model_config(model) or {}).get("vision_cfg", {}).get("image_size")
    usual = (
        prepared.get("resize_mode", "shortest") == "shortest" and prepared.get("interpolation", "bicubic") == "bicubic"
    )
    return Shrink(size, "shortest") if usual and isinstance(size, int) else None
