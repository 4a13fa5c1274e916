"""Which paragraphs speak of a figure."""

import pytest

from tools.library.evidence import Word
from tools.library.parse.layout.mentions import LONGEST, with_mentions
from tools.library.parse.parts import Block, FigurePart


def words(text: str, page: int = 1, top: float = 0) -> tuple[Word, ...]:
    return tuple(Word(word, page, (0, top, 10, top + 10)) for word in text.split())


def block(text: str, page: int = 1, top: float = 0) -> Block:
    return Block(words(text, page, top))


def mention(caption: str, *texts: str, flowing: bool = False) -> str:
    figure = FigurePart(b"", 1, (0, 100, 50, 150), words(caption, top=160))
    (found,) = with_mentions([block(text) for text in texts], [figure], flowing=flowing)
    return found.mention


@pytest.mark.parametrize(
    ("caption", "text"),
    [
        ("Figure 3. The pump", "The pump (see Figure 3) moves oil."),
        ("Fig. 3-2 Valve", "As Fig. 3-2 shows, it closes."),
        ("FIGURE 12: Wear", "Compare figures 11 and 12 here."),
        ("Figure 4 Filter", "It is Fig. 4a that counts."),
        ("Figure 5", "Figures 3, 4 and 5 were drawn."),
        ("Figure A.1 Map", "See Figure A.1."),
        ("Abb. 2: Pumpe", "Das zeigt Abbildung 2 deutlich."),
        ("Chart 7: Sales", "See chart 7 for the sales."),
    ],
)
def test_numbers_are_found_however_they_are_written(caption: str, text: str) -> None:
    assert mention(caption, "Nothing of it here.", text) == text


@pytest.mark.parametrize("text", ["Figure 33 is another.", "See Figure 3-2.", "See Table 3.", "Figure 3 The pump"])
def test_other_numbers_and_the_caption_itself_are_no_mention(text: str) -> None:
    assert mention("Figure 3 The pump", text) == ""


def test_whole_paragraphs_as_many_as_fit() -> None:
    long = "Figure 1 is old. " + "word " * 200
    found = mention("Figure 1", long, "Figure 1 again here.", long + "more")
    assert found == f"{long.strip()}\nFigure 1 again here."
    assert len(found) <= LONGEST


def test_a_picture_without_number_has_the_paragraph_before_it_where_text_flows() -> None:
    texts = ["A first paragraph of some words.", "The valve shuts the line off.", "Short."]
    assert mention("A valve", *texts, flowing=True) == "The valve shuts the line off."
    assert mention("A valve", *texts) == ""


def test_a_paragraph_that_began_on_the_page_before_is_whole() -> None:
    figure = FigurePart(b"", 2, (0, 100, 50, 150))
    blocks = [block("The valve shuts", 1, 700), block("the line off at once.", 2, 20), block("After it.", 2, 200)]
    (found,) = with_mentions(blocks, [figure], flowing=True)
    assert found.mention == "The valve shuts the line off at once."
