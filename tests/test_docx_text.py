"""Word's paragraphs as they are read in print."""

from collections.abc import Callable
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tools.library.parse.docx_text import Numbering, text_html

M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


def text(inner: str) -> str:
    return text_html(parse_xml(f"<w:p {nsdecls('w')} {M}>{inner}</w:p>"))


@pytest.mark.parametrize(
    ("inner", "read"),
    [
        ("<w:r><w:t>AR</w:t><w:noBreakHyphen/><w:t>240</w:t></w:r>", "AR-240"),
        ('<w:r><w:t>5 k</w:t></w:r><w:r><w:sym w:font="Symbol" w:char="F057"/></w:r>', "5 kΩ"),
        ('<w:r><w:t>10</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>6</w:t></w:r>', "10⁶"),
        ("<w:r><w:rPr><w:strike/></w:rPr><w:t>10 A</w:t></w:r><w:r><w:t>6 A</w:t></w:r>", "6 A"),
        ('<w:r><w:rPr><w:strike w:val="0"/></w:rPr><w:t>6 A</w:t></w:r>', "6 A"),
        ("<w:r><w:rPr><w:vanish/></w:rPr><w:t>old</w:t></w:r>", ""),
        ("<w:moveFrom><w:r><w:t>old</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>new</w:t></w:r></w:moveTo>", "new"),
        ("<w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins>", "new"),
        (
            "<m:oMath><m:f><m:num><m:r><m:t>3</m:t></m:r></m:num><m:den><m:r><m:t>4</m:t></m:r></m:den></m:f></m:oMath>",
            "3/4",
        ),
        (
            "<m:oMath><m:sSup><m:e><m:r><m:t>10</m:t></m:r></m:e><m:sup><m:r><m:t>3</m:t></m:r></m:sup></m:sSup></m:oMath>",
            "10³",
        ),
        ("<w:r><w:t>a &lt; b</w:t></w:r>", "a &lt; b"),
    ],
)
def test_what_is_read(inner: str, read: str) -> None:
    assert text(inner) == read


def test_numbers_are_counted_by_level_and_style() -> None:
    document = docx.Document()
    part = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{shown}"/></w:lvl>'
        for n, (form, shown) in enumerate([("decimal", "%1"), ("decimal", "%1.%2"), ("lowerLetter", "%3)")])
    )
    part.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90">{levels}</w:abstractNum>'))
    part.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="91"><w:abstractNumId w:val="90"/></w:num>'))
    label = labelled(document)
    assert [label(depth) for depth in (0, 1, 1, 2, 2, 0, 1)] == ["1", "1.1", "1.2", "a)", "b)", "2", "2.1"]


def labelled(document: Any) -> Callable[[int], str]:
    numbering = Numbering(document.part)

    def label(depth: int) -> str:
        own = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="91"/></w:numPr>'
        return numbering.label(parse_xml(f"<w:p {nsdecls('w')}><w:pPr>{own}</w:pPr></w:p>"), None)

    return label


def test_a_paragraph_in_no_list_has_no_number() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Text")
    assert Numbering(document.part).label(paragraph._element, paragraph.style) == ""
