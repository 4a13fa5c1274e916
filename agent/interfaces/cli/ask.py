"""exhibit ask: one question, and the answer as a person or a program reads it."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from agent.interfaces.cli import console

if TYPE_CHECKING:
    from agent.answer import Answer
    from agent.assistant import Assistant


def ask(
    question: str,
    image: console.Image = None,
    thread: console.Thread = None,
    as_json: console.AsJson = False,
    stream_json: console.StreamJson = False,
) -> None:
    """Ask one question; every sentence of the answer names its source."""
    from agent.interfaces.cli.answers import print_answer

    with open_assistant() as assistant:
        answer = follow(assistant, question, image, thread, shown=not as_json, as_events=stream_json)
    if as_json and not stream_json:
        console.print_json(answer)
    elif not stream_json:
        print_answer(answer)
    if answer.status == "not_found":
        raise typer.Exit(3)


def open_assistant() -> "Assistant":
    from agent.assistant import Assistant

    return Assistant()


def follow(
    assistant: "Assistant",
    question: str,
    image: Path | None,
    thread: str | None,
    *,
    shown: bool = True,
    as_events: bool = False,
) -> "Answer":
    """The answer; meanwhile the screen says what is being done, or every event is printed as JSON."""
    from agent.events import Answered
    from agent.interfaces.cli.progress import Progress

    progress = Progress()
    with console.open_console(stderr=True).status(progress, spinner="dots") as status:
        for event in assistant.stream(question, image=image, thread=thread):
            if as_events:
                console.print_json(event, indent=None)
            if isinstance(event, Answered):
                return event.answer
            if shown:
                progress.add(event)
                status.update(progress)
    raise AssertionError("the graph ended without an answer")
