"""Files in, library out: found, hashed, read by workers, encoded together, stored together.

What is written when, so that a run may be killed at any moment and a search never sees half a document: `begin` notes
which points may come, the points come, and one transaction of the catalogue makes them seen and drops what they
replace, whose points go last.
"""

import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tools.errors import DiskFull, UnreadableFile
from tools.library.index import Index
from tools.library.ingest import embed, report, workers
from tools.library.ingest.reading import ReadFile, ReadJob, source_id
from tools.library.ingest.rebuild import rebuild_if_needed
from tools.library.ingest.report import Report
from tools.library.sources import files
from tools.library.sources.files import SourceFile
from tools.library.store import disk
from tools.library.store.catalog import FileRow, State

OnFile = Callable[[int, int, Path], None]
"""Called with the number of files that are done (from 0), the number of all, and the path that comes next."""
OnPage = Callable[[Path, int, int], None]
"""Called while a large file is read with its path, the number of pages that are done, and the number of all."""
MAX_ROWS = 1000
"""Files that are stored together."""
STORED_AFTER = 5.0
"""Seconds after which what was read is stored although it is little: nobody likes to lose more to a kill."""
TICK = 0.5
"""Seconds between two looks at the clock while nothing is ready."""


def ingest(
    index: Index, paths: Sequence[Path | str], on_file: OnFile | None = None, on_page: OnPage | None = None
) -> Report:
    """Reads what changed under `paths` (text is a URL). A file that cannot be read is reported; the rest goes in.
    Raises LibraryBusy where another process is at it, DiskFull where nothing more can be written; what is in stays."""
    start = time.perf_counter()
    done = Report()
    with disk.only_one(index.root), disk.may_fill(index.root), _temporary(index.root):
        settle(index)
        done.embedded = rebuild_if_needed(index)
        found = files.find(paths, done.failed, _redacts(index, done))
        run = _Run(index, done, on_file, on_page)
        changed = run.changed(found)
        if changed:
            run.read(changed)
        rows = index.catalog.files() if changed else run.before.values()
        run.forget(files.gone(rows, paths, found, run.members, done.failed))
        collect_garbage(index)
        if done.read:
            index.store.optimize()
    if on_file:
        on_file(run.total, run.total, Path())
    done.seconds = time.perf_counter() - start
    return done


def _redacts(index: Index, done: Report) -> bool:
    """Whether personal data is left out: what this run is asked for, and where it is asked for nothing, what the last
    one was that was. A flag that somebody forgets must not bring back what was blacked out."""
    before = index.catalog.redacts
    if index.redact is None:
        return before
    if index.redact != before:
        index.catalog.put_meta(redact=str(int(index.redact)))
    done.no_longer_redacted = before and not index.redact
    return index.redact


@dataclass(frozen=True)
class Plan:
    """A file that changed. `job` is None where the library has its content already, or another path brings it, and
    where the file could not even be hashed (`error`)."""

    file: SourceFile
    sha256: str = ""
    job: ReadJob | None = None
    error: Exception | None = None

    @property
    def row(self) -> FileRow:
        source = source_id(self.sha256, self.file.recipe)
        return replace(_row(self.file, "indexed"), source=source, sha256=self.sha256)


@dataclass
class _Batch:
    """What will be encoded and stored together."""

    since: float = field(default_factory=time.monotonic)
    read: list[ReadFile] = field(default_factory=list)
    rows: list[FileRow] = field(default_factory=list)

    def __contains__(self, source: str) -> bool:
        return any(one.parsed.source.id == source for one in self.read)

    @property
    def is_ripe(self) -> bool:
        return bool(self.rows) and (
            embed.is_full([one.encoder_input for one in self.read])
            or len(self.rows) >= MAX_ROWS
            or time.monotonic() - self.since > STORED_AFTER
        )


