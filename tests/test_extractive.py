"""What the embedded model does with what is found: hand-made briefs, and words in common for reader and similarity."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import BaseModel, Field

from agent.llm.extractive import Extractive, joined, parts
from agent.llm.protocol import Brief, Call, Decision, Shown, Turn
from agent.llm.summaries import NOTE
from tools.language.blocks import units
from tools.language.words import terms
from tools.library.encode.answers import PassageText, ReadAnswer, ScoredUnit
from tools.tool import Tool


def overlap(text: str, others: Sequence[str]) -> list[float]:
    """Share of the first text's terms that the other has: 0 to 1."""
    asked = terms(text)
    return [len(asked & terms(other)) / max(len(asked), 1) for other in others]


class WordReader:
    """Log-odds 10 * (share of the question's terms in the unit) - 5; the span is the unit's last word."""

    calibration = SimpleNamespace(answerable=0.5, sure=0.5)

    def __init__(self, sure: float = 0.0) -> None:
        self.sure = sure
        self.asked: list[tuple[str, str]] = []

    def read(self, question: str, passages: Sequence[PassageText], before: str = "") -> ReadAnswer:
        self.asked.append((question, before))
        found = [
            ScoredUnit(n, unit, 10 * overlap(question, [unit.text])[0] - 5, self._last(unit.text), self.sure)
            for n, passage in enumerate(passages)
            for unit in units(passage.text)
        ]
        return ReadAnswer(tuple(found), max(((unit.score + 5) / 10 for unit in found), default=0.0))

    @staticmethod
    def _last(text: str) -> tuple[int, int]:
        return text.rstrip(".").rfind(" ") + 1, len(text.rstrip("."))


class Query(BaseModel):
    query: str


class Stock(BaseModel):
    part_number: str = Field(pattern=r"^[A-Z]{2}-\d{4}$", description="number of the spare part")


def tool(name: str, args: type[BaseModel] = Query, when: str = "") -> Tool:
    return Tool(name, when, args, lambda args, context: [])


OWN = ("search_text", "search_images", "search_by_image", "open_page", "query_table", "list_documents")
TOOLS = [tool(name) for name in OWN]
STOCK = tool("parts_stock", Stock, "Call it for the stock or price of a spare part whose part number is known.")
TABLE = (
    "Table 6-2 Tightening torques\n| Fastener | Size | Grade | Torque (N·m) |\n|---|---|---|---|\n"
    "| Cylinder head bolts | M10 | 8.8 | 48 |\n| Cover screws | M6 | 8.8 | 9 |"
)


def model(sure: float = 0.0) -> Extractive:
    return Extractive(overlap, WordReader(sure))  # type: ignore[arg-type]


def shown(key: int, text: str, kind: str = "passage", heading: str = "", **more) -> Shown:
    return Shown(key=key, kind=kind, title="manual", page=3, heading=heading, text=text, **more)


def said(question: str, *evidence: Shown, **more) -> list[str]:
    return [claim.text for claim in model().write(Brief(question=question, evidence=evidence, **more)).claims]


def course(question: str, tools: Sequence[Tool] = TOOLS, **more) -> list[Decision]:
    """The calls it makes, of which none finds anything."""
    calls: tuple[Call, ...] = ()
    while len(calls) < 10:
        decision = model().decide(Brief(question=question, calls=calls, **more), tools)
        if decision.action == "answer":
            return [Decision(thought="", action=call.tool, args=call.args) for call in calls]
        calls = (*calls, Call(tool=decision.action, args=decision.args))
    raise AssertionError("it never answers")


# choosing tools


def test_text_and_pictures_are_searched_then_it_answers() -> None:
    calls = course("How often is the oil changed?")
    assert [call.action for call in calls] == ["search_text", "search_images"]
    assert calls[0].args == {"query": "How often is the oil changed?"}


def test_where_there_are_no_pictures_none_are_searched() -> None:
    assert [call.action for call in course("How often is the oil changed?", TOOLS[:1])] == ["search_text"]


def test_a_picture_is_searched_with_first() -> None:
    decision = model().decide(Brief(question="What is this?", image=Path("x.jpg")), TOOLS)
    assert (decision.action, decision.args["key"]) == ("search_by_image", 0)


