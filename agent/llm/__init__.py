"""The models that may be in charge, behind one protocol, chosen by one settings string."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from agent.answer import Claim
from agent.graph.state import Brief, Decision
from agent.validator.vision import Seen
from tools.errors import SettingsError
from tools.tool import Tool

if TYPE_CHECKING:
    from agent.settings import Settings

Similarity = Callable[[str, Sequence[str]], list[float]]
"""Cosine of one text with each of several, in -1 to 1, in the space of the library's text encoder."""


class ChatModel(Protocol):
    """A model decides, looks and writes. Any of them may raise `ModelError`; none of them calls a tool itself."""

    name: str
    """The settings string that chose it; what `Answer.answered_by` says."""
    sees: bool
    """Whether `look`, `describe` and `confirm` can be called."""
    judges: bool
    """Whether `support` can be called."""

    def decide(self, brief: Brief, tools: Sequence[Tool]) -> Decision: ...

    def look(self, picture: bytes, question: str, caption: str) -> str:
        """What one picture (PNG or JPEG) shows that bears on the question; "" where it shows nothing of it."""
        ...

    def describe(self, picture: bytes, question: str) -> str:
        """What the person's own picture shows: a line of words to search with, then what bears on the question."""
        ...

    def write(self, brief: Brief, told: Callable[[Claim], None] = ...) -> tuple[Claim, ...]:
        """Claims from `brief.evidence` only; empty where it does not answer. `told` may get each once it is written;
        what it got need not be in the end result."""
        ...

    def confirm(self, picture: bytes, claim: str) -> Seen:
        """Whether the picture shows what is claimed of it; called where `sees`."""
        ...

    def support(self, claim: str, sources: str) -> Seen:
        """Whether the sources say what is claimed; called where `judges`."""
        ...

    def check(self) -> None:
        """Raises ModelDown or ModelMissing, with the next command to type, where it cannot answer. May be found out
        once for the process."""
        ...


def _extractive(settings: "Settings", rest: str, similarity: Similarity) -> ChatModel:
    from agent.llm.extractive import Extractive

    return Extractive(similarity)


def _ollama(settings: "Settings", rest: str, similarity: Similarity) -> ChatModel:
    from agent.llm.ollama import Ollama

    return Ollama(
        rest or "llama3.2-vision",
        base_url=settings.ollama_url,
        num_ctx=settings.num_ctx,
        timeout=settings.model_timeout,
    )


MODELS: dict[str, Callable[["Settings", str, Similarity], ChatModel]] = {
    "extractive": _extractive,
    "ollama": _ollama,
}


def load(settings: "Settings", similarity: Similarity) -> ChatModel:
    """The model that `settings.model` names: "extractive" or "ollama/<model>[:tag]"."""
    head, _, rest = settings.model.partition("/")
    if head not in MODELS or (head == "extractive" and rest):
        raise SettingsError(
            f"There is no model '{settings.model}'.",
            "Set EXHIBIT_MODEL to 'extractive' or to 'ollama/<model>', for example ollama/llama3.2-vision.",
        )
    return MODELS[head](settings, rest, similarity)
