"""Raised and lowered letters: 10<sup>6</sup> is 10⁶, and no 106."""

RAISED = str.maketrans("0123456789+-−–=()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾")
LOWERED = str.maketrans("0123456789+-−–=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎")


def raised(text: str) -> str:
    """The text as it stands above the line: exponents and the numbers of notes. Words ("th") stay what they are."""
    return text.translate(RAISED) if _has_digit(text) else text


def lowered(text: str) -> str:
    """The text as it stands below the line: H₂O."""
    return text.translate(LOWERED) if _has_digit(text) else text


def _has_digit(text: str) -> bool:
    return any(char.isdecimal() for char in text)