@pytest.mark.parametrize("question", ["Which documents do you have?", "How many pages has the manual?", "Hello"])
def test_a_question_about_the_library_is_asked_of_its_catalogue(question: str) -> None:
    assert [call.action for call in course(question)] == ["list_documents"]


def test_an_api_is_called_when_its_arguments_stand_in_the_question() -> None:
    tools = [*TOOLS, STOCK]

    def first(question: str) -> Decision:
        return model().decide(Brief(question=question), tools)

    assert first("How many AR-1042 are in stock?").action == "parts_stock"
    assert first("How many AR-1042 are in stock?").args == {"part_number": "AR-1042"}
    others = ("How many are in stock?", "What does AR-1042 do?", "Which part is AR-1042?", "Is AR-10425 in stock?")
    for question in others:
        assert first(question).action == "search_text", question


def test_a_follow_up_fills_an_api_from_what_was_cited() -> None:
    brief = Brief(
        question="And how many of these do we have in stock?",
        history=(Turn(question="What is this?", answer="Spider [4]", keys=(4,)),),
        evidence=(shown(4, "Spider, part number AR-1042", "figure", fresh=False),),
    )
    assert model().decide(brief, [*TOOLS, STOCK]).args == {"part_number": "AR-1042"}


def test_a_follow_up_is_searched_alone_and_with_what_it_follows() -> None:
    history = (Turn(question="What torque do the cylinder head bolts need?", answer="48 N·m [1]", keys=(1,)),)
    queries = [call.args["query"] for call in course("And the cover?", history=history)]
    assert queries[:2] == ["And the cover?", "And the cover? What torque do the cylinder head bolts need?"]
    assert joined(Brief(question="And the cover?")) == "And the cover?"


def test_a_count_asks_the_tables_once_nothing_else_answers_and_a_bound_at_once() -> None:
    assert "query_table" not in [call.action for call in course("How many parts are there in stock?")]
    assert course("How many parts are there in stock?", feedback=("nothing",))[-1].action == "query_table"
    assert course("Which parts cost over 50 EUR?")[-1].action == "query_table"


# saying


def test_the_sentence_that_answers_is_quoted_as_it_stands() -> None:
    text = "Wear gloves.\nThe separator element must be replaced every 4000 h.\nStore it dry."
    brief = Brief(question="How often must the separator element be replaced?", evidence=(shown(2, text),))
    (claim,) = model().write(brief).claims
    assert claim.text == "The separator element must be replaced every 4000 h."
    assert (claim.citations[0].key, claim.citations[0].quote, claim.short) == (2, claim.text, "")


def test_a_sure_span_stands_before_its_sentence() -> None:
    brief = Brief(question="How long does the belt last?", evidence=(shown(1, "The belt does last about 4000."),))
    (claim,) = model(sure=0.9).write(brief).claims
    assert (claim.short, claim.headed) == ("4000", "4000 — The belt does last about 4000.")


def test_of_a_long_row_its_name_and_the_asked_cell_are_said_and_all_of_it_is_quoted() -> None:
    brief = Brief(question="torque of the cylinder head bolts", evidence=(shown(5, TABLE, "table"),))
    (claim,) = model(sure=0.9).write(brief).claims
    assert claim.text == "Fastener: Cylinder head bolts · Torque (N·m): 48"
    assert claim.citations[0].quote == "Cylinder head bolts | M10 | 8.8 | 48"
    (unsure,) = model().write(brief).claims
    assert unsure.text == "Fastener: Cylinder head bolts · Size: M10 · Grade: 8.8 · Torque (N·m): 48"


def test_steps_are_said_whole() -> None:
    text = "Changing the belt filter:\n1. Loosen the belt.\n2. Take out the filter.\n3. Put in the new one."
    assert said("changing the belt filter", shown(1, text)) == [" ".join(text.split())]


def test_each_part_of_a_question_is_answered_or_named_as_missing() -> None:
    evidence = (shown(1, "The belt weighs 2 kg.\nThe door is red."),)
    draft = model().write(Brief(question="What does the belt weigh and where is the pump?", evidence=evidence))
    assert [claim.text for claim in draft.claims] == ["The belt weighs 2 kg."]
    assert draft.missing == "where is the pump?"


def test_the_nearest_nonsense_is_not_said() -> None:
    assert said("Who is the chief executive of the company?", shown(1, "The drive belt is checked each week.")) == []
    assert said("How often?") == []