class _Run:
    """One run. All of it happens in the thread that called `ingest`; only hashing and reading do not."""

    def __init__(self, index: Index, done: Report, on_file: OnFile | None, on_page: OnPage | None) -> None:
        self.index = index
        self.report = done
        self.total = 0
        self.before: dict[str, FileRow] = {}
        self.members: set[str] = set()
        """What is in the archives, those that have not changed too."""
        self._on_file = on_file
        self._on_page = on_page
        self._batch = _Batch()
        self._later: list[SourceFile] = []

    def changed(self, found: Sequence[SourceFile]) -> list[SourceFile]:
        """Those that are not as they were when they were last read. The others cost nothing but a look."""
        self.before = {row.path: row for row in self.index.catalog.files()}
        todo = [file for file in found if not self._is_unchanged(file)]
        self.total = self._done + len(todo)
        return todo

    @property
    def _done(self) -> int:
        return len(self.report.read) + len(self.report.unchanged) + len(self.report.failed)

    def _is_unchanged(self, file: SourceFile) -> bool:
        row = self.before.get(file.uri)
        if row is None or file.is_url:
            return False
        if (row.size, row.mtime_ns, row.recipe) != (file.size, file.mtime_ns, file.recipe):
            return False
        rows = [row]
        if row.state == "archive":
            rows = [one for one in self.before.values() if one.path.startswith(files.inside(file.uri, ""))]
            self.members |= {member.path for member in rows}
        for one in rows:
            if one.state == "failed":
                self.report.failed.append((Path(one.path), one.error))
            else:
                self.report.unchanged.append(Path(one.path))
        return True

    def read(self, todo: Sequence[SourceFile]) -> None:
        count = workers.number(self.index.workers)
        with workers.Workers(count, self.index.seconds_a_file) as readers, ThreadPoolExecutor(2) as hashing:
            while todo:
                self._later = []
                hashed = workers.in_order(hashing, _hashed, self._unpacked(todo), ahead=32)
                for done in readers.each(self._plans(hashed), TICK):
                    if done is None:  # nothing is ready: the encoders take seconds to load
                        _ = self.index.encoders.text, self.index.encoders.image
                        if self._on_page and (far := readers.pages()):
                            self._on_page(Path(far[0].uri), *far[1])
                    else:
                        self._take(*done)
                    if self._batch.is_ripe:
                        self._store()
                self._store()
                todo = self._later

    def _unpacked(self, todo: Sequence[SourceFile]) -> Iterator[SourceFile]:
        """The files, those in archives instead of the archives."""
        for file in todo:
            if not file.is_archive:
                yield file
                continue
            try:
                archive = files.UnpackedArchive(file, disk.temporary(self.index.root))
            except (UnreadableFile, OSError) as error:
                self._fail(file, error)
                continue
            self.members |= {member.uri for member in archive.members}
            self.total += len(archive.members) - 1
            for name, reason in archive.refused:
                self._refuse(file, name, reason)
            if not archive.members:
                self._batch.rows.append(_row(file, "archive"))
            yield from archive.members

    def _refuse(self, file: SourceFile, name: str, reason: str) -> None:
        uri = files.inside(file.uri, name)
        self.members.add(uri)
        error = f"{name} in {file.path.name} is left out: {reason}."
        self._batch.rows.append(FileRow(uri, 0, file.mtime_ns, file.recipe, "failed", error=error))
        self.report.failed.append((Path(uri), error))

    def _fail(self, file: SourceFile, error: Exception) -> None:
        """Where the disk or the net is at fault, it may be readable tomorrow: what the library has of it stays, and it
        is tried again."""
        if isinstance(error, UnreadableFile) and not file.is_url:
            self._batch.rows.append(replace(_row(file, "failed"), error=str(error)))
        sentence = str(error) if isinstance(error, UnreadableFile) else files.explain(error, file.uri)
        self.report.failed.append((Path(file.uri), sentence))

    def _plans(self, hashed: Iterable[tuple[SourceFile, str | OSError]]) -> Iterator[Plan]:
        """Of several files with one content, the first brings it."""
        begun: set[str] = set()
        for file, sha256 in hashed:
            if isinstance(sha256, OSError):
                yield Plan(file, error=sha256)
                continue
            job = self._job(file, sha256)
            known = not file.is_url and (job.source in begun or self.index.catalog.has(job.source))
            begun.add(job.source)
            yield Plan(file, sha256, None if known else job)

    def _job(self, file: SourceFile, sha256: str) -> ReadJob:
        return ReadJob(
            uri=file.uri,
            path=file.path,
            root=self.index.root,
            recipe=file.recipe,
            sha256=sha256,
            caption=file.caption,
            text_encoder=self.index.encoders.text_name,
            shrink=self.index.encoders.shrink,
            keep=file.archive is not None,
            web=file.is_url,
            private=self.index.web_private,
        )

    def _take(self, plan: Plan, outcome: ReadFile | Exception | None) -> None:
        """One file is done with, but for storing it."""
        if isinstance(outcome, DiskFull):
            raise outcome
        if isinstance(outcome, ReadFile):
            self._add(plan, outcome)
        elif isinstance(outcome, Exception):
            self._fail(plan.file, outcome)
        elif self._has(plan.row.source):
            self._batch.rows.append(plan.row)
            self.report.unchanged.append(Path(plan.file.uri))
        else:  # the one that was to bring it could not be read, or has changed since
            self._later.append(plan.file)
            return
        if plan.file.archive and plan.file.archive.finish_one():
            self._batch.rows.append(_row(plan.file.archive.file, "archive"))
        if self._on_file:
            self._on_file(self._done, self.total, Path(plan.file.uri))

    def _add(self, plan: Plan, read: ReadFile) -> None:
        path, parsed = Path(plan.file.uri), read.parsed
        if plan.file.is_url and self._has(parsed.source.id):
            self.report.unchanged.append(path)
        else:
            self._batch.read.append(read)
            self.report.read.append(report.count(path, [entry.part.kind for entry in parsed.entries], read.seconds))
            self.report.notes += [(path, note) for note in parsed.notes]
            self.report.redacted.update(read.redacted)
        self._batch.rows.append(replace(plan.row, source=parsed.source.id, sha256=parsed.source.sha256))

    def _has(self, source: str) -> bool:
        return source in self._batch or self.index.catalog.has(source)

    def _store(self) -> None:
        batch, self._batch = self._batch, _Batch()
        if batch.rows:
            put(self.index, batch.read, batch.rows)

    def forget(self, gone: Sequence[str]) -> None:
        """Files that were under these paths and are no longer there leave the library."""
        if gone:
            put(self.index, [], [], gone)
            self.report.removed += gone


