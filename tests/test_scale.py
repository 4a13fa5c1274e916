"""`python -m evals scale` at its smallest: what it finds can be told beforehand."""

from pathlib import Path

import pytest

from evals.retrieval import scale
from tools.library.store import Layout


@pytest.mark.slow
def test_edge_finds_what_numpy_finds(tmp_path: Path) -> None:
    edge, exact, local = scale.hybrid(tmp_path, 2000, 20, Layout("int8"), local=True)
    assert exact.recall == 1.0 and edge.recall > 0.9 and local.recall == 1.0
    assert 0 < edge.p50 <= edge.p95 and edge.resident > 50 and edge.reopen > 0


@pytest.mark.slow
def test_pictures_alone(tmp_path: Path) -> None:
    edge, exact = scale.dense(tmp_path, 2000, 20, Layout("none", on_disk=True))
    assert edge.recall > 0.9 and exact.cpu > 0
