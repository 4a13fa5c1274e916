"""`exhibit doctor`: is everything there that answering needs? Each failed line says what to type.

A model of Ollama is looked at step by step; what a failed step stands before is not asked any more.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass

from agent.interfaces import setup
from agent.llm import models
from agent.llm.ollama import Ollama
from agent.settings import Settings
from tools import http_api
from tools.errors import ExhibitError
from tools.library import encode

LEAST_FREE = 2 * 1024**3
"""Bytes of disk below which indexing may stop halfway."""


@dataclass(frozen=True)
class Check:
    """One line. `next_step` is what to type where `ok` is false."""

    name: str
    ok: bool
    message: str
    next_step: str = ""


def run(settings: Settings) -> list[Check]:
    """All checks, in the order in which they matter; one that fails does not stop the others."""
    checks: dict[str, Callable[[], str]] = {
        "text encoder": lambda: _encoder(settings.text_encoder),
        "image encoder": lambda: _encoder(settings.image_encoder),
        "library": lambda: _library(settings),
        "apis": lambda: _apis(settings),
        "disk": lambda: _disk(settings),
    }
    return [*_model(settings), *(_line(name, check) for name, check in checks.items())]


def _line(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, True, check())
    except ExhibitError as error:
        return Check(name, False, error.message, error.next_step)


def _model(settings: Settings) -> list[Check]:
    """One line for the embedded model, one for each thing that a model of Ollama needs."""
    try:
        model = models.load(settings, lambda text, others: [0.0] * len(others))
    except ExhibitError as error:
        return [Check("model", False, error.message, error.next_step)]
    if not isinstance(model, Ollama):
        model.check()
        return [Check("model", True, f"{model.name}, {'reads' if model.sees else 'does not read'} pictures")]
    lines: list[Check] = []
    for name, check in _steps(model).items():
        if not lines or lines[-1].ok:
            lines.append(_line(name, check))
        else:
            lines.append(Check(name, False, f"not asked, for want of: {lines[-1].name.split(' (')[0]}"))
    return lines


def _steps(model: Ollama) -> dict[str, Callable[[], str]]:
    """What must hold for a model of Ollama, in the order in which one thing rests on the other."""

    def pulled() -> str:
        model.require_pulled()
        return f"{model.model} is pulled"

    def able() -> str:
        version, card = model.version(), model.card()
        model.require_loadable(version, card)
        listed = "says nothing of its abilities" if card.capabilities is None else ", ".join(card.capabilities)
        eyes = "" if card.sees else "; it reads no pictures: captions and lettering are searched instead"
        thinks = "; it thinks before it replies, and may ignore the schema: take its -instruct variant"
        return f"{card.family or 'unknown family'}: {listed}{eyes}{thinks if card.thinks else ''}"

    def window() -> str:
        card = model.card()
        most = card.context or "a number it does not say"
        return f"{model.window(card)} tokens are {'set' if model.fixed_window else 'chosen'}; it was made for {most}"

    return {
        "ollama": lambda: f"{model.version() or 'built from source'} at {model.url}",
        "model": pulled,
        "abilities": able,
        "context": window,
        "speed": lambda: _speed(model),
    }


def _speed(model: Ollama) -> str:
    """It loads the model. Raises where it does not keep to a schema."""
    found = model.diagnosis
    if not found.probe.keeps_schema:
        raise ExhibitError(
            f"{model.model} does not keep to a JSON schema: {setup.described(found)}.",
            "Update Ollama to 0.5 or later, or set EXHIBIT_MODEL to another vision model.",
        )
    share, line = found.probe.on_gpu, setup.described(found)
    if share is not None and 0 < share < 0.99:
        return f"{line}: free GPU memory, or set EXHIBIT_NUM_CTX lower (4096 at least), and it is faster"
    return line


def _encoder(name: str) -> str:
    encoder = encode.load(name)
    encoder.texts(["probe"])
    return f"{encoder.name}, {encoder.dim} dimensions"


def _library(settings: Settings) -> str:
    with settings.open_library() as library:
        where = settings.qdrant_url or "the embedded store"
        sources, vectors = len(library.sources()), library.store.count()
    if sources and not vectors:
        raise ExhibitError(f"{sources} sources, but no vectors in {where}.", "Type: exhibit index <documents> again.")
    return f"{sources} sources, {vectors} vectors in {where} ({settings.library})"


def _apis(settings: Settings) -> str:
    apis = http_api.load(settings.apis)
    return ", ".join(api.name for api in apis) if apis else f"none declared ({settings.apis})"


def _disk(settings: Settings) -> str:
    folder = next(path for path in (settings.library, *settings.library.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        raise ExhibitError(
            f"Only {free / 1024**3:.1f} GiB are free in {folder}.", "Free some, or set EXHIBIT_LIBRARY to another disk."
        )
    return f"{free / 1024**3:.0f} GiB free"
