"""What a part is worth: the settings of a run without it."""

from collections.abc import Iterable
from typing import Any

from agent.settings import LEGS
from tools.errors import SettingsError

PARTS = ("validator", *LEGS, "look")
"""The check of claims, each leg of the search, and a seeing model's look at figures."""


def without(parts: Iterable[str]) -> dict[str, Any]:
    """The settings that switch the named parts off. Raises SettingsError for a part there is none of."""
    off = set(parts)
    if unknown := sorted(off - set(PARTS)):
        raise SettingsError(f"There is no part '{unknown[0]}' to leave out.", f"There are: {', '.join(PARTS)}.")
    settings: dict[str, Any] = {}
    if "validator" in off:
        settings["validator"] = False
    if off & set(LEGS):
        settings["legs"] = tuple(leg for leg in LEGS if leg not in off)
    if "look" in off:
        settings["look"] = False
    return settings
