"""A library's own map from words to pictures: fitted, held against documents it never saw, adopted or not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tools.errors import LibraryError
from tools.library.encode.adapter import Adapter
from tools.library.library import Library
from tools.library.search.legs import of_words
from tools.library.store import Maker
from tools.library.upkeep import tune

MAKER = Maker("minilm", "mini", 384, 512, "abc")


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def turned() -> tune.Pairs:
    """300 figures; each text is its figure turned by one fixed rotation and shaken: a map can undo the rotation."""
    chance = np.random.default_rng(0)
    figures = unit(chance.normal(size=(300, 32)))
    rotation, _ = np.linalg.qr(chance.normal(size=(32, 32)))
    texts = unit(figures + 0.6 * figures @ rotation.T + 0.15 * chance.normal(size=figures.shape))
    texts = unit(texts @ rotation)
    held = np.arange(300) % 5 == 0
    return tune.Pairs(texts, np.arange(300), held, figures, tuple(f"f{n}" for n in range(300)))


def nothing_hard(pairs: tune.Pairs) -> np.ndarray:
    return np.full((len(pairs.texts), tune.HARD), -1)


def test_a_map_is_fitted_that_finds_figures_it_never_saw(turned: tune.Pairs) -> None:
    weight = tune.fit(turned, nothing_hard(turned))
    before = tune._score(tune._ranks(turned.texts, turned))
    after = tune._score(tune._ranks(Adapter(weight, MAKER).texts(turned.texts), turned))
    assert weight.shape == (32, 32) and after[0] > before[0] + 0.1 and after[1] > before[1]


def test_a_hard_negative_is_pushed_away(turned: tune.Pairs) -> None:
    """The same wrong figure for every text: fitted, texts lie farther from it than without it."""
    same = np.zeros((300, tune.HARD), np.int64)
    one = replace(turned, about=turned.about)
    free, pushed = (Adapter(tune.fit(one, hard), MAKER).texts(one.texts) for hard in (nothing_hard(one), same))
    rest = one.about != 0
    assert (pushed @ one.figures[0])[rest].mean() < (free @ one.figures[0])[rest].mean()


def test_chance_of_so_many_wins() -> None:
    assert tune.sign_test(0, 0) == 1.0
    assert tune.sign_test(3, 1) == (4 + 1) / 16  # three or four heads of four
    assert tune.sign_test(10, 0) == 1 / 1024


def test_nothing_is_adopted_that_luck_may_have_made() -> None:
    lucky = tune.Tuned(60, 12, (0.4, 0.5), (0.5, 0.6), rose=3, fell=1, chance=tune.sign_test(3, 1))
    assert not lucky.adopted
    assert replace(lucky, rose=12, fell=1, chance=tune.sign_test(12, 1)).adopted
    assert not replace(lucky, after=(0.3, 0.5), rose=12, fell=1, chance=tune.sign_test(12, 1)).adopted


def test_an_adapter_is_kept_with_the_encoders_it_was_fitted_for(tmp_path: Path) -> None:
    assert Adapter.load(tmp_path, MAKER) is None
    made = Adapter(np.eye(4, dtype=np.float32), MAKER)
    made.save(tmp_path)
    found = Adapter.load(tmp_path, MAKER)
    assert found is not None and np.array_equal(found.weight, made.weight)
    assert Adapter.load(tmp_path, replace(MAKER, weights="def")) is None
    assert np.allclose(made.texts(np.array([[0.6, 0.8, 0, 0]], np.float32)), [[0.6, 0.8, 0, 0]])  # x + x, normalised


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory):
    docs = tmp_path_factory.mktemp("docs")
    for name, colour in (("valve", "red"), ("pump", "blue")):
        Image.new("RGB", (80, 60), colour).save(docs / f"{name}.png")
        (docs / f"{name}.txt").write_text(f"A {colour} {name}, seen from above.", "utf-8")
    with Library(tmp_path_factory.mktemp("lib") / "l", create=True) as made:
        made.add([docs])
        yield made


def test_a_small_library_is_told_what_it_lacks(library: Library) -> None:
    with pytest.raises(LibraryError, match="too few"):
        tune.tune(library.index)


def test_pairs_are_captions_and_their_figures(library: Library) -> None:
    pairs = tune.pairs_of(library.index)
    assert len(pairs.texts) == 2 and pairs.figures.shape == (2, 512) and sorted(pairs.about) == [0, 1]
    hard = tune.hard_negatives(library.index, pairs)
    assert [list(row[row >= 0]) for row in hard] == [[1 - n] for n in pairs.about]  # the other one


def test_words_ask_through_the_adapter_until_it_is_forgotten(library: Library) -> None:
    plain = of_words(library.index, "a red valve", ("figure",))["clip"].vector
    swap = np.zeros((512, 512), np.float32)
    swap[0, 1], swap[0, 0] = 1.0, 0.0
    maker = library.index.encoders.maker
    Adapter(swap, maker).save(library.root)
    library.index.adapter = Adapter.load(library.root, maker)
    mapped = of_words(library.index, "a red valve", ("figure",))["clip"].vector
    assert not np.allclose(plain, mapped)
    assert tune.drop(library.index) and not tune.drop(library.index)
    assert np.allclose(of_words(library.index, "a red valve", ("figure",))["clip"].vector, plain)