@contextmanager
def _temporary(root: Path) -> Iterator[None]:
    """An empty folder; what a killed run left in it goes."""
    folder = disk.temporary(root)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put(index: Index, read: Sequence[ReadFile], rows: Sequence[FileRow], gone: Sequence[str] = ()) -> None:
    """Points, then catalogue in one step, then the points of what that step dropped."""
    sources = [one.parsed.source.id for one in read]
    if sources:
        index.catalog.begin(sources)
        index.store.put(embed.points(index, [one.encoder_input for one in read]))
    dropped = index.catalog.put([one.parsed for one in read], rows, gone)
    if dropped:
        index.store.remove(*dropped)
        index.catalog.settle(dropped)


def settle(index: Index) -> None:
    """After a run that was killed: removes points of sources that the catalogue never got, or has let go."""
    pending = index.catalog.pending()
    if pending:
        index.store.remove(*(set(pending) - index.catalog.recipes().keys()))
        index.catalog.settle(pending)


def collect_garbage(index: Index) -> None:
    """Pictures, renditions and originals that no source shows any more leave the disk."""
    garbage = index.catalog.garbage()
    for path in garbage:
        (index.root / path).unlink(missing_ok=True)
    if garbage:
        index.catalog.swept(garbage)


def _row(file: SourceFile, state: State) -> FileRow:
    return FileRow(file.uri, file.size, file.mtime_ns, file.recipe, state)


def _hashed(file: SourceFile) -> str | OSError:
    try:
        return "" if file.is_url else disk.sha256(file.path)
    except OSError as error:
        return error
