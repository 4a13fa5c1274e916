"""python -m evals scale: how quick, how small and how exact the store is, beside qdrant-client's local mode and NumPy.

Encoding is not in these figures: vectors and words are synthetic (see `synthetic`). Times are of the wall, and of the
processor where others share the machine; ratios are of one run.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from evals.metrics.resources import peak_mb, resident_mb
from evals.retrieval.synthetic import Corpus, Points, Vectors
from tools.library.store import EdgeStore, Layout, Leg, LegQuery, Maker, Scope, ServerStore, Sparse, Store

TEXT_DIM, CLIP_DIM = 384, 512
MAKER = Maker("synthetic", "synthetic", TEXT_DIM, CLIP_DIM)
DEPTH = 50
"""Windows each leg gives, as in `Library.search`."""
NEAREST = 10
MILLION = 1_000_000
SLOW = 10
"""Queries asked of what takes more than a tenth of a second."""
FIGURES = Scope(kinds=("figure",))
LEGS: tuple[Leg, ...] = ("bm25", "text", "clip")


@dataclass
class StoreSpeed:
    """Of one way to search. Times in seconds; of queries, milliseconds at the median and at 95 of 100, and the
    processor's; `recall` of the 10 nearest, 0 to 1; memory in megabytes; nan where it was not measured."""

    name: str
    write: float = float("nan")
    build: float = float("nan")
    reopen: float = float("nan")
    p50: float = float("nan")
    p95: float = float("nan")
    cpu: float = float("nan")
    filtered_p50: float = float("nan")
    recall: float = float("nan")
    resident: float = float("nan")


def scale(
    points: Annotated[int, typer.Option(min=2000, help="Each with words, text and a picture.")] = 100_000,
    queries: Annotated[int, typer.Option(min=20)] = 200,
    million: Annotated[bool, typer.Option("--million", help="One million pictures instead, Edge only.")] = False,
    quantization: Annotated[str, typer.Option(help="int8 or none")] = "int8",
    local: Annotated[bool, typer.Option(help="qdrant-client's local mode too; it takes minutes.")] = True,
    folder: Annotated[Path | None, typer.Option(help="Where the store is built; it is left there.")] = None,
) -> None:
    """How quick, how small and how exact the store is at a size."""
    root = folder or Path(tempfile.mkdtemp())
    layout = Layout("int8" if quantization == "int8" else "none", on_disk=million)
    try:
        rows = dense(root, MILLION, queries, layout) if million else hybrid(root, points, queries, layout, local)
    finally:
        if folder is None:
            shutil.rmtree(root, ignore_errors=True)
    _print(rows)


def hybrid(root: Path, number: int, queries: int, layout: Layout, local: bool) -> list[StoreSpeed]:
    """Three legs in one call: Edge, NumPy with every point, and qdrant-client's local mode."""
    corpus = Corpus(TEXT_DIM, CLIP_DIM)
    asked = corpus.queries(queries)
    edge = built(root, corpus, number, layout)
    exact, nearest = _numpy(corpus, number, asked)
    rows = [_served_apart(root, edge, layout, asked, nearest, "text"), exact]
    _print(rows)  # what comes now takes minutes
    if local:
        rows.append(StoreSpeed("qdrant-client local mode"))
        store = ServerStore(":memory:", MAKER)
        rows[-1].write = _seconds(lambda: _fill(store, corpus, number))
        _ask(store, rows[-1], _first(asked, SLOW), nearest[:SLOW], "text")
    return rows


def dense(root: Path, number: int, queries: int, layout: Layout) -> list[StoreSpeed]:
    """One leg of pictures, at a size that is searched by one machine: Edge, and exact search for what is nearest."""
    corpus = Corpus(0, CLIP_DIM, words=False)
    asked = corpus.queries(queries)
    edge = built(root, corpus, number, layout)
    exact = StoreSpeed("NumPy, every point, a query of many", recall=1.0)
    begun = time.process_time()
    nearest = _nearest((points.clip for points in corpus.points(number)), asked.clip)
    exact.cpu = (time.process_time() - begun) / queries * 1e3
    return [_served_apart(root, edge, layout, asked, nearest, "clip"), exact]


def built(root: Path, corpus: Corpus, number: int, layout: Layout) -> StoreSpeed:
    """Written and indexed; in a folder of an earlier run, only what that one had not done."""
    speed = StoreSpeed(f"Edge, {layout.quantization}{', on disk' if layout.on_disk else ''}")
    store = EdgeStore(root / "vectors", MAKER, layout)
    speed.write = _seconds(lambda: _fill(store, corpus, number))
    print(f"written: {store.count()} points in {speed.write:.0f} s", flush=True)
    cpu = time.process_time()
    speed.build = _seconds(store.optimize)
    store.close()
    print(f"built: {time.process_time() - cpu:.0f} s of the processor, peak memory {peak_mb():.0f} MB", flush=True)
    return speed


def _fill(store: Store, corpus: Corpus, number: int) -> None:
    there = store.count()
    for points in corpus.points(number):
        if points.first + len(points.clip) > there:
            store.put(points.windows())


def _served_apart(
    root: Path, speed: StoreSpeed, layout: Layout, asked: Points, nearest: Sequence[set[str]], leg: Leg
) -> StoreSpeed:
    """Opened and asked in a process of its own, whose memory holds nothing of the building."""
    with ProcessPoolExecutor(1, get_context("spawn")) as apart:
        return apart.submit(_serve, root, speed, layout, asked, nearest, leg).result()