def test_a_code_and_a_quantity_that_were_asked_for_must_stand_there() -> None:
    evidence = shown(1, "E21 means that the discharge temperature is too high.")
    assert said("What does E21 mean: discharge temperature?", evidence) != []
    assert said("What does E22 mean: discharge temperature?", evidence) == []
    delivery = shown(1, "The free air delivery at 50 Hz is 6.8 m³/min.")
    assert said("What is the free air delivery at 50 Hz?", delivery) != []
    assert said("What is the free air delivery at 60 Hz?", delivery) == []


def test_a_follow_up_does_not_repeat_what_was_said() -> None:
    history = (Turn(question="How heavy is the belt?", answer="The belt is 2 kg heavy. [1]", keys=(1,)),)
    evidence = (shown(1, "The belt is 2 kg heavy.", fresh=False),)
    assert said("And how wide is the belt?", *evidence, history=history) == []
    assert said("How heavy is the belt?", shown(1, "The belt is 2 kg heavy.")) == ["The belt is 2 kg heavy."]


def test_a_follow_up_is_read_with_the_question_before_it() -> None:
    reader = WordReader()
    history = (Turn(question="How heavy is the belt?", answer="2 kg", keys=()),)
    brief = Brief(question="And its width?", history=history, evidence=(shown(1, "Its width is 4 cm."),))
    Extractive(overlap, reader).write(brief)  # type: ignore[arg-type]
    assert ("And its width?", "How heavy is the belt?") in reader.asked


def test_the_best_likeness_of_a_picture_is_named_by_its_own_text() -> None:
    texts = ("Coupling spider.\nPart number: AR-1042", "Oil filter.\nPart number: AR-2000")
    figures = [shown(n, text, "figure", tool="search_by_image", rank=n) for n, text in enumerate(texts, 1)]
    calls = (Call(tool="search_by_image", args={}, keys=(1, 2)),)
    text = " ".join(said("Which part number is this?", *figures, image=Path("x.jpg"), calls=calls))
    assert "AR-1042" in text and "AR-2000" not in text


def test_an_api_that_has_no_answer_is_not_replaced_by_a_document() -> None:
    calls = (Call(tool="parts_stock", args={}, error="It knows no AR-1042."),)
    assert said("How many AR-1042 are in stock?", shown(1, "AR-1042 are in stock."), calls=calls) == []


def test_the_catalogue_and_the_result_of_a_query_are_said_line_by_line() -> None:
    catalogue = shown(1, "Documents in the library: 2\na.pdf, pages: 3\nb.pdf, pages: 4", "record")
    calls = (Call(tool="list_documents", args={}, keys=(1,)),)
    assert said("Which documents do you have?", catalogue, calls=calls)[1:] == ["a.pdf, pages: 3", "b.pdf, pages: 4"]
    result = shown(2, "| part | price |\n| --- | --- |\n| A-1 | 60 |\n| A-2 | 70 |", "record")
    result = result.model_copy(update={"title": "parts.csv#sql=SELECT part, price FROM parts_1 WHERE price > 50"})
    calls = (Call(tool="query_table", args={}, keys=(2,)),)
    assert said("Which parts cost over 50?", result, calls=calls) == ["part: A-1 · price: 60", "part: A-2 · price: 70"]


def test_a_summary_is_first_sentences_under_their_headings_and_says_so() -> None:
    pages = [
        shown(1, "7 Care\nWash it daily. Use soap.", heading="7 Care"),
        shown(2, "Change the oil warm. Drain it first.", heading="7 Care > 7.1 Oil"),
        shown(3, "Stop it.", heading="8 End"),
    ]
    calls = (Call(tool="search_text", args={}, keys=(1,)), Call(tool="open_page", args={}, keys=(1, 2, 3)))
    draft = model().write(Brief(question="Summarise the chapter Care.", evidence=tuple(pages), calls=calls))
    assert [claim.text for claim in draft.claims] == ["Wash it daily.", "Change the oil warm."]
    assert (draft.claims[1].headed, draft.note) == ("7.1 Oil — Change the oil warm.", NOTE)


def test_statements_stay_with_their_question_and_questions_part() -> None:
    assert parts("It tripped on E21. How cool must it get?") == ["It tripped on E21. How cool must it get?"]
    assert parts("What is it and what does it cost?") == ["What is it", "what does it cost?"]
    assert parts("Show me the diagram.") == ["Show me the diagram."]
