"""Cells of a sheet as their number format shows them: 00042, 24 Nm, €45.00, 25%, dates."""

import datetime
import re
from typing import Any

SECTION = re.compile(r'(?:"[^"]*"|\\.|[^;"\\])*')
PIECE = re.compile(
    r'"(?P<text>[^"]*)"|\\(?P<char>.)|\[\$(?P<money>[^\]-]*)[^\]]*\]|\[[^\]]*\]|[_*].|(?P<digits>[#0?.,]+)|(?P<plain>.)'
)
NOT_SHOWN = re.compile(r"general|e[+-]|/|@|^[^#0?]*$", re.I)
"""Formats that are not followed: powers, fractions, those without a place for a digit."""


def shown(cell: Any) -> str:
    """What a cell shows."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "seconds")
    if isinstance(value, float | int) and not isinstance(value, bool):
        return formatted(value, str(cell.number_format or "General"))
    return str(value)


def formatted(value: float, form: str) -> str:
    """A number in one of Excel's formats, such as `#,##0.00 "EUR";-0`. No 0.1 + 0.2 in any."""
    sections = [part for part in SECTION.findall(form) if part] or ["General"]
    part, number = sections[0], value
    if value < 0 and len(sections) > 1:
        part, number = sections[1], -value
    elif value == 0 and len(sections) > 2:
        part = sections[2]
    if NOT_SHOWN.search(re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", part)):
        return f"{value:.12g}" if isinstance(value, float) else str(value)
    return " ".join(_filled(part, number).split())


def _filled(part: str, number: float) -> str:
    """The section of a format with the digits of the number in their places."""
    pieces = list(PIECE.finditer(part))
    places = [n for n, piece in enumerate(pieces) if piece["digits"]]
    mask = "".join(pieces[n]["digits"] for n in places)
    thousands = re.search(r",+(?=$|\.)", mask)
    scale = len(thousands.group()) if thousands else 0
    percent = any(piece["plain"] == "%" for piece in pieces)
    digits = _digits(number * (100 if percent else 1) / 1000**scale, mask)
    out = []
    for n, piece in enumerate(pieces):
        if piece["digits"]:
            # inner literals ("000-000") part the digits from the right; the first place takes what is left
            after = sum(len(re.sub(r"[,]", "", pieces[m]["digits"])) for m in places if m > n)
            cut = len(digits) - after
            out.append(digits[:cut])
            digits = digits[cut:]
        else:
            out.append(piece["text"] or piece["char"] or piece["money"] or piece["plain"] or "")
    return "".join(out)


def _digits(number: float, mask: str) -> str:
    whole, _, decimals = mask.partition(".")
    places, least = sum(char in "0#?" for char in decimals), decimals.count("0")
    text = f"{abs(number):{',' if ',' in whole.rstrip(',') else ''}.{places}f}"
    before, _, after = text.partition(".")
    while len(after) > least and after.endswith("0"):
        after = after[:-1]
    before = before.rjust(whole.count("0"), "0")
    return ("-" if number < 0 else "") + before + (f".{after}" if after else "")
