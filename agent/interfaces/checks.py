"""`exhibit doctor`: is everything there that answering needs? Each failed line says what to type.

A model of Ollama is looked at step by step; what a failed step stands before is not asked any more.
"""

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.interfaces import setup
from agent.llm import models
from agent.llm.ollama import Ollama
from agent.settings import Settings
from tools import http_api
from tools.errors import ExhibitError
from tools.language.words import STOP_WORDS
from tools.library import encode
from tools.library.library import Library

LEAST_FREE = 2 * 1024**3
"""Bytes of disk below which indexing may stop halfway."""

ENGLISH_ONLY = ("minilm", "extractive")
MULTILINGUAL = "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2"
"""A sentence encoder for some 50 languages, 0.5 GB, fetched once."""
COMMON = 0.15
"""Share of English stop words from which on a text is English: a manual full of tables has .28, ten paragraphs of XQuAD
.37 and more; in German, Spanish, Romanian, Turkish and Vietnamese ten have .06 at most."""
SAMPLED, SAMPLED_OF_EACH = 20, 3
"""Documents, and passages of each, that are looked at."""
LEAST_WORDS = 50
"""Of fewer no language can be told."""


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
    return [*_model(settings), *(_line(name, check) for name, check in checks.items()), *_language(settings)]


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


def _language(settings: Settings) -> list[Check]:
    """A line where the library is in a language that what is set does not know; a suggestion, no failure."""
    try:
        with settings.open_library() as library:
            english = is_english(first_texts(library))
    except ExhibitError:
        return []  # the line on the library says so
    english_only = [name for name in (settings.text_encoder, settings.model) if name in ENGLISH_ONLY]
    if english or not english_only:
        return []
    message = f"the library is not in English, and {' and '.join(english_only)} know English only"
    step = f"Type: export EXHIBIT_TEXT_ENCODER={MULTILINGUAL} && exhibit index --again; and let a chat model answer."
    return [Check("language", True, message, step)]


def first_texts(library: Library) -> list[str]:
    """Some text of each of the first documents."""
    found = []
    for source in library.sources()[:SAMPLED]:
        found += [item.text for item in library.catalog.items_of(source.id, "passage")[:SAMPLED_OF_EACH]]
    return found


def is_english(texts: Sequence[str]) -> bool:
    """Whether as many of the words are the commonest of English as in English prose; also where there is no text."""
    words = [word for text in texts for word in re.findall(r"[^\W\d_]+", text.casefold())]
    return len(words) < LEAST_WORDS or sum(word in STOP_WORDS for word in words) >= COMMON * len(words)


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
