"""The weights of an exported int8 model.onnx as torch's, to go on training from: no checkpoint need be kept."""

from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor

_QUANTIZED = "_quantized"


def weights(path: Path) -> dict[str, Tensor]:
    """name in CrossEncoder's state -> float32 tensor; each int8 weight is off by half a step of its scale at most."""
    graph = onnx.load(path).graph
    found = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    state = {name: value for name, value in found.items() if name.startswith(("encoder.", "head.")) and _is_float(name)}
    for name in [name for name in found if name.endswith("embeddings.weight" + _QUANTIZED)]:
        state[name.removesuffix(_QUANTIZED)] = _dequantized(found, name)
    for node in graph.node:
        if node.op_type == "MatMulInteger":
            module = node.name.strip("/").rsplit("/", 1)[0].replace("/", ".")
            state[f"{module}.weight"] = _dequantized(found, node.input[1]).T
    return {name: torch.tensor(np.ascontiguousarray(value)) for name, value in state.items()}


def _is_float(name: str) -> bool:
    return not name.endswith((_QUANTIZED, "_scale", "_zero_point"))


def _dequantized(found: dict[str, NDArray[np.generic]], name: str) -> NDArray[np.float32]:
    base = name.removesuffix(_QUANTIZED)
    scale, zero, steps = (found[one].astype(np.float32) for one in (base + "_scale", base + "_zero_point", name))
    return np.asarray((steps - zero) * scale, np.float32)
