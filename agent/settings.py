"""One frozen Settings: the only reader of the environment (prefix EXHIBIT_) and of exhibit.toml.

Order: what a program passes, then the environment, then exhibit.toml, then the defaults below.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationError, ValidationInfo, field_serializer, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import (
    SettingsError as SourceError,
)

from tools.errors import SettingsError, without_login
from tools.library.store.layout import Layout, Quantization

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from tools.library.library import Library

PREFIX = "EXHIBIT_"
FILE = Path("exhibit.toml")
URLS = ("qdrant_url", "ollama_url", "model_url")
"""They may carry a password."""
SECRET = (*URLS, "qdrant_api_key", "model_key")
"""Settings whose value is never printed."""
LAYERS = ("structure", "quotes", "vision", "facts", "entailment")
"""The checks of `agent.validator`, in their order. What is left out is not run: for measuring what each is worth."""
LEGS = ("bm25", "text", "clip", "picture", "rerank")
FOR_TESTS = PREFIX + "TEST_"


class Settings(BaseSettings):
    """Every setting. Names in the environment are these in capitals, after EXHIBIT_."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, toml_file=FILE, frozen=True, extra="forbid"
    )

    library: Path = Field(default=Path("~/.exhibit"), description="folder of the library and the conversations")
    model: str = Field(default="extractive", description="'extractive' (English), 'ollama/<model>' or 'openai/<model>'")
    text_encoder: str = Field(
        default="minilm",
        description="encoder of the text leg: 'minilm' (English) or 'sentence-transformers/<name or folder>'",
    )
    image_encoder: str = Field(
        default="mini", description="'mini', 'openclip/<model>/<tag or checkpoint>' or 'openclip/local-dir:<folder>'"
    )
    reranker: str = Field(
        default="none",
        description="second look at what was found: 'none', 'maxsim', 'reader' or 'cross-encoder/<name>'",
    )
    qdrant_url: str | None = Field(
        default=None, description="a Qdrant server; without one, a folder is used", repr=False
    )
    qdrant_api_key: str | None = Field(default=None, description="the server's key", repr=False, exclude=True)
    quantization: Quantization = Field(default="int8", description="'int8' keeps vectors small in memory, or 'none'")
    on_disk: bool = Field(default=False, description="the vectors themselves stay on the disk: for millions of them")
    shards: int | None = Field(default=None, ge=1, description="of a new collection on a Qdrant cluster")
    replicas: int | None = Field(default=None, ge=1, description="copies of each shard on a Qdrant cluster")
    web_private: bool = Field(default=False, description="URLs of this machine and of private networks may be indexed")
    redact: bool | None = Field(
        default=None, description="personal data is blacked out of what is indexed; without it, as it was before"
    )
    workers: int | None = Field(default=None, ge=1, le=256, description="processes that read files; one a core")
    ollama_url: str = Field(default="http://127.0.0.1:11434", description="where Ollama answers", repr=False)
    model_url: str | None = Field(
        default=None, description="a server that speaks OpenAI's API, for 'openai/<model>'", repr=False
    )
    model_key: str | None = Field(default=None, description="that server's key", repr=False, exclude=True)
    num_ctx: int | None = Field(
        default=None, ge=4096, description="context of the model, tokens; without one, it is chosen"
    )
    model_timeout: float = Field(default=120.0, gt=0, description="longest wait for one reply of the model, seconds")
    apis: Path = Field(default=Path("apis.toml"), description="external APIs the model may call")
    legs: tuple[str, ...] = Field(default=LEGS, description="legs of the search that are asked")
    look: bool = Field(default=True, description="a model that sees reads the figures that were found")
    validator_layers: tuple[str, ...] = Field(default=LAYERS, description="checks that every claim has to pass")
    judge: bool = Field(default=False, description="the model is asked about claims that the validator is unsure of")
    max_steps: int = Field(default=6, ge=1, le=50, description="tool calls a turn")
    max_rounds: int = Field(default=2, ge=0, le=10, description="times a turn may go back after validation")
    max_seconds: float = Field(default=300.0, gt=0, description="wall time a turn; then it answers with what it has")

    tracing: bool = Field(
        default=False, description="LangSmith records questions and answers, where its own variables say so"
    )

    @field_validator("library", "apis")
    @classmethod
    def _expand(cls, path: Path) -> Path:
        return path.expanduser()

    @field_validator("library")
    @classmethod
    def _can_be_opened(cls, path: Path) -> Path:
        try:
            path.exists()
        except OSError as error:  # it is too long, or in someone else's folder
            raise ValueError(error.strerror) from error
        return path

    @field_serializer(*URLS)
    def _without_login(self, url: str | None) -> str | None:
        """Settings are written into the records of evaluations."""
        return url and without_login(url)

    @field_validator("validator_layers", "legs")
    @classmethod
    def _in_their_table(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        table = LAYERS if info.field_name == "validator_layers" else LEGS
        for name in names:
            if name not in table:
                raise ValueError(f"there is no '{name}'; there are {', '.join(table)}")
        return names

    @property
    def layout(self) -> Layout:
        """How the vectors are kept."""
        return Layout(self.quantization, self.on_disk, self.shards, self.replicas, self.qdrant_api_key)

    def open_library(self, *, create: bool = False) -> "Library":
        """The library as all of these say. Raises NoLibrary where nothing was indexed and `create` is false."""
        from tools.library.library import Library  # loads PyMuPDF and more: not to print a help

        return Library(
            self.library,
            text_encoder=self.text_encoder,
            image_encoder=self.image_encoder,
            reranker=self.reranker,
            qdrant_url=self.qdrant_url,
            layout=self.layout,
            legs=self.legs,
            create=create,
            workers=self.workers,
            web_private=self.web_private,
            redact=self.redact,
        )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def read(**given: Any) -> Settings:
    """The settings in force. Raises SettingsError that names what is misspelt or out of range."""
    _refuse_unknown()
    if FILE.exists() and not FILE.is_file():
        raise SettingsError(f"{FILE} is no file.", "Move it away: the settings of this folder would be in it.")
    try:
        return Settings(**given)
    except ValidationError as error:
        raise _unusable(error.errors()[0]) from None
    except SourceError as error:
        raise SettingsError(
            f"A list among the settings cannot be read: {error}.",
            f'Write a list as JSON: {PREFIX}LEGS=\'["bm25", "text"]\'.',
        ) from error
    except (OSError, ValueError) as error:  # it is no TOML, not UTF-8, or may not be read
        raise SettingsError(f"{FILE} cannot be read: {error}.", "Mend that line, or remove the file.") from error


def _unusable(error: "ErrorDetails") -> SettingsError:
    """Says what the value is only where it is no secret: a misspelt name may be that of a key."""
    name = str(error["loc"][0]) if error["loc"] else "?"
    value = "" if name in SECRET or name not in Settings.model_fields else f" (it is {error['input']!r})"
    return SettingsError(
        f"The setting '{name}' is not usable: {error['msg'].removeprefix('Value error, ')}{value}.",
        f"Mend it where it is set: {PREFIX}{name.upper()}, or '{name}' in {FILE}.",
    )


def _refuse_unknown() -> None:
    """A misspelt variable would be a setting that silently does nothing."""
    names = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in os.environ:
        if name.startswith(PREFIX) and not name.startswith(FOR_TESTS) and name not in names:
            raise SettingsError(f"There is no setting {name}.", f"Unset it. There are: {', '.join(sorted(names))}.")
