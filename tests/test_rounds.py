"""What a round shows: windows that answer and some that do not, in batches of a size."""

from random import Random

from evals.reader.examples import Example, GoldAnswer
from evals.training.reader.rounds import ANSWERING, MOST, TOKENS, QuestionRounds, labelled, tokens_of
from tools.library.encode.answers import PassageText
from tools.library.encode.answers.packing import WindowPart

PUMP = PassageText("Pump", "Data", "The pump delivers 40 litres. It weighs 12 kg.")
MILL = PassageText("Mill", "Data", "The mill turns at 900 rpm. It is painted green.")


def example(document: str, passage: PassageText, quote: str) -> Example:
    at = passage.text.index(quote)
    return Example(f"What about {quote}?", (passage,), (GoldAnswer(0, at, at + len(quote), True),), document, "written")


WRITTEN = [example("p", PUMP, "12 kg"), example("m", MILL, "900 rpm")]


def test_the_answer_is_marked_in_its_window() -> None:
    (one,) = labelled(WRITTEN[0], Random(0))
    ((place, span),) = one.answers.items()
    part = one.window.parts[place]
    assert (place, part.unit) == (1, 1)
    assert span == (part.last - 3, part.last - 2)  # "12", "kg", and "." behind them


def test_no_more_windows_than_the_most() -> None:
    long = PassageText("", "", " ".join(f"Line {n} says nothing about it at all." for n in range(200)))
    many = Example("What about 12 kg?", (long, *[PUMP] * 4), (GoldAnswer(1, 40, 45, True),), "d", "k")
    found = labelled(many, Random(0))
    assert len(found) == MOST and sum(bool(one.answers) for one in found) <= ANSWERING


def test_where_nothing_answers_no_window_does() -> None:
    none = Example("What?", (PUMP, MILL), (), "d", "k")
    assert [one.answers for one in labelled(none, Random(0))] == [{}, {}]


def test_tokens_of_characters() -> None:
    part = WindowPart(0, 7, 10, ((0, 3), (4, 6), (6, 7)))
    assert tokens_of(part, (4, 7)) == (8, 9)
    assert tokens_of(part, (0, 7)) == (7, 9)
    assert tokens_of(part, None) is None and tokens_of(part, (20, 22)) is None


def test_a_round_is_the_same_for_the_same_number_and_keeps_a_question_together() -> None:
    rounds = QuestionRounds({"tatqa": WRITTEN}, WRITTEN)
    found = rounds.batches(0)
    assert found == rounds.batches(0) and found != rounds.batches(1)
    homes: dict[int, int] = {}
    for number, batch in enumerate(found):
        longest = max(len(one.window.ids) for one in batch)
        assert len(batch) * longest <= TOKENS or len({one.question for one in batch}) == 1
        assert all(homes.setdefault(one.question, number) == number for one in batch)


def test_a_written_question_may_be_asked_where_nothing_answers() -> None:
    rounds = QuestionRounds({}, WRITTEN)
    drawn = [one for number in range(30) for one in rounds.draw(number) if one.kind.startswith("written")]
    gone = [one for one in drawn if not one.answers]
    assert 0.05 < len(gone) / len(drawn) < 0.45
    assert all(PUMP not in one.passages for one in gone if one.document == "p")
