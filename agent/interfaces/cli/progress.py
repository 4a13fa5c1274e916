"""What a person sees while an answer is being found: calls, what they found, and each claim once it holds."""

from typing import TYPE_CHECKING

from agent.events import Acted, Checked, Confirmed, Decided, Event, Looking, Writing

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

SHOWN = 8
"""Lines that stay on the screen, the newest ones."""
FOUND = 3
"""Sources that a line names, best first."""


class Progress:
    """Grows by the events of `Assistant.stream`, and draws itself with Rich. What a model wrote is shown once it was
    held against its source, and never before."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.now = "Thinking"

    def add(self, event: Event) -> None:
        """The line of what is done, or what is being done now."""
        match event:
            case Decided():
                self.now = _call(event)
            case Acted():
                self.lines.append(f"{self.now}: {_found(event)}")
                self.now = "Thinking"
            case Looking(key=key):
                self.now = f"Looking at [{key}]" if key else "Looking at your picture"
            case Writing():
                self.now = "Writing"
            case Confirmed():
                keys = "".join(f" [{key}]" for key in dict.fromkeys(event.keys))
                self.lines.append(f"{'✓' if event.status == 'supported' else '?'} {event.claim}{keys}")
            case Checked(status=status) if status not in ("supported", "unconfirmed"):
                self.now = f"A sentence is {status}; looking again"

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        from rich.text import Text

        yield Text("\n".join([self.now, *(f"  {line}" for line in self.lines[-SHOWN:])]))


def _call(event: Decided) -> str:
    if event.action == "answer":
        return "Writing"
    values = " ".join(str(value) for value in event.args.values() if value != "")
    return f"{event.action} {values}".strip()[:100]


def _found(event: Acted) -> str:
    if event.error:
        return event.error[:200]
    if not event.keys:
        return "nothing"
    named = [f"[{key}] {event.titles.get(key, '')}".strip() for key in event.keys[:FOUND]]
    more = len(event.keys) - len(named)
    return "; ".join(named) + (f" and {more} more" if more > 0 else "")
