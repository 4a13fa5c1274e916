"""An API's arguments read off a text: by pattern, by number, by date."""

from datetime import date

from pydantic import BaseModel, Field

from agent.llm.arguments import arguments
from tools.tool import Tool


class Weather(BaseModel):
    day: date = Field(description="the day")
    hours: int = Field(default=24, description="length in hours")


WEATHER = Tool("weather", "Call it for the weather on a day.", Weather, lambda args, context: [])


def test_a_date_and_a_number_are_read() -> None:
    question = "What was the weather on 2026-03-04, for 12 h?"
    assert arguments(WEATHER, question, [question]) == {"day": "2026-03-04", "hours": "12"}


def test_without_a_word_of_its_purpose_or_its_arguments_it_does_not_fit() -> None:
    assert arguments(WEATHER, "What happened on 2026-03-04?", ["What happened on 2026-03-04?"]) is None
    assert arguments(WEATHER, "What was the weather?", ["What was the weather?"]) is None


def test_the_first_place_that_has_them_all_counts() -> None:
    found = arguments(WEATHER, "And the weather?", ["And the weather?", "It began on 2026-03-04."])
    assert found and found["day"] == "2026-03-04"