def _serve(root: Path, speed: StoreSpeed, layout: Layout, *asked: Any) -> StoreSpeed:
    import qdrant_edge  # noqa: F401  its loading is not the folder's

    begun = time.perf_counter()
    with closing(EdgeStore(root / "vectors", MAKER, layout)) as store:
        speed.reopen = time.perf_counter() - begun
        _ask(store, speed, *asked)
        speed.resident = resident_mb()[0]
    return speed


def _ask(store: Store, speed: StoreSpeed, asked: Points, nearest: Sequence[set[str]], leg: Leg) -> None:
    """Warm: the first tenth of the queries is asked twice, and counted once."""
    legs = [name for name in LEGS if _query(asked, 0, name) is not None]
    number = len(asked.clip)

    def one(n: int, scope: Scope) -> list[list[Any]]:
        queries = ((name, _query(asked, n, name)) for name in legs)
        return store.search_all([LegQuery(name, vector) for name, vector in queries if vector], DEPTH, scope)

    for n in range(number // 10):
        one(n, Scope())
    begun, times, right = time.process_time(), [], 0
    for n in range(number):
        start = time.perf_counter()
        found = one(n, Scope())
        times.append(time.perf_counter() - start)
        right += len({hit.item for hit in found[legs.index(leg)][:NEAREST]} & nearest[n])
    speed.cpu = (time.process_time() - begun) / number * 1e3
    speed.p50, speed.p95 = (float(np.percentile(times, q)) * 1e3 for q in (50, 95))
    speed.recall = right / NEAREST / number
    kept = [_seconds(lambda n=n: one(n, FIGURES)) for n in range(min(number, 50))]  # type: ignore[misc]
    speed.filtered_p50 = float(np.median(kept)) * 1e3


def _query(asked: Points, n: int, leg: Leg) -> list[float] | Sparse | None:
    if leg == "bm25":
        return asked.words[n] if asked.words else None
    vectors: Vectors = getattr(asked, leg)
    return vectors[n].tolist() if vectors.shape[1] else None


def _numpy(corpus: Corpus, number: int, asked: Points) -> tuple[StoreSpeed, list[set[str]]]:
    """Every point, in float32: two products of a matrix and a vector, and one of a sparse matrix."""
    from scipy.sparse import csc_matrix

    chunks = list(corpus.points(number))
    text, clip = (np.concatenate([getattr(chunk, leg) for chunk in chunks]) for leg in ("text", "clip"))
    words = [one for chunk in chunks for one in chunk.words]
    rows = np.repeat(np.arange(number), [len(one.indices) for one in words])
    columns = np.concatenate([one.indices for one in words])
    values = np.concatenate([one.values for one in words]).astype(np.float32)
    bags = csc_matrix((values, (rows, columns)))
    idf = np.log1p((number - (n := np.diff(bags.indptr)) + 0.5) / (n + 0.5))
    times, begun = [], time.process_time()
    for n in range(SLOW):
        start = time.perf_counter()
        ids = [i for i in asked.words[n].indices if i < bags.shape[1]]
        scores = (text @ asked.text[n], clip @ asked.clip[n], bags[:, ids] @ idf[ids])
        for one in scores:
            best = np.argpartition(-one, DEPTH)[:DEPTH]
            best[np.argsort(-one[best])]
        times.append(time.perf_counter() - start)
    speed = StoreSpeed("NumPy, every point", cpu=(time.process_time() - begun) / SLOW * 1e3, recall=1.0)
    speed.p50, speed.p95 = (float(np.percentile(times, q)) * 1e3 for q in (50, 95))
    return speed, _nearest((chunk.text for chunk in chunks), asked.text)


def _nearest(chunks: Any, asked: Vectors) -> list[set[str]]:
    """The items of the 10 nearest to each query, by every point."""
    scores, items = np.zeros((len(asked), 0), np.float32), np.zeros((len(asked), 0), np.int64)
    first = 0
    for vectors in chunks:
        scores = np.concatenate([scores, asked @ vectors.T], axis=1)
        numbers = np.broadcast_to(np.arange(first, first + len(vectors)), (len(asked), len(vectors)))
        items = np.concatenate([items, numbers], axis=1)
        best = np.argpartition(-scores, NEAREST - 1, axis=1)[:, :NEAREST]
        scores, items = np.take_along_axis(scores, best, 1), np.take_along_axis(items, best, 1)
        first += len(vectors)
    return [{str(item) for item in row} for row in items]


def _first(asked: Points, number: int) -> Points:
    return Points(0, asked.text[:number], asked.clip[:number], asked.words[:number])


def _seconds(do: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


def _print(rows: Sequence[StoreSpeed]) -> None:
    columns = list(asdict(rows[0]))
    shown = Table(*columns)
    for row in rows:
        shown.add_row(row.name, *("" if np.isnan(v := getattr(row, c)) else f"{v:.3g}" for c in columns[1:]))
    console = Console(width=150)
    console.print(shown)
    for row in rows[1:]:
        console.print(f"{row.name}: {row.cpu / rows[0].cpu:.1f} times the processor time of {rows[0].name} per query")
