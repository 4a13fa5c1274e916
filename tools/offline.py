"""No network but what the person set: telemetry is off, and weights are fetched only for an encoder that is named.

`tools`, `agent` and `evals` import this before anything else, and so do the processes that read documents: ONNX
Runtime (which reports to its maker) and Hugging Face's client read these variables once, when they are imported.
"""

import os
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

Weights = TypeVar("Weights")
OURS = "_EXHIBIT_SET_HF_HUB_OFFLINE"
"""Tells our own HF_HUB_OFFLINE, here or in a parent process, from the person's."""


def forbid() -> None:
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    if "HF_HUB_OFFLINE" not in os.environ:
        os.environ["HF_HUB_OFFLINE"] = os.environ[OURS] = "1"


def is_this_machine(url: str) -> bool:
    """Whether a URL names this machine: a proxy from the environment is not for it, even where NO_PROXY is silent."""
    return urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")


def from_disk_or_hub(load: Callable[[], Weights]) -> Weights:
    """What `load` gives from the disk; if that fails, with the hub allowed. For weights that the person named.

    A HF_HUB_OFFLINE of the person's own, 0 or 1, is obeyed.
    """
    if OURS not in os.environ:
        return load()
    try:
        return load()
    except (OSError, ValueError, RuntimeError):  # what the hub's client and the loaders above it raise
        from huggingface_hub import constants

        constants.HF_HUB_OFFLINE = False  # read at each request; the variable would be read at import alone
        try:
            return load()
        finally:
            constants.HF_HUB_OFFLINE = True


forbid()
