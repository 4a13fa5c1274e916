"""What a person sees while an answer is being found: calls, what they found, and each claim once it holds."""

from typing import TYPE_CHECKING, Any

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

    def add(self, event: dict[str, Any]) -> None:
        """The line of what is done, or what is being done now."""
        match event["event"]:
            case "decided":
                self.now = _call(event)
            case "acted":
                self.lines.append(f"{self.now}: {_found(event)}")
                self.now = "Thinking"
            case "looking":
                self.now = f"Looking at [{event['key']}]" if event["key"] else "Looking at your picture"
            case "writing":
                self.now = "Writing"
            case "confirmed":
                keys = "".join(f" [{key}]" for key in dict.fromkeys(event["keys"]))
                self.lines.append(f"{'✓' if event['status'] == 'supported' else '?'} {event['claim']}{keys}")
            case "checked" if event["status"] not in ("supported", "unchecked"):
                self.now = f"A sentence is {event['status']}; looking again"

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        from rich.text import Text

        yield Text("\n".join([self.now, *(f"  {line}" for line in self.lines[-SHOWN:])]))


def _call(event: dict[str, Any]) -> str:
    if event["action"] == "answer":
        return "Writing"
    values = " ".join(str(value) for value in event["args"].values() if value != "")
    return f"{event['action']} {values}".strip()[:100]


def _found(event: dict[str, Any]) -> str:
    if event["error"]:
        return str(event["error"])[:200]
    if not event["keys"]:
        return "nothing"
    named = [f"[{key}] {event['titles'].get(key, '')}".strip() for key in event["keys"][:FOUND]]
    more = len(event["keys"]) - len(named)
    return "; ".join(named) + (f" and {more} more" if more > 0 else "")
