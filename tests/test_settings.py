from pathlib import Path

import pytest

from agent import settings
from tools.errors import SettingsError


def test_program_beats_environment_beats_file_beats_default(empty_cwd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty_cwd / "exhibit.toml").write_text('model = "ollama/from-file"\nmax_steps = 3\nnum_ctx = 4096\n')
    monkeypatch.setenv("EXHIBIT_MAX_STEPS", "4")
    monkeypatch.setenv("EXHIBIT_MODEL", "ollama/from-env")
    chosen = settings.read(model="extractive")
    assert (chosen.model, chosen.max_steps, chosen.num_ctx, chosen.text_encoder) == ("extractive", 4, 4096, "minilm")


def test_a_home_folder_is_written_out(empty_cwd: Path) -> None:
    assert "~" not in str(settings.read().library)


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("EXHIBIT_LIBRARY", "a" * 5000, "too long"),
        ("EXHIBIT_LEGS", "bm25,text", "as JSON"),
        ("EXHIBIT_LEGS", '["bm52"]', "there is no 'bm52'; there are bm25"),
        ("EXHIBIT_MAX_STEPS", "many", "max_steps"),
        ("EXHIBIT_MAX_STEPS", "0", "EXHIBIT_MAX_STEPS"),
        ("EXHIBIT_NUM_CTX", "12", "num_ctx"),
        ("EXHIBIT_MODLE", "extractive", "EXHIBIT_MODLE"),
    ],
)
def test_a_wrong_variable_is_named(
    empty_cwd: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, named: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=named):
        settings.read()


def test_a_misspelt_or_broken_file_is_named(empty_cwd: Path) -> None:
    (empty_cwd / "exhibit.toml").write_text('modle = "x"\n')
    with pytest.raises(SettingsError, match="modle"):
        settings.read()
    (empty_cwd / "exhibit.toml").write_text("model = \n")
    with pytest.raises(SettingsError, match="exhibit.toml"):
        settings.read()


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b'[library]\nfolder = "x"\n', "'library' is not usable"),
        (b'model = "\xe9"\n', "exhibit.toml cannot be read"),
        (b"qdrant_api_key = 120799\n", "'qdrant_api_key' is not usable"),
        (b'qdrant_apikey = "120799"\n', "'qdrant_apikey' is not usable"),
        (b"qdrant_url = 120799\n", "'qdrant_url' is not usable"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_without_its_secrets(empty_cwd: Path, content: bytes, named: str) -> None:
    (empty_cwd / "exhibit.toml").write_bytes(content)
    with pytest.raises(SettingsError, match=named) as raised:
        settings.read()
    assert "120799" not in str(raised.value)


def test_a_folder_in_place_of_the_file_is_named(empty_cwd: Path) -> None:
    (empty_cwd / "exhibit.toml").mkdir()
    with pytest.raises(SettingsError, match="exhibit.toml is no file"):
        settings.read()


def test_secrets_are_neither_shown_nor_written_down(empty_cwd: Path) -> None:
    url = "http://u:120799@localhost:6333"
    chosen = settings.read(**dict.fromkeys(settings.URLS, url), qdrant_api_key="secret-120799")
    assert chosen.layout.api_key == "secret-120799" and chosen.qdrant_url == chosen.ollama_url == url
    assert "120799" not in f"{chosen!r}{chosen}{chosen.model_dump()}{chosen.model_dump_json()}"
    assert {chosen.model_dump()[name] for name in settings.URLS} == {"http://…@localhost:6333"}
    assert {name for name in settings.Settings.model_fields if name.endswith("url")} == set(settings.URLS)


def test_settings_are_frozen(empty_cwd: Path) -> None:
    with pytest.raises(ValueError):
        settings.read().model = "other"  # type: ignore[misc]
