from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.library.encode.minilm import _tokenizer as _minilm_tokenizer
from tools.library.evidence import Word, text_of
from tools.library.ingest.chunk import LARGEST, OVERLAP, SMALLEST, chunk
from tools.library.parse.parts import Block


def words_count(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def block(text: str, heading: str = "", page: int = 1) -> Block:
    words = [Word(w, page, (10.0 * n, 0, 10.0 * n + 8, 10)) for n, w in enumerate(text.split())]
    return Block((*words[:-1], words[-1]._replace(sep="\n")), heading)


def sentence(n: int, length: int = 10) -> str:
    return " ".join([f"Word{n}", *["and"] * (length - 2), "stop."])


def test_a_short_text_is_one_chunk_with_its_heading() -> None:
    (only,) = chunk([block("One short sentence here.", "1 Safety")], words_count)
    assert text_of(only.words) == "One short sentence here."
    assert only.heading == "1 Safety"


def test_chunks_are_of_256_to_512_tokens_and_share_fifty() -> None:
    """100 sentences of 10 words: 51 fit (510); the next starts with the last five again: 0-50, 46-96, 92-99."""
    chunks = chunk([block(" ".join(sentence(n) for n in range(100)))], words_count)
    assert [len(c.words) for c in chunks] == [510, 510, 80]
    first, second = chunks[0].words, chunks[1].words
    assert first[-OVERLAP:] == second[:OVERLAP]


def test_every_sentence_is_whole() -> None:
    for part in chunk([block(" ".join(sentence(n, 37) for n in range(60)))], words_count):
        assert part.words[0].text.startswith("Word") and part.words[-1].text == "stop."


def test_a_page_that_begins_with_a_heading_is_parted_from_the_one_before() -> None:
    """Slides: 44 and 44 words; nothing is shared. The third has only a title and stays with what follows it."""
    blocks = []
    for page, words in ((1, 40), (2, 40), (3, 0), (4, 60)):
        title = f"Title of slide {page}"
        blocks.append(block(title, title, page))
        blocks += [block(sentence(page, words), title, page)] if words else []
    chunks = chunk(blocks, words_count)
    assert [[w.page for w in c.words] for c in chunks] == [[1] * 44, [2] * 44, [3] * 4 + [4] * 64]
    assert [c.heading for c in chunks] == ["Title of slide 1", "Title of slide 2", "Title of slide 4"]


def test_a_page_that_goes_on_is_not_parted() -> None:
    blocks = [block(sentence(n, 60), "1 Setup", page=n) for n in (1, 2, 3)]
    assert len(chunk(blocks, words_count)) == 1


def test_a_new_section_starts_a_new_chunk_once_there_is_enough() -> None:
    long = " ".join(sentence(n) for n in range(30))
    chunks = chunk([block(long, "1 Setup"), block(long, "2 Care")], words_count)
    assert [c.heading for c in chunks] == ["1 Setup", "2 Care"]


def test_a_short_rest_joins_the_chunk_before_it_without_doubling_the_shared_part() -> None:
    """26 sentences (260) of section 1, then 5 (50) of section 2: together 310, not 310 + 50."""
    first, second = (" ".join(map(sentence, numbers)) for numbers in (range(26), range(26, 31)))
    chunks = chunk([block(first, "1"), block(second, "2")], words_count)
    assert [len(c.words) for c in chunks] == [310]


def test_a_sentence_without_end_is_cut_at_words() -> None:
    chunks = chunk([block(" ".join(f"w{n}" for n in range(1500)))], words_count)
    assert max(len(c.words) for c in chunks) <= LARGEST
    assert {w.text for c in chunks for w in c.words} == {f"w{n}" for n in range(1500)}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(alphabet="ab .!?\n1é—", min_size=1, max_size=300), max_size=12))
def test_no_word_is_lost_whatever_the_text(texts: list[str]) -> None:
    blocks = [block(text, str(n)) for n, text in enumerate(texts) if text.split()]
    kept = [w for c in chunk(blocks, words_count) for w in c.words]
    assert {w for b in blocks for w in b.words} == set(kept)


@pytest.mark.parametrize("count", [1, 400, 5000])
def test_sizes_by_the_encoders_own_tokenizer(count: int) -> None:
    tokenizer = _minilm_tokenizer()

    def tokens(texts: Sequence[str]) -> list[int]:
        return [len(e) for e in tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    text = " ".join(f"The separator element no. {n} lasts {n * 7} hours." for n in range(count))
    sizes = [tokens([text_of(c.words)])[0] for c in chunk([block(text)], tokens)]
    assert all(SMALLEST <= size <= LARGEST for size in sizes[:-1])
