"""Files in, library out: found, hashed, read by workers, encoded together, stored together.

What is written when, so that a run may be killed at any moment and a search never sees half a document: `begin` notes
which points may come, the points come, and one transaction of the catalogue makes them seen and drops what they
replace, whose points go last.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from tools.errors import DiskFull, UnreadableFile
from tools.library.index import Index
from tools.library.ingest import reading, reembed, workers
from tools.library.ingest import report as reports
from tools.library.ingest.points import windows
from tools.library.ingest.reading import Job, Read
from tools.library.ingest.report import Report
from tools.library.sources import files as found
from tools.library.sources.files import Found
from tools.library.store import disk
from tools.library.store.catalog import FileRow, State

Progress = Callable[[int, int, Path], None]
"""Called with the number of files that are done (from 0), the number of all, and the path that comes next."""
TEXTS, PICTURES, ROWS = 512, 128, 1000
"""What is encoded and stored together at the most: bounds the memory, and what a kill costs."""
PATIENCE = 5.0
"""Seconds after which what was read is stored though it is little: nobody likes to lose more to a kill."""
TICK = 0.5


def ingest(index: Index, paths: Sequence[Path | str], progress: Progress | None = None) -> Report:
    """Reads what changed under `paths` (text is a URL). A file that cannot be read is reported; the rest goes in.
    Raises LibraryBusy where another process is at it, DiskFull where nothing more can be written; what is in stays."""
    start = time.perf_counter()
    report = Report()
    with disk.only_one(index.root):
        clear_up(index)
        report.embedded = reembed.if_needed(index)
        files = found.under(paths, report)
        run = _Run(index, report, progress)
        todo = run.changed(files)
        if todo:
            run.read(todo)
        rows = index.catalog.files() if todo else run.before.values()
        run.forget(found.missing(rows, paths, files, run.members, report))
        collect(index)
        if report.read:
            index.store.optimize()
    if progress:
        progress(run.total, run.total, Path())
    report.seconds = time.perf_counter() - start
    return report


@dataclass(frozen=True)
class Plan:
    """A file that changed. `job` is None where its reading is there already or is being made for another path, and
    where the file could not even be hashed (`error`)."""

    file: Found
    sha256: str = ""
    job: Job | None = None
    error: Exception | None = None

    @property
    def row(self) -> FileRow:
        file = self.file
        source = reading.source_id(self.sha256, file.recipe)
        return FileRow(file.uri, file.size, file.mtime_ns, file.recipe, "indexed", source, sha256=self.sha256)


@dataclass
class _Batch:
    """What will be encoded and stored together."""

    since: float = field(default_factory=time.monotonic)
    reads: list[Read] = field(default_factory=list)
    rows: list[FileRow] = field(default_factory=list)

    def __contains__(self, source: str) -> bool:
        return any(read.reading.source.id == source for read in self.reads)

    @property
    def ripe(self) -> bool:
        raws = [read.raw for read in self.reads]
        return bool(self.rows) and (
            sum(len(raw.pieces) for raw in raws) >= TEXTS
            or sum(raw.pictures for raw in raws) >= PICTURES
            or len(self.rows) >= ROWS
            or time.monotonic() - self.since > PATIENCE
        )


class _Run:
    """One run. All of it happens in the thread that called `ingest`; only hashing and reading do not."""

    def __init__(self, index: Index, report: Report, progress: Progress | None) -> None:
        self.index = index
        self.report = report
        self.total = 0
        self._progress = progress
        self._batch = _Batch()
        self._later: list[Found] = []
        self.before: dict[str, FileRow] = {}
        self.members: set[str] = set()
        """What lies in the archives, those that have not changed too."""

    def changed(self, files: Sequence[Found]) -> list[Found]:
        """Those that are not as they were when they were last read. The others cost nothing but a look."""
        self.before = {row.path: row for row in self.index.catalog.files()}
        todo = [file for file in files if not self._as_it_was(file)]
        self.total = self._done + len(todo)
        return todo

    @property
    def _done(self) -> int:
        return len(self.report.read) + len(self.report.unchanged) + len(self.report.failed)

    def _as_it_was(self, file: Found) -> bool:
        row = self.before.get(file.uri)
        if row is None or file.is_url:
            return False
        if (row.size, row.mtime_ns, row.recipe) != (file.size, file.mtime_ns, file.recipe):
            return False
        held = [row]
        if row.state == "archive":
            held = [r for r in self.before.values() if r.path.startswith(found.inside(file.uri, ""))]
            self.members |= {member.path for member in held}
        for same in held:
            if same.state == "failed":
                self.report.failed.append((Path(same.path), same.error))
            else:
                self.report.unchanged.append(Path(same.path))
        return True

    def read(self, todo: Sequence[Found]) -> None:
        count = workers.number(self.index.workers)  # a process starts when it is first needed
        with workers.Workers(count, self.index.seconds_a_file) as readers, ThreadPoolExecutor(2) as hashing:
            while todo:
                self._later = []
                hashed = workers.in_order(hashing, _hashed, self._opened(todo), ahead=32)
                for done in readers.each(self._plans(hashed), TICK):
                    if done is not None:
                        self._take(*done)
                    else:
                        self._warm_up()
                    if self._batch.ripe:
                        self._store()
                self._store()
                todo = self._later

    def _opened(self, todo: Sequence[Found]) -> Iterator[Found]:
        """The files, those in archives instead of the archives."""
        for file in todo:
            if not file.is_archive:
                yield file
                continue
            try:
                archive = found.Archive(file)
            except (UnreadableFile, OSError) as error:
                self._failed(file, error)
                continue
            self.members |= {member.uri for member in archive.members}
            self.total += len(archive.members) - 1
            for name, reason in archive.refused:
                self._refused(file, name, reason)
            if not archive.members:
                self._batch.rows.append(_row(file, "archive"))
            yield from archive.members

    def _refused(self, file: Found, name: str, reason: str) -> None:
        uri = found.inside(file.uri, name)
        self.members.add(uri)
        error = f"{name} in {file.path.name} is left out: {reason}."
        self._batch.rows.append(FileRow(uri, 0, file.mtime_ns, file.recipe, "failed", error=error))
        self.report.failed.append((Path(uri), error))

    def _failed(self, file: Found, error: Exception) -> None:
        """What a file says that cannot be read. It may be readable tomorrow, or the net be there again: what is held of
        it stays then, and it is tried again."""
        if isinstance(error, UnreadableFile) and not file.is_url:
            self._batch.rows.append(replace(_row(file, "failed"), error=str(error)))
        told = str(error) if isinstance(error, UnreadableFile) else found.told(error, file.uri)
        self.report.failed.append((Path(file.uri), told))

    def _warm_up(self) -> None:
        """While nothing is ready: the encoders take seconds to load."""
        _ = self.index.encoders.text, self.index.encoders.image

    def _plans(self, hashed: Iterable[tuple[Found, str | OSError]]) -> Iterator[Plan]:
        """Of several files with one reading, the first brings it."""
        begun: set[str] = set()
        made_small = self.index.encoders.shrink
        for file, sha256 in hashed:
            if isinstance(sha256, OSError):
                yield Plan(file, error=sha256)
                continue
            job = Job(
                uri=file.uri,
                path=file.path,
                root=self.index.root,
                recipe=file.recipe,
                sha256=sha256,
                caption=file.caption,
                text_encoder=self.index.encoders.text_name,
                shrink=made_small,
                keep=file.archive is not None,
                web=file.is_url,
                private=self.index.web_private,
            )
            if file.is_url:
                yield Plan(file, job=job)
                continue
            there = job.source in begun or self.index.catalog.held([job.source])
            begun.add(job.source)
            yield Plan(file, sha256, None if there else job)

    def _take(self, plan: Plan, came: Read | Exception | None) -> None:
        """One file is done with, but for storing it."""
        uri = plan.file.uri
        if isinstance(came, DiskFull):
            raise came
        if isinstance(came, Read):
            source = came.reading.source
            if plan.file.is_url and (source.id in self._batch or self.index.catalog.held([source.id])):
                self.report.unchanged.append(Path(uri))
            else:
                self._batch.reads.append(came)
                self._read(uri, came)
            self._batch.rows.append(replace(plan.row, source=source.id, sha256=source.sha256))
        elif isinstance(came, Exception):
            self._failed(plan.file, came)
        elif plan.row.source in self._batch or self.index.catalog.held([plan.row.source]):
            self._batch.rows.append(plan.row)
            self.report.unchanged.append(Path(uri))
        else:  # the one that was to bring it could not be read, or has changed since
            self._later.append(plan.file)
            return
        if plan.file.archive and plan.file.archive.dealt_with():
            self._batch.rows.append(_row(plan.file.archive.file, "archive"))
        if self._progress:
            self._progress(self._done, self.total, Path(uri))

    def _read(self, uri: str, came: Read) -> None:
        kinds = [entry.part.kind for entry in came.reading.entries]
        self.report.read.append(reports.count(Path(uri), kinds, came.seconds))
        self.report.notes += [(Path(uri), note) for note in came.reading.notes]

    def _store(self) -> None:
        batch, self._batch = self._batch, _Batch()
        if batch.rows:
            put(self.index, batch.reads, batch.rows)

    def forget(self, gone: Sequence[str]) -> None:
        """Files that were under these paths and are there no more leave the library."""
        if gone:
            put(self.index, [], [], gone)
            self.report.removed += gone


def put(index: Index, reads: Sequence[Read], rows: Sequence[FileRow], gone: Sequence[str] = ()) -> None:
    """Points, then catalogue in one step, then the points of what that step dropped."""
    sources = [read.reading.source.id for read in reads]
    try:
        if sources:
            index.catalog.begin(sources)
            index.store.put(windows(index, [read.raw for read in reads]))
        dropped = index.catalog.put([read.reading for read in reads], rows, gone)
        if dropped:
            index.store.remove(*dropped)
            index.catalog.settle(dropped)
    except Exception as error:  # Qdrant Edge raises bare Exceptions
        if disk.is_full(error) and not isinstance(error, DiskFull):
            raise disk.full(index.root) from error
        raise


def clear_up(index: Index) -> None:
    """After a run that was killed: points of sources that the catalogue never got, or has let go."""
    left = index.catalog.pending()
    if gone := [source for source in left if source not in index.catalog.recipes()]:
        index.store.remove(*gone)
    if left:
        index.catalog.settle(left)


def collect(index: Index) -> None:
    """Pictures, renditions and originals that no source shows any more leave the disk."""
    garbage = index.catalog.garbage()
    for path in garbage:
        (index.root / path).unlink(missing_ok=True)
    if garbage:
        index.catalog.swept(garbage)


def _row(file: Found, state: State) -> FileRow:
    return FileRow(file.uri, file.size, file.mtime_ns, file.recipe, state)


def _hashed(file: Found) -> str | OSError:
    if file.is_url:
        return ""
    try:
        return reading.digest(file.path)
    except OSError as error:
        return error
