"""Fits a library's adapter on its own figures and what is written about them, and keeps it only if it finds more.

Each text (a caption, a paragraph that mentions a figure) has to be nearer to its figure than to the others of its batch
and to its hard negatives: the figures that the index gives for it, wrongly (InfoNCE; hard negatives as in Xiong et al.,
ANCE, ICLR 2021). Whole documents are held out: what is adopted won on documents that it never saw.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from tools.errors import LibraryError
from tools.library import encode
from tools.library.encode.adapter import FILE, Adapter
from tools.library.encode.protocol import Vectors
from tools.library.evidence import Figure
from tools.library.index import Index, OnProgress
from tools.library.search.legs import unit
from tools.library.store import LegQuery, Scope

FEWEST = 50
"""Pairs of a text and a figure below which nothing is fitted."""
HELD_OUT = 5
"""Every fifth document, by its hash."""
HARD, BATCH, STEPS, LEARNING_RATE, PULL, SCALE = 16, 256, 400, 1e-3, 1.0, 60.0
"""PULL is the weight of the map's squared size: it holds texts where they were. At a hundredth of it 1,500 texts about
figures of textbooks were learnt by heart, and half as many of others were found. SCALE sharpens cosines."""
SURE = 0.05
"""Chance of so many wins among texts that changed their rank, were the map worth nothing: at the most."""


@dataclass(frozen=True)
class Pairs:
    """`texts` float32[n, dim] of the image encoder, the number of the figure that each is about, and whether that is
    held out; `figures` float32[m, dim] and their ids. All L2-normalised."""

    texts: Vectors
    about: NDArray[np.int64]
    held_out: NDArray[np.bool_]
    figures: Vectors
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Tuned:
    """What came of it: mean reciprocal rank and recall at 5 (0 to 1) of held-out texts among all figures, before and
    after; how many rose and fell; `chance` of that by luck (sign test)."""

    pairs: int
    held_out: int
    before: tuple[float, float]
    after: tuple[float, float]
    rose: int
    fell: int
    chance: float

    @property
    def adopted(self) -> bool:
        return self.after > self.before and self.chance <= SURE


def tune(index: Index, on_progress: OnProgress | None = None) -> Tuned:
    """Raises LibraryError where the library holds too few figures with words."""
    pairs = pairs_of(index)
    if len(pairs.texts) < FEWEST or not pairs.held_out.any() or pairs.held_out.all():
        raise LibraryError(
            f"{len(pairs.texts)} texts about figures are too few to fit anything on: {FEWEST} in several documents are "
            "needed.",
            "Index more documents with captioned figures: exhibit index <folder>.",
        )
    adapter = Adapter(fit(pairs, hard_negatives(index, pairs), on_progress), index.encoders.maker)
    before, after = _ranks(pairs.texts, pairs), _ranks(adapter.texts(pairs.texts), pairs)
    rose, fell = int((after < before).sum()), int((after > before).sum())
    tuned = Tuned(len(pairs.texts), len(before), _score(before), _score(after), rose, fell, sign_test(rose, fell))
    if tuned.adopted:
        adapter.save(index.root)
        index.adapter = adapter
    return tuned


def drop(index: Index) -> bool:
    """Back to the encoder's own space; whether there was an adapter."""
    file = index.root / FILE
    there = file.exists()
    file.unlink(missing_ok=True)
    index.adapter = None
    return there


def pairs_of(index: Index) -> Pairs:
    """Every figure of the library; its caption and the paragraph that mentions it, each a text."""
    figures: list[Figure] = []
    for source in index.catalog.sources():
        figures += [item for item in index.catalog.items_of(source.id) if isinstance(item, Figure)]
    points = {point.item: point.dense["clip"] for point in _kept(index, [f.id for f in figures])}
    figures = [figure for figure in figures if figure.id in points]
    written = [(n, text) for n, f in enumerate(figures) for text in dict.fromkeys((f.caption, f.mention)) if text]
    texts = [encode.windows(text, index.encoders.image)[0] for _, text in written]
    about = np.array([n for n, _ in written], np.int64)
    held_out = np.array([int(sha256(f.source_id.encode()).hexdigest(), 16) % HELD_OUT == 0 for f in figures], bool)
    vectors = index.encoders.image.texts(texts) if texts else np.empty((0, index.encoders.maker.image_dim), np.float32)
    return Pairs(
        vectors,
        about,
        held_out[about] if len(about) else held_out[:0],
        np.array([points[f.id] for f in figures], np.float32).reshape(-1, index.encoders.maker.image_dim),
        tuple(f.id for f in figures),
    )


