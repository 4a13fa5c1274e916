"""The table of models: which one the setting `model` names. Each is imported when it is used."""

from collections.abc import Callable

from agent.llm.protocol import ChatModel, Similarity
from agent.settings import Settings
from tools.errors import SettingsError

Maker = Callable[[Settings, str, Similarity], ChatModel]
"""(settings, what stands behind the name and a slash, similarity) → the model."""


def _extractive(settings: Settings, rest: str, similarity: Similarity) -> ChatModel:
    from agent.llm.extractive import Extractive

    return Extractive(similarity)


def _ollama(settings: Settings, rest: str, similarity: Similarity) -> ChatModel:
    from agent.llm.ollama import Ollama

    return Ollama(
        rest or "llama3.2-vision",
        base_url=settings.ollama_url,
        num_ctx=settings.num_ctx,
        timeout=settings.model_timeout,
    )


MODELS: dict[str, Maker] = {"extractive": _extractive, "ollama": _ollama}


def load(settings: Settings, similarity: Similarity) -> ChatModel:
    """The model that `settings.model` names: "extractive" or "ollama/<model>[:tag]"."""
    name, _, rest = settings.model.partition("/")
    if name not in MODELS or (name == "extractive" and rest):
        raise SettingsError(
            f"There is no model '{settings.model}'.",
            "Set EXHIBIT_MODEL to 'extractive' or to 'ollama/<model>', for example ollama/llama3.2-vision.",
        )
    return MODELS[name](settings, rest, similarity)
