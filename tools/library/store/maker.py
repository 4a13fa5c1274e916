"""What a store was made with. A store remembers its maker, and refuses another."""

import json
import uuid
from dataclasses import asdict, dataclass
from typing import Any

from tools.errors import EncoderMismatch

MAKER_ID = str(uuid.uuid5(uuid.NAMESPACE_URL, "exhibit/maker"))
"""The point that holds no vector, only what the store was made with."""


@dataclass(frozen=True)
class Maker:
    """What the vectors were made with: encoder names and sizes, and the version of weights that ship with us.

    How they are stored (quantised, on the disk, in shards) is not part of it: that may change, see `Layout`.
    """

    text: str
    image: str
    text_dim: int
    image_dim: int
    weights: str = ""

    @property
    def payload(self) -> dict[str, Any]:
        """Of the point with MAKER_ID."""
        return {"maker": json.dumps(asdict(self)), "kind": "maker"}


def maker_of(payload: dict[str, Any]) -> Maker:
    return Maker(**json.loads(payload["maker"]))


def check(made_with: Maker, wanted: Maker) -> None:
    """Raises EncoderMismatch."""
    if made_with == wanted:
        return
    if (made_with.text, made_with.image) == (wanted.text, wanted.image):
        raise EncoderMismatch(
            f"This library was made with another version of '{made_with.image}' than is installed now.",
            "Make its vectors again, without reading the documents: exhibit index --again",
        )
    raise EncoderMismatch(
        f"This library was made with text encoder '{made_with.text}' and image encoder '{made_with.image}', "
        f"but the settings say '{wanted.text}' and '{wanted.image}'.",
        f"Type: export EXHIBIT_TEXT_ENCODER={made_with.text} EXHIBIT_IMAGE_ENCODER={made_with.image} "
        "or make its vectors again with these, without reading the documents: exhibit index --again",
    )
