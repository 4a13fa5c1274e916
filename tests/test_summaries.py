"""A chapter's first sentences: which pages are opened, and what is said of them."""

from collections.abc import Sequence

from agent.llm import summaries
from agent.llm.protocol import Brief, Call, Shown


def by_words(text: str, others: Sequence[str]) -> list[float]:
    asked = set(text.lower().split())
    return [len(asked & set(other.lower().split())) / len(asked) for other in others]


def passage(key: int, heading: str, text: str, page: int = 1) -> Shown:
    return Shown(key=key, kind="passage", title="manual", page=page, heading=heading, text=text)


OIL = passage(4, "3 Oil", "3 Oil\nUse S46 only. Nothing else.", 2)
CHANGE = passage(5, "3 Oil > 3.1 Change", "Drain it warm.", 3)
SAFETY = passage(6, "1 Safety", "Wear gloves.", 2)


def test_the_pages_from_the_one_under_the_nearest_heading_are_opened() -> None:
    found = Call(tool="search_text", args={}, keys=(6, 4))
    brief = Brief(question="summarise oil", evidence=(OIL, SAFETY), calls=(found,))
    opened = [args for _, tool, args in summaries.calls(brief, by_words) if tool == "open_page"]
    assert opened == [{"key": 4, "offset": 0}, {"key": 4, "offset": 1}, {"key": 4, "offset": 2}]


def test_each_heading_of_that_chapter_gives_its_first_whole_sentence() -> None:
    calls = (Call(tool="search_text", args={}, keys=(4,)), Call(tool="open_page", args={}, keys=(5, 6, 4)))
    brief = Brief(question="summarise oil", evidence=(OIL, CHANGE, SAFETY), calls=calls)
    claims = summaries.first_sentences(brief, by_words)
    assert [(one.short, one.text) for one in claims] == [("3 Oil", "Use S46 only."), ("3.1 Change", "Drain it warm.")]
    assert [one.citations[0].quote for one in claims] == ["Use S46 only.", "Drain it warm."]


def test_where_nothing_has_a_heading_nothing_is_summarised() -> None:
    bare = OIL.model_copy(update={"heading": ""})
    brief = Brief(question="summarise oil", evidence=(bare,), calls=(Call(tool="search_text", args={}, keys=(4,)),))
    assert [tool for _, tool, _ in summaries.calls(brief, by_words)] == ["search_text"]
    assert summaries.first_sentences(brief, by_words) == ()
