"""`exhibit setup local` and `exhibit doctor`, against a server that pulls, breaks off and refuses as Ollama does."""

import sys
import tomllib
from pathlib import Path

import pytest

from agent import settings
from agent.interfaces import checks, setup
from agent.interfaces.cli import app
from tests.fake_ollama import FakeOllama, Registry, Reply, refused_url
from tools.errors import EncoderMismatch, ModelDown, ModelMissing, SettingsError
from tools.library.library import Library

MODEL = "llama3.2-vision"


def steps(url: str, file: Path, model: str = MODEL, **given: object) -> list[setup.Step]:
    chosen = settings.read(ollama_url=url, library=file.parent / "library", **given)
    return list(setup.local(chosen, model, "mini", file))


def registry(breaks: int | None = None) -> Registry:
    return Registry(layers={MODEL: [6_000, 2_000]}, breaks=breaks)


def test_it_pulls_with_progress_and_writes_what_it_chose(empty_cwd: Path) -> None:
    with FakeOllama(model="", registry=registry()) as server:
        told = steps(server.base_url, empty_cwd / "exhibit.toml")
    bar = [(step.done, step.total) for step in told if step.total]
    assert bar[0] == (0, 6_000) and bar[-1] == (8_000, 8_000) and bar == sorted(bar)
    said = [step.text for step in told if not step.total]
    assert said[0].startswith("Ollama 0.24.0 answers") and said[-1].endswith("tokens")
    written = tomllib.loads((empty_cwd / "exhibit.toml").read_text())
    assert written == {"model": f"ollama/{MODEL}", "image_encoder": "mini", "ollama_url": server.base_url}
    assert settings.read().model == f"ollama/{MODEL}"


def test_broken_off_it_goes_on_where_it_stopped(empty_cwd: Path) -> None:
    shelf = registry(breaks=3_000)
    with FakeOllama(model="", registry=shelf) as server:
        with pytest.raises(ModelDown, match="broke off"):
            steps(server.base_url, empty_cwd / "exhibit.toml")
        assert not (empty_cwd / "exhibit.toml").exists()
        again = steps(server.base_url, empty_cwd / "exhibit.toml")
        assert [step.done for step in again if step.total][0] == 3_000
        third = steps(server.base_url, empty_cwd / "exhibit.toml")
    assert not [step for step in third if step.total]  # there is nothing left to fetch
    assert shelf.fetched == 8_000


@pytest.mark.parametrize(
    ("version", "model", "said"),
    [
        ("0.34.1", MODEL, r"Install Ollama 0\.24\.0.*OLLAMA_VERSION=0\.24\.0"),
        ("0.24.0", "llama9-vision", "no model llama9-vision to pull.*ollama.com/library"),
    ],
)
def test_what_cannot_be_is_said_before_gigabytes_are_fetched(
    empty_cwd: Path, version: str, model: str, said: str
) -> None:
    with FakeOllama(model="", version=version, registry=registry()) as server:
        with pytest.raises(ModelMissing, match=said):
            steps(server.base_url, empty_cwd / "exhibit.toml", model)
        assert server.registry.fetched == 0


def test_a_library_keeps_its_image_encoder(empty_cwd: Path) -> None:
    (empty_cwd / "a.txt").write_text("The gearbox holds 4.2 litres of oil.")
    with Library(empty_cwd / "library", create=True) as library:
        library.add([empty_cwd / "a.txt"])
    chosen = settings.read(library=empty_cwd / "library")
    assert setup.encoder_for(chosen) == "mini"
    assert setup.encoder_for(settings.read(library=empty_cwd / "new")) == setup.ENCODER
    with FakeOllama() as server, pytest.raises(EncoderMismatch, match="made with"):
        url = server.base_url
        list(setup.local(settings.read(library=empty_cwd / "library", ollama_url=url), MODEL, setup.ENCODER, Path("x")))


