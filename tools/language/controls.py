"""Characters that a terminal obeys instead of showing them: no part of any name, title or sentence."""

import re

CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""C0 and C1 controls but tab and line feed, and all characters with the property Bidi_Control (Unicode 17)."""


def clean(text: str) -> str:
    """The text without controls: escape sequences lose their first character and are plain then."""
    return CONTROLS.sub("", text)
