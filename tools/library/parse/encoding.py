"""Bytes of a text file as text: by byte order mark, as UTF-8, as the file declares, else detected."""

import codecs
import re

import charset_normalizer

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WESTERN = "cp1252"
"""What is called Latin-1 on the web; its dashes, quotation marks and € are control characters in Latin-1 itself."""
ALONE = 0.5
"""Share of bytes beyond ASCII that stand alone between ASCII letters, from which a text is in Latin letters: nearly all
in German or French, where detection has little to go by; few in Cyrillic, Greek and Japanese."""


def decode(data: bytes, declared: str = "") -> str:
    """The text. `declared` is the encoding that the file itself names; what it cannot read is replaced.

    Detection is charset-normalizer's. A stray byte in UTF-8 is read alone, as Windows would.
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        strays = sum("\udc80" <= char <= "\udcff" for char in data.decode(errors="surrogateescape"))
    beyond = sum(byte > 0x7F for byte in data)
    if beyond > 3 * strays:  # two bytes make a letter: most are good UTF-8
        return data.decode(errors="exhibit_stray")
    return data.decode(_known(declared) or _detected(data, beyond), errors="replace")


def _stray(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode(WESTERN, errors="replace"), error.end


codecs.register_error("exhibit_stray", _stray)


def _known(declared: str) -> str:
    try:
        name = codecs.lookup(declared).name if declared else ""
    except LookupError:
        return ""
    return WESTERN if name in ("iso8859-1", "ascii") else "" if name == "utf-8" else name


def _detected(data: bytes, beyond: int) -> str:
    alone = beyond - sum(len(run) for run in re.findall(rb"[\x80-\xff]{2,}", data))
    best = None if alone >= ALONE * beyond else charset_normalizer.from_bytes(data).best()
    return best.encoding if best else WESTERN
