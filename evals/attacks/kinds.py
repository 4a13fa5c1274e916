"""The kinds of attacks: what each tries, and how it is run."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from evals.attacks import conversations, damage, files, kills, replies, statements, terminal
from evals.attacks.outcome import Outcome


@dataclass(frozen=True)
class Size:
    """How much is tried, of what can be tried at any length."""

    files: int = 300
    kills: int = 20
    ask_kills: int = 10
    questions: int = 80
    seed: int = 0


@dataclass(frozen=True)
class Kind:
    """`run(folder, size)` tries each attack of the kind in an empty folder."""

    what: str
    run: Callable[[Path, Size], Iterator[Outcome]]


KINDS: dict[str, Kind] = {
    "mutated": Kind(
        "files with flips, cuts and splices: none crashes it, all are in the report",
        lambda work, size: files.mutated(work, size.files, size.seed),
    ),
    "crafted": Kind("files made to hang it or to fill the memory", lambda work, size: files.crafted(work)),
    "replies": Kind("APIs that lie, stall and echo the secret", lambda work, size: replies.replies(work)),
    "sql": Kind("literals as evidence, bombs, writes, reads", lambda work, size: statements.statements(work)),
    "kills": Kind(
        "SIGKILL while indexing and asking: nothing lost, nothing doubled",
        lambda work, size: kills.kills(work, size.kills, size.ask_kills, size.seed),
    ),
    "interrupt": Kind("Ctrl-C while indexing: it ends, what is done stays", lambda work, size: kills.interrupt(work)),
    "damage": Kind("damaged libraries and settings: said, and mended", lambda work, size: damage.damages(work)),
    "load": Kind(
        "threads, conversations and processes at once", lambda work, size: conversations.load(work, size.questions)
    ),
    "clock": Kind("a clock set back between turns", lambda work, size: conversations.clock(work)),
    "terminal": Kind("escapes in titles, texts and names", lambda work, size: terminal.terminal(work)),
}
"""THE list of kinds."""
