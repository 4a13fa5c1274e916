"""Raised and lowered letters: 10<sup>6</sup> is 10⁶, and no 106; and formulas on one line."""

RAISED = str.maketrans("0123456789+-−–=()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾")
LOWERED = str.maketrans("0123456789+-−–=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎")


def raised(text: str) -> str:
    """The text as it stands above the line: exponents and the numbers of notes. Words ("th") stay what they are."""
    return text.translate(RAISED) if _has_digit(text) else text


def lowered(text: str) -> str:
    """The text as it stands below the line: H₂O."""
    return text.translate(LOWERED) if _has_digit(text) else text


def grouped(text: str) -> str:
    """In brackets, where it is more than one word, number or sign."""
    text = text.strip()
    return text if len(text) < 2 or text.isalnum() else f"({text})"


def fraction(above: str, below: str) -> str:
    return f"{grouped(above)}/{grouped(below)}"


def power(text: str) -> str:
    """As an exponent: ³, or ^(n+m) where there are no such letters."""
    return raised(text) if _has_digit(text) or not text else f"^{grouped(text)}"


def index(text: str) -> str:
    """As an index: ₀, or _max."""
    return lowered(text) if _has_digit(text) or not text else f"_{grouped(text)}"


def _has_digit(text: str) -> bool:
    return any(char.isdecimal() for char in text)
