"""Paragraphs of Word: their text as it is read in print, and the numbers that Word puts before them."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from docx.oxml.ns import qn

from tools.language.raised import fraction, grouped, index, lowered, power, raised
from tools.library.parse.rendition import escaped

MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
TEXT_BOX = qn("w:txbxContent")
NOT_READ = {qn(f"w:{name}") for name in ("pPr", "rPr", "del", "moveFrom", "instrText", "delText")} | {
    FALLBACK,
    TEXT_BOX,
}
"""Deleted or moved away, codes of fields, text boxes (blocks of their own), and what older programs show instead."""
CHARACTERS = {"noBreakHyphen": "-", "softHyphen": "", "tab": " ", "br": "<br/>", "cr": "<br/>", "ptab": " "}
SYMBOL = " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
"""The letters of the font Symbol from code 32 on."""
SYMBOL_UPPER = {0xB0: "°", 0xB1: "±", 0xA3: "≤", 0xB3: "≥", 0xB4: "×", 0xB7: "•", 0xB8: "÷", 0xB9: "≠", 0xBB: "≈"}
LEVELS = 9


def text_html(element: Any) -> str:
    """The text of an element as HTML: without what was struck out, hidden or moved away, equations on one line."""
    return "".join(_pieces(element))


def _pieces(element: Any) -> Iterator[str]:
    for child in element.iterchildren():
        name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
        if not name or child.tag in NOT_READ or name == "r" and _is_gone(child):
            continue
        if child.tag.startswith(MATH) and name in EQUATIONS:
            yield EQUATIONS[name](child)
        elif name == "t":
            yield escaped(child.text or "")
        elif name == "sym":
            yield escaped(_symbol(child))
        elif name in CHARACTERS and element.tag == qn("w:r"):
            yield CHARACTERS[name]
        elif child.tag == qn("w:r"):
            yield _raised(child, text_html(child))
        elif child.tag != qn("w:p"):
            yield from _pieces(child)


def _property(run: Any, name: str) -> Any:
    return run.find(f"{qn('w:rPr')}/{qn('w:' + name)}")


def _is_gone(run: Any) -> bool:
    """Whether a run is struck out or hidden."""
    found = [_property(run, name) for name in ("strike", "dstrike", "vanish")]
    return any(one is not None and one.get(qn("w:val"), "1") not in ("0", "false", "off") for one in found)


def _raised(run: Any, text: str) -> str:
    align = _property(run, "vertAlign")
    way = align.get(qn("w:val")) if align is not None else ""
    return raised(text) if way == "superscript" else lowered(text) if way == "subscript" else text


def _symbol(element: Any) -> str:
    """A character by its number in a font of symbols. Word moves these to U+F000."""
    code = int(element.get(qn("w:char"), "0"), 16) & 0xFFF
    if element.get(qn("w:font"), "").lower() != "symbol":
        return "☐" if code in (0xA8, 0x6F) else "☑" if code in (0xFE, 0x52) else "•"
    return SYMBOL[code - 32] if 32 <= code < 32 + len(SYMBOL) else SYMBOL_UPPER.get(code, "□")


# equations


def _part(element: Any, name: str) -> str:
    found = element.find(MATH + name)
    return text_html(found).strip() if found is not None else ""


def _fraction(element: Any) -> str:
    return fraction(_part(element, "num"), _part(element, "den"))


def _scripts(element: Any) -> str:
    return _part(element, "e") + index(_part(element, "sub")) + power(_part(element, "sup"))


def _root(element: Any) -> str:
    return f"{power(_part(element, 'deg'))}√{grouped(_part(element, 'e'))}"


EQUATIONS: dict[str, Callable[[Any], str]] = {
    "f": _fraction,
    "sSup": _scripts,
    "sSub": _scripts,
    "sSubSup": _scripts,
    "rad": _root,
}


# numbers of lists and headings


class Numbering:
    """The numbers that Word puts before paragraphs, counted as it counts: by list and level."""

    def __init__(self, part: Any) -> None:
        root = next((rel.target_part for rel in part.rels.values() if rel.reltype.endswith("/numbering")), None)
        element = getattr(root, "element", None)
        self._levels: dict[str, dict[int, Any]] = {}
        self._list_of: dict[str, str] = {}
        if element is not None:
            self._read(element)
        self._counts: dict[str, list[int]] = defaultdict(lambda: [0] * LEVELS)

    def _read(self, element: Any) -> None:
        for abstract in element.iter(qn("w:abstractNum")):
            levels = {int(level.get(qn("w:ilvl"), "0")): level for level in abstract.iter(qn("w:lvl"))}
            self._levels[abstract.get(qn("w:abstractNumId"))] = levels
        for number in element.iter(qn("w:num")):
            abstract = number.find(qn("w:abstractNumId"))
            if abstract is not None:
                self._list_of[number.get(qn("w:numId"))] = abstract.get(qn("w:val"))

    def label(self, paragraph: Any, style: Any) -> str:
        """What stands before a paragraph: "3.", "2.1", "b)", "•"; "" where it is in no list."""
        found = _numbered(paragraph, style)
        if found is None:
            return ""
        number, depth = found
        levels = self._levels.get(self._list_of.get(number, ""), {})
        if depth not in levels:
            return "•"
        counts = self._counts[number]
        counts[depth] += 1
        counts[depth + 1 :] = [0] * (LEVELS - depth - 1)
        return self._shown(levels, counts, depth)

    def _shown(self, levels: dict[int, Any], counts: list[int], depth: int) -> str:
        if _value(levels[depth], "numFmt", "decimal") == "bullet":
            return "•"
        text = _value(levels[depth], "lvlText", "")
        for level in range(depth + 1):
            start = int(_value(levels.get(level, levels[depth]), "start", "1"))
            count = start + max(counts[level], 1) - 1
            form = _value(levels.get(level, levels[depth]), "numFmt", "decimal")
            text = text.replace(f"%{level + 1}", _in_form(count, form))
        return text.strip()


def _numbered(paragraph: Any, style: Any) -> tuple[str, int] | None:
    """The list and level of a paragraph: its own, else its style's. List 0 takes a paragraph out of its style's."""
    number = depth = None
    places = [paragraph.find(qn("w:pPr"))]
    while style is not None:
        places.append(style.element.find(qn("w:pPr")))
        style = style.base_style
    for place in places:
        own = place.find(qn("w:numPr")) if place is not None else None
        if own is not None:
            number = number or _value(own, "numId", "")
            depth = depth or _value(own, "ilvl", "")
    return (number, min(int(depth or 0), LEVELS - 1)) if number and number != "0" else None


def _value(element: Any, name: str, default: str) -> str:
    found = element.find(qn(f"w:{name}"))
    return found.get(qn("w:val"), default) if found is not None else default


def _in_form(count: int, form: str) -> str:
    if form in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman"):
        return _roman(count) if form == "upperRoman" else _roman(count).lower()
    return f"{count:02}" if form == "decimalZero" else str(count)


def _roman(number: int) -> str:
    signs = "M CM D CD C XC L XL X IX V IV I".split()
    out = ""
    for value, sign in zip((1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1), signs, strict=True):
        out += sign * (number // value)
        number %= value
    return out
