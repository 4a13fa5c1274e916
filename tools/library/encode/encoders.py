"""The models that a library is indexed and searched with, each loaded when it is first needed."""

from functools import cached_property
from typing import TypeVar

from tools.errors import SettingsError
from tools.library import encode
from tools.library.encode import Encoder, ImageEncoder, Reader, TokenEncoder, rerank, shrink
from tools.library.encode.rerank import MaxSim, Reranker
from tools.library.encode.shrink import Shrink
from tools.library.store.maker import Maker

Model = TypeVar("Model", bound=Encoder)


class Encoders:
    """`text_name` and `image_name` are rows of `ENCODERS`, `reranker` is one of `RERANKERS` or "none"."""

    def __init__(self, text_name: str, image_name: str, reranker: str = "none") -> None:
        self.text_name = text_name
        self.image_name = image_name
        self._reranker_name = reranker
        self._loaded: list[Encoder] = []

    @cached_property
    def text(self) -> Encoder:
        return self._kept(encode.load(self.text_name))

    @cached_property
    def image(self) -> ImageEncoder:
        encoder = encode.load(self.image_name)
        if not isinstance(encoder, ImageEncoder):
            raise SettingsError(
                f"The encoder '{self.image_name}' reads no pictures.",
                "Set EXHIBIT_IMAGE_ENCODER to mini or openclip/<model>/<pretrained tag or checkpoint>.",
            )
        return self._kept(encoder)

    @cached_property
    def reranker(self) -> Reranker | None:
        """None where there is no second look. "maxsim" reads with the text encoder that is there anyway."""
        if self._reranker_name == "none":
            return None
        if self._reranker_name == "maxsim" and isinstance(self.text, TokenEncoder):
            return MaxSim("maxsim", self.text)
        return rerank.load(self._reranker_name)

    @property
    def reader(self) -> Reader:
        """Counts tokens as the text encoder does, without its weights where that is possible."""
        return encode.reader(self.text_name)

    @cached_property
    def shrink(self) -> Shrink | None:
        """How a picture is made small for the image encoder; None where only the encoder itself knows."""
        return shrink.of(self.image_name)

    @property
    def maker(self) -> Maker:
        text, image = self.text_name, self.image_name
        return Maker(text, image, encode.dimension(text), encode.dimension(image), encode.weights_version(image))

    def release(self) -> None:
        """Lets the weights leave the GPU until they are called for: a model that answers needs the memory. In the
        computer's own memory they stay."""
        if self._loaded and encode.device() == "cuda":
            for encoder in self._loaded:
                encoder.release()

    def _kept(self, encoder: Model) -> Model:
        self._loaded.append(encoder)
        return encoder
