"""Decides, speaks, checks. `from agent import Assistant` is the door for programs."""

import logging
from typing import TYPE_CHECKING, Any

import tools  # noqa: F401  # first: it turns telemetry off

if TYPE_CHECKING:
    from agent.assistant import Assistant

__all__ = ["Assistant"]

logging.getLogger("exhibit").addHandler(logging.NullHandler())  # on the screen only where a program asks for it


def __getattr__(name: str) -> Any:
    """Loaded at first use: `exhibit --help` must not wait for LangGraph."""
    if name == "Assistant":
        from agent.assistant import Assistant

        return Assistant
    raise AttributeError(f"module 'agent' has no attribute '{name}'")
