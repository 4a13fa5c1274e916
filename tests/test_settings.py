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
    ("name", "value", "told"),
    [
        ("EXHIBIT_MAX_STEPS", "many", "max_steps"),
        ("EXHIBIT_MAX_STEPS", "0", "EXHIBIT_MAX_STEPS"),
        ("EXHIBIT_NUM_CTX", "12", "num_ctx"),
        ("EXHIBIT_MODLE", "extractive", "EXHIBIT_MODLE"),
    ],
)
def test_a_wrong_variable_is_named(
    empty_cwd: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=told):
        settings.read()


def test_a_misspelt_or_broken_file_is_named(empty_cwd: Path) -> None:
    (empty_cwd / "exhibit.toml").write_text('modle = "x"\n')
    with pytest.raises(SettingsError, match="modle"):
        settings.read()
    (empty_cwd / "exhibit.toml").write_text("model = \n")
    with pytest.raises(SettingsError, match="exhibit.toml"):
        settings.read()


def test_settings_are_frozen(empty_cwd: Path) -> None:
    with pytest.raises(ValueError):
        settings.read().model = "other"  # type: ignore[misc]
