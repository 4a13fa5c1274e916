"""The rules by themselves: hand-made briefs, and words in common for a similarity."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from pydantic import BaseModel, Field

from agent.llm.extractive import Extractive, standalone
from agent.llm.protocol import Brief, Call, Shown, Turn
from agent.llm.summaries import NOTE
from tools.tool import Tool


def overlap(text: str, others: Sequence[str]) -> list[float]:
    """Share of the first text's words that the other has: 0 to 1."""
    asked = set(re.findall(r"\w+", text.lower()))
    return [len(asked & set(re.findall(r"\w+", other.lower()))) / max(len(asked), 1) for other in others]


class Query(BaseModel):
    query: str


class Stock(BaseModel):
    part_number: str = Field(pattern=r"^[A-Z]{2}-\d{4}$", description="number of the spare part")


def tool(name: str, args: type[BaseModel] = Query, when: str = "") -> Tool:
    return Tool(name, when, args, lambda args, context: [])


TOOLS = [tool(n) for n in ("search_text", "search_images", "search_by_image", "open_page")]
STOCK = tool("parts_stock", Stock, "Call it for the stock or price of a spare part whose part number is known.")
MODEL = Extractive(overlap)


def passage(key: int, text: str, heading: str = "", **more) -> Shown:
    return Shown(key=key, kind="passage", title="manual", page=3, heading=heading, text=text, **more)


def shown_as(kind: str, text: str) -> Shown:
    return Shown(key=1, kind=kind, title="manual", page=3, heading="", text=text)


def said(question: str, *evidence: Shown, **more) -> list[str]:
    return [claim.text for claim in MODEL.draft(Brief(question=question, evidence=evidence, **more)).claims]


# deciding


def test_text_first_then_answer() -> None:
    first = MODEL.decide(Brief(question="How often is the oil changed?"), TOOLS)
    assert (first.action, first.args) == ("search_text", {"query": "How often is the oil changed?"})
    call = Call(tool=first.action, args=first.args)
    assert MODEL.decide(Brief(question="How often is the oil changed?", calls=(call,)), TOOLS).action == "answer"


def test_a_picture_is_searched_with_first() -> None:
    decision = MODEL.decide(Brief(question="What is this?", image=Path("x.jpg")), TOOLS)
    assert (decision.action, decision.args["key"]) == ("search_by_image", 0)


@pytest.mark.parametrize("word", ["diagram", "photo", "drawing", "screenshot", "flowchart"])
def test_a_picture_word_searches_pictures(word: str) -> None:
    assert MODEL.decide(Brief(question=f"Show me the {word} of the pump"), TOOLS).action == "search_images"


def test_an_api_is_called_when_its_arguments_stand_in_the_question() -> None:
    tools = [*TOOLS, STOCK]
    decision = MODEL.decide(Brief(question="How many AR-1042 are in stock?"), tools)
    assert (decision.action, decision.args) == ("parts_stock", {"part_number": "AR-1042"})
    assert MODEL.decide(Brief(question="How many of them are in stock?"), tools).action == "search_text"
    assert MODEL.decide(Brief(question="What does AR-1042 do?"), tools).action == "search_text"
    assert MODEL.decide(Brief(question="Which part is AR-1042?"), tools).action == "search_text"
    assert MODEL.decide(Brief(question="Is AR-10425 in stock?"), tools).action == "search_text"


def test_a_follow_up_fills_an_api_from_what_was_cited() -> None:
    shown = Shown(
        key=4, kind="figure", title="parts", page=1, heading="", text="Spider, part number AR-1042", fresh=False
    )
    brief = Brief(
        question="And how many of these do we have in stock?",
        history=(Turn(question="What is this?", answer="Spider [4]", keys=(4,)),),
        evidence=(shown,),
    )
    assert MODEL.decide(brief, [*TOOLS, STOCK]).args == {"part_number": "AR-1042"}


def test_a_follow_up_is_searched_with_what_it_points_at() -> None:
    history = (Turn(question="What torque do the cylinder head bolts need?", answer="48 N·m [1]", keys=(1,)),)
    assert "cylind" in standalone(Brief(question="And the cover?", history=history))
    whole = "How often is the separator element replaced?"
    assert standalone(Brief(question=whole, history=history)) == whole


def test_after_a_refusal_it_searches_otherwise_and_it_always_ends() -> None:
    calls: tuple[Call, ...] = ()
    actions = []
    for _ in range(10):
        brief = Brief(question="What is the colour of the door?", calls=calls, feedback=("nothing",))
        decision = MODEL.decide(brief, TOOLS)
        actions.append(decision.action)
        if decision.action == "answer":
            break
        calls = (*calls, Call(tool=decision.action, args=decision.args))
    assert actions == ["search_text", "search_text", "search_images", "answer"]


# writing


def test_the_sentence_that_answers_is_quoted_as_it_stands() -> None:
    text = "Wear gloves.\nThe separator element must be replaced every 4000 h.\nStore it dry."
    brief = Brief(question="How often must the separator element be replaced?", evidence=(passage(2, text),))
    (claim,) = MODEL.draft(brief).claims
    assert claim.text == "The separator element must be replaced every 4000 h."
    assert (claim.citations[0].key, claim.citations[0].quote) == (2, claim.text)


def test_the_nearest_nonsense_is_not_said() -> None:
    assert said("Who is the chief executive of the company?", passage(1, "The drive belt is checked each week.")) == []


def test_a_code_that_was_asked_for_must_stand_there() -> None:
    evidence = passage(1, "E21 means that the discharge temperature is too high.")
    assert said("What does error E21 mean?", evidence) != []
    assert said("What does error E22 mean?", evidence) == []


