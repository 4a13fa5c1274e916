"""Sentences over columns and pages."""

from tools.library.evidence import Word, text_of
from tools.library.parse.layout.breaks import over_breaks
from tools.library.parse.parts import Block


def block(text: str, page: int, y: float, heading: str = "") -> Block:
    words = [Word(word, page, (50 + 20 * n, y, 65 + 20 * n, y + 10)) for n, word in enumerate(text.split())]
    return Block((*words[:-1], words[-1]._replace(sep="\n")), heading)


def joined(*blocks: Block, known: frozenset[str] = frozenset()) -> list[str]:
    return [text_of(one.words).strip() for one in over_breaks(blocks, known)]


def test_a_sentence_goes_on_over_the_page() -> None:
    upper, lower = block("The valve must never be", 1, 700), block("opened by hand.", 2, 60)
    assert joined(upper, lower) == ["The valve must never be opened by hand."]
    assert {word.page for word in over_breaks([upper, lower], frozenset())[0].words} == {1, 2}


def test_captions_and_footnotes_between_do_not_matter() -> None:
    upper, lower = block("The valve must never be", 1, 700), block("opened by hand.", 2, 300)
    assert joined(upper, block("Figure 1. The boiler house", 2, 200), block("1 Renewed in 2019.", 2, 250), lower) == [
        "The valve must never be opened by hand.",
        "Figure 1. The boiler house",
        "1 Renewed in 2019.",
    ]


def test_what_is_finished_headed_otherwise_or_begins_anew_stays_apart() -> None:
    lower = block("opened by hand.", 2, 60)
    assert len(joined(block("The valve is never touched.", 1, 700), lower)) == 2
    assert len(joined(block("The valve must never be", 1, 700, "Valves"), lower)) == 2
    assert len(joined(block("The valve must never be", 1, 700), block("Opened by hand.", 2, 60))) == 2
    assert len(joined(block("Two words", 1, 700), lower)) == 2
    assert len(joined(block("0 0 0 0", 1, 50), block("0", 1, 70), block("a", 1, 90))) == 3  # nothing breaks the page
    assert len(joined(block("The valve must never be", 1, 700), block("• opened by hand.", 2, 60))) == 2


def test_a_word_cut_by_the_page_is_whole() -> None:
    assert joined(block("The valve is never per-", 1, 700), block("mitted to close.", 2, 60)) == [
        "The valve is never permitted to close."
    ]
