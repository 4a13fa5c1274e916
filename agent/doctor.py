"""`exhibit doctor`: is everything there that answering needs? Each failed line says what to type."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass

from agent import llm
from agent.settings import Settings
from tools import http_api
from tools.errors import ExhibitError
from tools.library import encode
from tools.library.library import Library

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
    checks: dict[str, Callable[[Settings], str]] = {
        "text encoder": _text_encoder,
        "image encoder": _image_encoder,
        "library": _library,
        "model": _model,
        "apis": _apis,
        "disk": _disk,
    }
    return [_line(name, check, settings) for name, check in checks.items()]


def _line(name: str, check: Callable[[Settings], str], settings: Settings) -> Check:
    try:
        return Check(name, True, check(settings))
    except ExhibitError as error:
        return Check(name, False, error.message, error.next_step)


def _text_encoder(settings: Settings) -> str:
    encoder = encode.load(settings.text_encoder)
    encoder.texts(["probe"])
    return f"{encoder.name}, {encoder.dim} dimensions"


def _image_encoder(settings: Settings) -> str:
    encoder = encode.load(settings.image_encoder)
    encoder.texts(["probe"])
    return f"{encoder.name}, {encoder.dim} dimensions"


def _library(settings: Settings) -> str:
    with Library(
        settings.library,
        text_encoder=settings.text_encoder,
        image_encoder=settings.image_encoder,
        qdrant_url=settings.qdrant_url,
    ) as library:
        where = settings.qdrant_url or "the embedded store"
        sources, vectors = len(library.sources()), library.store.count()
    if sources and not vectors:
        raise ExhibitError(f"{sources} sources, but no vectors in {where}.", "Type: exhibit index <documents> again.")
    return f"{sources} sources, {vectors} vectors in {where} ({settings.library})"


def _model(settings: Settings) -> str:
    model = llm.load(settings, lambda text, others: [0.0] * len(others))
    model.check()
    return f"{model.name}, {'reads pictures' if model.sees else 'does not read pictures'}"


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