def _kept(index: Index, ids: Sequence[str]):
    for start in range(0, len(ids), 500):
        some = tuple(ids[start : start + 500])
        yield from (p for p in index.store.sample(64 * len(some), Scope(items=some)) if "clip" in p.dense)


def hard_negatives(index: Index, pairs: Pairs) -> NDArray[np.int64]:
    """int64[n, HARD]: for each text the figures that the index finds for it and that are not its own; -1 fills up."""
    number = {item: n for n, item in enumerate(pairs.ids)}
    found = np.full((len(pairs.texts), HARD), -1, np.int64)
    figures = Scope(kinds=("figure",))
    for start in range(0, len(pairs.texts), 64):
        queries = [LegQuery("clip", unit(text)) for text in pairs.texts[start : start + 64]]
        for row, scored in enumerate(index.store.search_all(queries, HARD + 1, figures), start):
            near = [number[one.item] for one in scored if number.get(one.item, pairs.about[row]) != pairs.about[row]]
            found[row, : len(near[:HARD])] = near[:HARD]
    return found


def fit(pairs: Pairs, hard: NDArray[np.int64], on_progress: OnProgress | None = None) -> Vectors:
    """float32[dim, dim]: the adapter's weight, fitted on the texts that are not held out; half precision on a GPU."""
    import torch
    import torch.nn.functional as F

    from tools.library.encode.device import device

    place = device()
    texts = torch.from_numpy(pairs.texts).to(place)
    figures = torch.from_numpy(pairs.figures).to(place)
    about, negatives = torch.from_numpy(pairs.about).to(place), torch.from_numpy(hard).to(place)
    rows = torch.from_numpy(np.flatnonzero(~pairs.held_out)).to(place)
    weight = torch.zeros(texts.shape[1], texts.shape[1], device=place, requires_grad=True)
    optimizer = torch.optim.Adam([weight], lr=LEARNING_RATE)
    generator = torch.Generator().manual_seed(0)
    for step in range(STEPS):
        batch = rows[torch.randperm(len(rows), generator=generator)[:BATCH].to(place)]
        own = about[batch]
        same = (own[:, None] == own) & ~torch.eye(len(own), dtype=torch.bool, device=place)
        with torch.autocast(torch.device(place).type, torch.bfloat16, enabled=place != "cpu"):
            x = F.normalize(texts[batch] + texts[batch] @ weight.T, dim=-1)
            among = (SCALE * x @ figures[own].T).masked_fill(same, -1e4)
            wrong = SCALE * torch.einsum("bd,bhd->bh", x, figures[negatives[batch]])
            wrong = wrong.masked_fill(negatives[batch] < 0, -1e4)
            target = torch.arange(len(own), device=place)
            loss = F.cross_entropy(torch.cat([among, wrong], 1), target) + PULL * weight.square().sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if on_progress:
            on_progress(step + 1, STEPS)
    return weight.detach().float().cpu().numpy()


def _ranks(texts: Vectors, pairs: Pairs) -> NDArray[np.int64]:
    """Rank, from 1, of its figure among all figures for each text that is held out."""
    rows = np.flatnonzero(pairs.held_out)
    scores = texts[rows] @ pairs.figures.T
    own = scores[np.arange(len(rows)), pairs.about[rows]]
    return 1 + (scores > own[:, None]).sum(axis=1)


def _score(ranks: NDArray[np.int64]) -> tuple[float, float]:
    return float((1 / ranks).mean()), float((ranks <= 5).mean())


def sign_test(rose: int, fell: int) -> float:
    """Chance of `rose` or more wins in rose + fell throws of a coin."""
    n = rose + fell
    return sum(math.comb(n, k) for k in range(rose, n + 1)) / 2**n if n else 1.0
