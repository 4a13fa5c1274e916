"""How vectors are stored: quantised or not, in memory or on the disk, in how many shards. It changes no vector, so it
may be changed at any time: a folder is rebuilt by the next indexing, a server rebuilds by itself."""

from dataclasses import dataclass, field
from typing import Literal

Quantization = Literal["none", "int8"]
M, EF_CONSTRUCT = 16, 100
"""Of the HNSW graph (Malkov & Yashunin, 2018): edges a point, and candidates looked at when it is joined."""
EF = 128
"""Candidates looked at in a search; `python -m evals scale` measures what it finds and what it costs."""
OVERSAMPLING = 2.0
"""Times the limit that a quantised search finds, to be put in order by the vectors themselves."""
QUANTILE = 0.99
"""Share of the values that int8 spans; the few beyond are clipped."""
FULL_SCAN = 10_000
"""Kilobytes of vectors below which comparing with all of them is quicker than the graph; Qdrant's own default."""


@dataclass(frozen=True)
class Layout:
    """`on_disk` leaves the vectors as they were made on the disk (of int8, which stays in memory, they are read for the
    best only). `shards` and `replicas` are a cluster's; None leaves them to it."""

    quantization: Quantization = "int8"
    on_disk: bool = False
    shards: int | None = None
    replicas: int | None = None
    api_key: str | None = field(default=None, repr=False)