def test_other_lines_of_the_settings_stay(empty_cwd: Path) -> None:
    file = empty_cwd / "exhibit.toml"
    file.write_text('# mine\nmax_steps = 3\nmodel = "extractive"\nlibrary = "here"')
    setup.write(file, {"model": 'a"b\\c'})
    setup.write(file, {"model": 'a"b\\c'})
    assert file.read_text() == '# mine\nmax_steps = 3\nlibrary = "here"\nmodel = "a\\"b\\\\c"\n'
    assert tomllib.loads(file.read_text())["model"] == 'a"b\\c'
    file.write_text("model = \n")
    with pytest.raises(SettingsError, match="cannot be read"):
        setup.write(file, {"model": "x"})
    assert file.read_text() == "model = \n"


def test_the_command(empty_cwd: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXHIBIT_LIBRARY", str(empty_cwd / "library"))
    with FakeOllama(model="", registry=registry()) as server:
        monkeypatch.setenv("EXHIBIT_OLLAMA_URL", server.base_url)
        monkeypatch.setattr(sys, "argv", ["exhibit", "setup", "local", "--yes", "--image-encoder", "mini"])
        with pytest.raises(SystemExit) as ended:
            app.main()
    assert ended.value.code in (0, None)
    out = capsys.readouterr().out
    assert f"{MODEL} is pulled." in out and "exhibit index" in out and "20 tokens a second, on the GPU" in out


# doctor


def lines(url: str, library: Path, **given: object) -> dict[str, checks.Check]:
    chosen = settings.read(model=f"ollama/{MODEL}", ollama_url=url, library=library, **given)
    return {check.name: check for check in checks._model(chosen)}


def test_doctor_tells_all_there_is_to_tell_of_a_model(empty_cwd: Path) -> None:
    with FakeOllama(on_gpu=0.4) as server:
        told = lines(server.base_url, empty_cwd, num_ctx=4096)
    assert list(told) == ["ollama", "model", "abilities", "context", "speed"] and all(c.ok for c in told.values())
    assert told["ollama"].message.startswith("0.24.0 at http")
    assert told["abilities"].message == "mllama: completion, vision"
    assert told["context"].message == "4096 tokens are set; it was made for 131072"
    assert told["speed"].message.startswith("20 tokens a second, 40% on the GPU, a window of 4096 tokens: free GPU")


@pytest.mark.parametrize(
    ("fake", "fails", "step"),
    [
        ({"model": "gemma4:latest"}, "model", "ollama pull llama3.2-vision"),
        ({"version": "0.34.1"}, "abilities", "Install Ollama 0.24.0"),
        ({"probe": Reply(status=500, error="model requires more system memory")}, "speed", "ollama run"),
        ({"probe": Reply("Sure!")}, "speed", "Update Ollama"),
    ],
)
def test_doctor_names_what_fails_and_what_mends_it(empty_cwd: Path, fake: dict, fails: str, step: str) -> None:
    with FakeOllama(**fake) as server:
        told = lines(server.base_url, empty_cwd)
    assert next(name for name, check in told.items() if not check.ok) == fails
    assert step in told[fails].next_step
    assert all(not c.ok and "not asked" in c.message for c in list(told.values())[list(told).index(fails) + 1 :])


def test_doctor_without_a_server(empty_cwd: Path) -> None:
    told = lines(refused_url(), empty_cwd)
    assert told["ollama"].next_step == "Start it with: ollama serve" and not told["speed"].ok


@pytest.mark.parametrize(
    ("capabilities", "said"),
    [
        (["completion"], "it reads no pictures"),
        (["completion", "vision", "thinking"], "it thinks before it replies, and may ignore the schema"),
    ],
)
def test_doctor_names_what_a_model_cannot_do(empty_cwd: Path, capabilities: list[str], said: str) -> None:
    with FakeOllama(capabilities=capabilities) as server:
        told = lines(server.base_url, empty_cwd)
    assert told["abilities"].ok and said in told["abilities"].message
