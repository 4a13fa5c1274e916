"""Long text in pieces that an encoder can read whole."""

from collections.abc import Sequence

from tools.library.encode.protocol import Reader


def windows(text: str, reader: Reader, overlap: int = 32) -> list[str]:
    """The text in pieces of at most `reader.limit` tokens that share about `overlap` tokens; cut at blanks.

    A single word over the limit is cut by characters.
    """
    if reader.count([text])[0] <= reader.limit:
        return [text]
    words = [piece for word in text.split() for piece in _fitting(word, reader)]
    sizes = reader.count(words)
    pieces, start = [], 0
    while start < len(words):
        end, size = start, 0
        while end < len(words) and size + sizes[end] <= reader.limit:
            size += sizes[end]
            end += 1
        end = max(end, start + 1)
        pieces.append(" ".join(words[start:end]))
        if end == len(words):
            break
        start = max(start + 1, _step_back(sizes, end, overlap))
    return pieces


def _step_back(sizes: Sequence[int], end: int, overlap: int) -> int:
    """The index from which the next window starts so that it repeats at most `overlap` tokens."""
    size = 0
    while end > 0 and size + sizes[end - 1] <= overlap:
        size += sizes[end - 1]
        end -= 1
    return end


def _fitting(word: str, reader: Reader) -> list[str]:
    if len(word) <= reader.limit // 2 or reader.count([word])[0] <= reader.limit:
        return [word]
    half = len(word) // 2
    return _fitting(word[:half], reader) + _fitting(word[half:], reader)
