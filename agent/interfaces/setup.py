"""`exhibit setup local`: from nothing to a model of one's own, step by step. Broken off, it goes on when run again.

Ollama there? -> can it load this model? -> pull it -> CLIP weights -> write exhibit.toml -> ask the model a word
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.llm.ollama import OTHER_MODEL, Diagnosis, Ollama, downgrade, number
from agent.settings import Settings
from tools.errors import ModelMissing, SettingsError, without_login
from tools.library import encode
from tools.library.store import disk

ENCODER = "openclip/ViT-B-32/laion2b_s34b_b79k"
LOAD = 600.0
"""Seconds in which a model must have been read from disk and have said a word."""


@dataclass(frozen=True)
class Step:
    """Something that was done, or is under way: `done` and `total` are bytes, 0 where there is nothing to count."""

    text: str
    done: int = 0
    total: int = 0


def local(settings: Settings, model: str, encoder: str, file: Path) -> Iterator[Step]:
    """The steps, each once it is done. Raises ModelDown, ModelMissing, WeightsError and SettingsError, with the next
    command to type; what was done by then stays done."""
    server = Ollama(model, base_url=settings.ollama_url, num_ctx=settings.num_ctx, timeout=LOAD)
    version = server.version()
    yield Step(f"Ollama {version or '(built from source)'} answers at {server.url}.")
    _refuse_early(server, version)
    yield from _pulled(server)
    server.require_loadable(version, server.card())
    yield from _weights(settings, encoder)
    chosen = {"model": f"ollama/{model}", "image_encoder": encoder}
    if settings.ollama_url != Settings.model_fields["ollama_url"].default:
        chosen["ollama_url"] = settings.ollama_url
    write(file, chosen)
    yield Step(f"{file} says: " + ", ".join(f"{name} = {without_login(value)}" for name, value in chosen.items()))
    yield Step(f"{model} answers: {described(server.diagnosis)}")


def described(found: Diagnosis) -> str:
    """Speed, place and window, in a line."""
    rate = f"{found.probe.rate:.0f} tokens a second" if found.probe.rate else "speed unknown"
    return f"{rate}, {place(found.probe.on_gpu)}, a window of {found.num_ctx} tokens"


def place(on_gpu: float | None) -> str:
    """Where the model lies."""
    if on_gpu is None:
        return "GPU or CPU unknown"
    return "on the CPU" if on_gpu == 0 else "on the GPU" if on_gpu > 0.99 else f"{on_gpu:.0%} on the GPU"


def _refuse_early(server: Ollama, version: str) -> None:
    """Before eight gigabytes are pulled for nothing: the name alone says that a server from 0.30 cannot load it."""
    if server.model.startswith("llama3.2-vision") and number(version) >= (0, 30):
        step = f"{OTHER_MODEL} On Linux: {downgrade()}"
        raise ModelMissing(f"Ollama {version} cannot load {server.model} (family mllama).", step)


def _pulled(server: Ollama) -> Iterator[Step]:
    try:
        server.require_pulled()
    except ModelMissing:
        yield from _pull(server)
    yield Step(f"{server.model} is pulled.")


def _pull(server: Ollama) -> Iterator[Step]:
    """Bytes over all layers that are known so far: each is announced when its turn comes."""
    layers: dict[str, tuple[int, int]] = {}
    for line in server.pull():
        if line.digest and line.total:
            layers[line.digest] = (line.completed or 0, line.total)
        done, total = (sum(column) for column in zip(*layers.values())) if layers else (0, 0)
        yield Step(line.status or "pulling", done, total)


def _weights(settings: Settings, encoder: str) -> Iterator[Step]:
    """Fetches the picture encoder's weights, where they are not on the disk yet. A library that was made with another
    encoder says so first."""
    if (settings.library / "catalog.sqlite").exists():
        with settings.model_copy(update={"image_encoder": encoder}).open_library() as library:
            _ = library.store
    yield Step(f"Fetching the weights of {encoder}, unless they are there.")
    loaded = encode.load(encoder)
    loaded.texts(["probe"])
    yield Step(f"{encoder} works: {loaded.dim} dimensions.")


def encoder_for(settings: Settings) -> str:
    """CLIP, but for a library that exists: it holds the vectors of another encoder, and would refuse a new one."""
    return settings.image_encoder if (settings.library / "catalog.sqlite").exists() else ENCODER


def write(file: Path, chosen: Mapping[str, Any]) -> None:
    """Sets these names in a TOML file without tables; every other line stays as it is. SettingsError where the file is
    no TOML."""
    text = file.read_text("utf-8") if file.exists() else ""
    try:
        tomllib.loads(text)
    except ValueError as error:
        raise SettingsError(f"{file} cannot be read: {error}.", "Mend that line, or remove the file.") from error
    for name, value in chosen.items():
        line = f"{name} = {json.dumps(value)}"  # a JSON string is a TOML string
        kept = re.sub(rf"(?m)^{name}\s*=.*\n?", "", text)
        text = kept + ("\n" if kept and not kept.endswith("\n") else "") + line + "\n"
    disk.replace(file, text.encode())
