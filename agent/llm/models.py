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


def _openai(settings: Settings, rest: str, similarity: Similarity) -> ChatModel:
    from agent.llm.openai import OpenAI

    if not settings.model_url or not rest:
        raise SettingsError(
            f"The model '{settings.model}' needs the address of its server, and a name.",
            "Set EXHIBIT_MODEL to openai/<model>, and EXHIBIT_MODEL_URL, such as http://127.0.0.1:8080/v1.",
        )
    return OpenAI(
        rest,
        base_url=settings.model_url,
        key=settings.model_key,
        num_ctx=settings.num_ctx,
        timeout=settings.model_timeout,
    )


MODELS: dict[str, Maker] = {"extractive": _extractive, "ollama": _ollama, "openai": _openai}
"""Any chat model of LangChain can be added: a maker that returns a `LangChainModel`, and a name for it here."""


def load(settings: Settings, similarity: Similarity) -> ChatModel:
    """The model that `settings.model` names: "extractive", "ollama/<model>[:tag]" or "openai/<model>"."""
    name, _, rest = settings.model.partition("/")
    if name not in MODELS or (name == "extractive" and rest):
        raise SettingsError(
            f"There is no model '{settings.model}'.",
            "Set EXHIBIT_MODEL to 'extractive', 'ollama/<model>' or 'openai/<model>', such as ollama/llama3.2-vision.",
        )
    return MODELS[name](settings, rest, similarity)
