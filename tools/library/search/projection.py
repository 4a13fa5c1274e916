"""A library's vectors in two dimensions: the space of words, and the space of pictures with the words in it."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tools.errors import SettingsError
from tools.library.index import Index
from tools.library.search.filters import scope_of
from tools.library.search.legs import queries
from tools.library.search.query import Query
from tools.library.store import Leg, Sparse

MOST = 3000
"""Points that are drawn: a sample, always the same."""
KINDS = {"passage": "#2563eb", "table": "#059669", "figure": "#d97706"}
TITLES: dict[Leg, str] = {"text": "space of words", "clip": "space of pictures: words and pixels"}


class Plane(NamedTuple):
    """The two directions in which a cloud is widest. `middle` is float[dim], `axes` float[2, dim], orthonormal;
    `share` the part of the variance that they show."""

    middle: NDArray
    axes: NDArray
    share: float

    def of(self, vectors: NDArray) -> NDArray:
        """float[n, dim] → float[n, 2]."""
        return (vectors - self.middle) @ self.axes.T


def plane(vectors: NDArray) -> Plane:
    """Principal components (Pearson, 1901) of float[n, dim]."""
    middle = vectors.mean(axis=0)
    _, values, axes = np.linalg.svd(vectors - middle, full_matrices=False)
    total = float((values**2).sum())
    return Plane(middle, axes[:2], float((values[:2] ** 2).sum()) / total if total else 0.0)


def gap(words: NDArray, pixels: NDArray) -> float:
    """The modality gap (Liang et al., NeurIPS 2022): how far apart the middles of two clouds of float[n, dim] lie."""
    return float(np.linalg.norm(words.mean(axis=0) - pixels.mean(axis=0)))


def draw(index: Index, query: Query, path: Path) -> Path:
    """Writes a PNG: every kind of item a colour, the query's vectors as stars.

    Raises SettingsError where matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise SettingsError("Drawing needs matplotlib.", "Type: pip install matplotlib") from error
    scope = scope_of(index.catalog, query.within)
    sample = index.store.sample(MOST, scope) if scope else []
    stars = queries(index, query)
    picture = Figure(figsize=(12, 5.5), layout="constrained")
    for axes, (leg, title) in zip(picture.subplots(1, 2), TITLES.items(), strict=True):
        points = [(point.kind, point.dense[leg]) for point in sample if leg in point.dense]
        axes.set_title(title)
        axes.set_xticks([])
        axes.set_yticks([])
        if len(points) < 3:
            continue
        flat = plane(np.asarray([vector for _, vector in points]))
        axes.set_xlabel(f"two principal components, {100 * flat.share:.0f} % of the variance")
        for kind, colour in KINDS.items():
            of_kind = np.asarray([vector for one, vector in points if one == kind])
            if len(of_kind):
                axes.scatter(*flat.of(of_kind).T, s=9, c=colour, alpha=0.55, label=f"{kind} ({len(of_kind)})")
        for name, star in stars.items():
            if star.leg == leg and not isinstance(star.vector, Sparse):
                where = flat.of(np.asarray([star.vector]))
                axes.scatter(*where.T, s=190, marker="*", edgecolors="black", label=f"query: {name}")
        words, pixels = ([v for kind, v in points if (kind == "figure") is seen] for seen in (False, True))
        if leg == "clip" and words and pixels:
            axes.set_title(f"{title}, gap {gap(np.asarray(words), np.asarray(pixels)):.2f}")
        axes.legend(fontsize=8)
    picture.savefig(path, dpi=120, format="png")
    return path
