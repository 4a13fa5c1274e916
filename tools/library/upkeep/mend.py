"""`exhibit library doctor --mend`: cures what can be cured without a person. Nothing is emptied that cannot be made
again."""

import shutil
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from tools.library.index import Index
from tools.library.ingest import pipeline
from tools.library.ingest.rebuild import fill, rebuild
from tools.library.store import disk
from tools.library.upkeep.check import ASIDE, Cure, Fault


def mend(index: Index, faults: Sequence[Fault]) -> int:
    """The number of faults that it dealt with. Check again afterwards."""
    by: dict[Cure, list[Fault]] = defaultdict(list)
    for fault in faults:
        by[fault.cure].append(fault)
    read_again = {fault.source for fault in by["read"] if fault.source}
    with disk.only_one(index.root), disk.may_fill(index.root):
        _delete(fault.bad for cure in ("read", "delete") for fault in by[cure])
        for fault in by["aside"]:
            _put_aside(fault.bad)
        if by["rebuild"]:
            rebuild(index, edition=index.edition)
        pipeline.put(index, [], [], [fault.path for fault in by["forget"]])
        index.catalog.distrust(sorted(read_again), [fault.path for fault in by["read"] if fault.path])
        index.store.remove(*sorted({fault.source for fault in by["clear"] if fault.source}))
        poor = sorted({fault.source for fault in by["embed"]} - read_again)
        index.store.remove(*poor)
        fill(index, index.store, poor)
        pipeline.settle(index)
        pipeline.collect_garbage(index)
        index.drop_other_stores()
    sources = read_again & index.catalog.recipes().keys()
    paths = {path for id in sources for path in index.catalog.source(id).paths}
    paths |= {fault.path for fault in by["read"] if fault.path}
    if paths:
        pipeline.ingest(index, [Path(path) for path in sorted(paths)])
    return sum(len(some) for cure, some in by.items() if cure != "index")


def _delete(files: Iterable[Path | None]) -> None:
    for file in files:
        if file is not None and file.is_dir():
            shutil.rmtree(file)
        elif file is not None:
            file.unlink(missing_ok=True)


def _put_aside(database: Path | None) -> None:
    """With what SQLite keeps beside it; a new one is made at the next question."""
    if database is not None:
        stamp = time.strftime("%Y%m%d-%H%M%S")
        for file in [*database.parent.glob(f"{database.name}-*"), database]:
            file.rename(file.with_name(f"{ASIDE}{stamp}-{file.name}"))