def test_a_table_row_reads_with_its_header_and_quotes_the_row() -> None:
    text = (
        "Table 6-2 Tightening torques\n| Fastener | Size | Torque (N·m) |\n|---|---|---|\n"
        "| Cylinder head bolts | M10 | 48 |\n| Cover screws | M6 | 9 |"
    )
    table = Shown(key=5, kind="table", title="manual", page=9, heading="Care", text=text)
    brief = Brief(question="What torque do the cylinder head bolts need?", evidence=(table,))
    claim = MODEL.draft(brief).claims[0]
    assert claim.text == "Fastener: Cylinder head bolts · Size: M10 · Torque (N·m): 48"
    assert claim.citations[0].quote == "Cylinder head bolts | M10 | 48"


def test_the_best_likeness_of_a_picture_is_named_by_its_own_text() -> None:
    shown = [
        Shown(key=n, kind="figure", title="p", page=1, heading="", text=text, tool="search_by_image", rank=n)
        for n, text in ((1, "Coupling spider.\nPart number: AR-1042"), (2, "Oil filter.\nPart number: AR-2000"))
    ]
    text = " ".join(said("Which part is this, and what is its part number?", *shown))
    assert "AR-1042" in text and "AR-2000" not in text


def test_nothing_found_nothing_said() -> None:
    assert said("How often?") == []
    assert said("", passage(1, "The oil is changed.")) == []


# what is answered as a whole


@pytest.mark.parametrize("question", ["Which documents do you have?", "How many pages has the manual?", "Hello"])
def test_a_question_about_the_library_is_asked_of_its_catalogue(question: str) -> None:
    assert MODEL.decide(Brief(question=question), [*TOOLS, tool("list_documents")]).action == "list_documents"


def test_a_bound_asks_the_tables_and_a_count_does_once_nothing_else_answers() -> None:
    tools = [*TOOLS, tool("query_table")]

    def last(question: str, **more) -> str:
        calls: tuple[Call, ...] = ()
        while (decision := MODEL.decide(Brief(question=question, calls=calls, **more), tools)).action != "answer":
            calls = (*calls, Call(tool=decision.action, args=decision.args))
        return calls[-1].tool

    assert last("Which parts cost over 50 EUR?") == "query_table"
    assert last("How many parts are there in stock?") == "search_text"
    assert last("How many parts are there in stock?", feedback=("nothing",)) == "query_table"


def test_the_catalogue_and_the_result_of_a_query_are_said_line_by_line() -> None:
    catalogue = shown_as("record", "Documents in the library: 2\na.pdf, pages: 3\nb.pdf, pages: 4")
    calls = (Call(tool="list_documents", args={}, keys=(1,)),)
    lines = said("Which documents do you have?", catalogue, calls=calls)
    assert lines == ["Documents in the library: 2", "a.pdf, pages: 3", "b.pdf, pages: 4"]
    result = shown_as("record", "| part | price |\n| --- | --- |\n| A-1 | 60 |\n| A-2 | 70 |")
    result = result.model_copy(update={"title": "parts.csv#sql=SELECT part, price FROM parts_1 WHERE price > 50"})
    calls = (Call(tool="query_table", args={}, keys=(1,)),)
    assert said("Which parts cost over 50?", result, calls=calls) == ["part: A-1 · price: 60", "part: A-2 · price: 70"]


def test_a_summary_is_first_sentences_under_their_headings_and_says_so() -> None:
    pages = (
        passage(1, "7 Care\nWash it daily. Use soap.", "7 Care"),
        passage(2, "Change the oil warm. Drain it first.", "7 Care > 7.1 Oil"),
        passage(3, "Stop it.", "8 End"),
    )
    calls = (Call(tool="search_text", args={}, keys=(1,)), Call(tool="open_page", args={}, keys=(1, 2, 3)))
    draft = MODEL.draft(Brief(question="Summarise the chapter Care.", evidence=pages, calls=calls))
    assert [claim.text for claim in draft.claims] == ["Wash it daily.", "Change the oil warm."]
    assert (draft.claims[1].headed, draft.note) == ("7.1 Oil — Change the oil warm.", NOTE)


def test_a_part_of_a_question_that_nothing_answers_is_named() -> None:
    evidence = (passage(1, "The belt of the pump weighs 2 kg."),)
    draft = MODEL.draft(Brief(question="What does the belt weigh and who is the chief executive?", evidence=evidence))
    assert ([claim.text for claim in draft.claims], draft.missing) == (
        [evidence[0].text],
        "who is the chief executive?",
    )


# conditions


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What is the weight of the AR-240?", "Weight 0.21 kg. Fits AR-240 and AR-300."),
        ("What is the mass of the AR-180?", "Mass 3 kg. Fits AR-180."),
        ("What is item 6 in Figure 5-1?", "Figure 4-2 shows item 6, the coupling hub."),
        ("What is the minimum thickness of the pad?", "The maximum thickness of the pad is 17.0 mm."),
        ("What torque does the safety valve get?", "The safety valve is set to 10.0 bar."),
        ("What is the free air delivery at 60 Hz?", "The free air delivery at 50 Hz is 6.8 m³/min."),
    ],
)
def test_what_holds_for_something_else_does_not_answer(question: str, text: str) -> None:
    assert said(question, passage(1, text)) == []


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Which machine does the spider fit?", "The spider fits the machine AR-240."),
        ("What is item 6 in Figure 5-1?", "Item 6 in Figure 5-1 is the function key."),
        ("What is the minimum thickness of the pad?", "The minimum thickness of the pad is 14.5 mm."),
        ("What torque does the safety valve get?", "Tighten the safety valve to a torque of 80 N·m."),
    ],
)
def test_what_holds_for_it_does(question: str, text: str) -> None:
    assert said(question, passage(1, text)) == [text]
