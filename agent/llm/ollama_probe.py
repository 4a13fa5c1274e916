"""What is found out about a model before it is used: the server, its list, the model's own card, and one small probe.

Each step is a function, so that `exhibit doctor` can tell them apart; `learn` takes them all.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent.llm.ollama_http import LAST_FOR_MLLAMA, OTHER_MODEL, Body, OllamaClient
from tools.errors import ModelError, ModelMissing

WINDOWS = (16384, 8192, 4096)
"""Tokens of the windows that are chosen from, prompt and reply together. More than the first makes an 11B model slow
and lets it lose the question; less than the last leaves no space for evidence."""
USUAL = 8192
"""Where neither the model nor the memory says anything."""
SHARE = 8
"""The window's cache may take this part of the memory: the weights and the other programs want the rest."""
PROBE: Body = {"type": "object", "properties": {"ready": {"type": "boolean"}}, "required": ["ready"]}
PROBE_TOKENS = 32


@dataclass(frozen=True)
class Card:
    """What /api/show says. `context` is the tokens the model was made for, `kv_bytes` what one takes in the cache;
    None where it does not say. `capabilities` is None for servers before 0.6.4, which list none."""

    family: str
    capabilities: tuple[str, ...] | None
    context: int | None
    kv_bytes: int | None


@dataclass(frozen=True)
class Probe:
    """One small question answered. `rate` is tokens a second, `on_gpu` the part of the model there, 0 to 1; None where
    the server does not say. `keeps_schema` is whether `format` was obeyed."""

    keeps_schema: bool
    rate: float | None
    on_gpu: float | None


@dataclass(frozen=True)
class ModelFacts:
    """All of it. `num_ctx` is the window in tokens that every request asks for."""

    version: str
    card: Card
    num_ctx: int
    probe: Probe


def learn(client: OllamaClient, num_ctx: int | None) -> ModelFacts:
    """Raises ModelDown and ModelMissing, with the next command to type, where the model cannot answer."""
    found = version(client)
    pulled(client)
    shown = card(client)
    usable(client, found, shown)
    window = num_ctx or choose_window(shown, memory(client))
    return ModelFacts(found, shown, window, probe(client, window))


def version(client: OllamaClient) -> str:
    return str(client.ask("/api/version").get("version", ""))


def pulled(client: OllamaClient) -> None:
    """Raises ModelMissing where the server's list does not have the model."""
    names = [entry.get("name") for entry in client.ask("/api/tags").get("models") or []]
    if client.model not in names and f"{client.model}:latest" not in names:
        raise client.missing()


def card(client: OllamaClient) -> Card:
    found = client.ask("/api/show", named=True)
    listed, info = found.get("capabilities"), found.get("model_info") or {}
    return Card(
        family=str((found.get("details") or {}).get("family", "")),
        capabilities=None if listed is None else tuple(map(str, listed)),
        context=_whole(_entry(info, "context_length")),
        kv_bytes=_kv_bytes(info),
    )


def usable(client: OllamaClient, found: str, shown: Card) -> None:
    """Raises ModelMissing for a model that this server cannot load, or that sees no pictures."""
    if shown.family == "mllama" and number(found) >= (0, 30):
        raise ModelMissing(f"Ollama {found} cannot load {client.model} (family mllama).", OTHER_MODEL)
    if shown.capabilities is not None and "vision" not in shown.capabilities:
        raise ModelMissing(f"{client.model} cannot see pictures.", "Set EXHIBIT_MODEL to a model that can.")


def probe(client: OllamaClient, num_ctx: int) -> Probe:
    """Loads the model with the window that will be used, and has it write one word."""
    asked = [{"role": "user", "content": 'Reply with the JSON object {"ready": true} and nothing else.'}]
    options = {"num_ctx": num_ctx, "num_predict": PROBE_TOKENS, "temperature": 0}
    reply = client.chat(asked, PROBE, options)
    rate = reply.tokens / reply.seconds if reply.tokens and reply.seconds else None
    return Probe(re.sub(r"\s", "", reply.text) in ('{"ready":true}', '{"ready":false}'), rate, on_gpu(client))


def on_gpu(client: OllamaClient) -> float | None:
    """The part of the loaded model that lies in the GPU's memory; None where the server does not say."""
    try:
        running = client.ask("/api/ps").get("models") or []
    except ModelError:  # servers before 0.1.38 have no such list
        return None
    mine = [entry for entry in running if entry.get("name") in (client.model, f"{client.model}:latest")]
    return mine[0].get("size_vram", 0) / mine[0]["size"] if mine and mine[0].get("size") else None


def choose_window(shown: Card, bytes_of_memory: int | None) -> int:
    """The largest of WINDOWS that the model was made for and whose cache takes an eighth of the memory at most."""
    most = min(shown.context or USUAL, WINDOWS[0])
    if bytes_of_memory is None or shown.kv_bytes is None:
        most = min(most, USUAL)
    else:
        most = min(most, bytes_of_memory // SHARE // shown.kv_bytes)
    return next((size for size in WINDOWS if size <= most), WINDOWS[-1])


def memory(client: OllamaClient) -> int | None:
    """Bytes of this machine's memory; None where Ollama runs on another, or the system does not tell (Windows)."""
    if not client.local or "SC_PHYS_PAGES" not in getattr(os, "sysconf_names", {}):
        return None
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def number(found: str) -> tuple[int, int]:
    """Major and minor of "0.24.0"; (0, 0), as builds from source say of themselves, where there is none."""
    match = re.match(r"(\d+)\.(\d+)", found)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def downgrade() -> str:
    """What installs the last Ollama that loads mllama (ollama.com documents OLLAMA_VERSION)."""
    return f"curl -fsSL https://ollama.com/install.sh | OLLAMA_VERSION={LAST_FOR_MLLAMA} sh"


def _entry(info: Mapping[str, Any], name: str) -> object:
    """The entry of model_info that ends in `name`: each is named after its family, as in mllama.context_length."""
    return next((value for key, value in info.items() if key.count(".") and key.split(".", 1)[1] == name), None)


def _whole(value: object) -> int | None:
    """A count; the largest where there is one for each layer."""
    if isinstance(value, list):
        value = max((one for one in value if isinstance(one, int)), default=None)
    return value if isinstance(value, int) and value > 0 else None


def _kv_bytes(info: Mapping[str, Any]) -> int | None:
    """Keys and values of all layers for one token, 16 bits a number."""
    layers, heads = _whole(_entry(info, "block_count")), _whole(_entry(info, "attention.head_count"))
    width = _whole(_entry(info, "embedding_length"))
    if not (layers and heads and width):
        return None
    kv_heads = _whole(_entry(info, "attention.head_count_kv")) or heads
    size = _whole(_entry(info, "attention.key_length")) or width // heads
    return 2 * layers * kv_heads * size * 2
