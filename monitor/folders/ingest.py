"""Store the articles of files that were read. Everything here blocks; call it in a thread, one call at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from monitor.domain.article import Origin
from monitor.domain.clock import Clock
from monitor.domain.errors import DatabaseError
from monitor.domain.ids import ScanId
from monitor.domain.quarantined import Quarantined, QuarantineKind, quarantine_id
from monitor.folders import file_reader
from monitor.folders.file_reader import FileRead, FoundFile
from monitor.folders.folder_kind import NAME, folder_name
from monitor.folders.outdated import current_entries
from monitor.logs import get_logger
from monitor.parse.documents import is_document
from monitor.storage import articles, files, quarantine, scans, source_states
from monitor.storage.engine import Connection, Database
from monitor.storage.files import KnownFile

BATCH_FILES = 200
_BATCH_BYTES = 2_000_000
_PORTION = (250, 1_000_000)
"""At most so many entries and characters are stored in one transaction, unless a single entry is longer."""

_LONGEST_PAUSE_S = 0.2
_NAMED = 5
"""Documents that the health of a folder names."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """Noticed paths by what they are: unread files that have settled, those still being written with the time of their notice, directories."""

    settled: Sequence[FoundFile]
    waiting: dict[str, float]
    directories: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedFile:
    """A document that cannot be read, and why."""

    folder: Path
    path: str
    name: str
    error: str


class DocumentIngester:
    """Knows which files are new or changed and stores their articles. A document always counts as new, whatever its date."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._seen: dict[str, tuple[int, int]] = {}
        self._errors: dict[str, FailedFile] = {}
        self._pause_until = 0.0

    def unread(self, found: Sequence[FoundFile]) -> list[FoundFile]:
        """Return those of `found` that have not been read as they are now. One that could not be opened is tried again every time."""
        candidates = [file for file in found if self._seen.get(file.name) != (file.size, file.mtime_ns)]
        if not candidates:
            return []
        known = self.known(candidates)
        changed: list[FoundFile] = []
        for file in candidates:
            if _is_current(file, known.get(file.name)):
                self._seen[file.name] = (file.size, file.mtime_ns)
                self._note(file, known[file.name].error)
            else:
                changed.append(file)
        return changed

    def classify(self, noticed: dict[str, float], folders: Sequence[Path], *, followed: Collection[Path] = ()) -> Classified:
        """Look at what there is now at noticed paths in the watched `folders`, and behind links out of those `followed`.

        The values of `noticed` are times as `time.time()`.
        """
        found: dict[str, FoundFile] = {}
        directories: list[str] = []
        for path in noticed:
            if (folder := file_reader.folder_of(path, folders)) is None:
                continue
            if is_document(path) and (file := file_reader.find_file(folder, path, follow_links=folder in followed)) is not None:
                found[path] = file
            elif Path(path).is_dir():
                directories.append(path)
        unread = self.unread(list(found.values()))
        settled = [file for file in unread if file_reader.is_settled(file, noticed_at=noticed[file.path])]
        waiting = {file.path: noticed[file.path] for file in unread}
        for file in settled:
            del waiting[file.path]
        return Classified(settled=settled, waiting=waiting, directories=directories)

    def known(self, found: Sequence[FoundFile]) -> dict[str, KnownFile]:
        """Return what is stored about these files, by name."""
        with self._database.read() as connection:
            return files.known(connection, [file.name for file in found])

    def store(self, read: Sequence[FileRead], known: Mapping[str, KnownFile]) -> Iterator[list[ScanId]]:
        """Store what was read, a short transaction with each step. Yield the scans of each transaction, to relay.

        If the database refuses files together, each is stored alone, so that one bad document does not lose the others.
        """
        now = self._clock.now()
        try:
            for portion in in_groups([piece for one in read for piece in _pieces(one)], _measure, _PORTION):
                yield self._write(portion, now)
        except DatabaseError as error:
            if len(read) > 1:
                for one in read:
                    yield from self.store([one], known)
                return
            read = [FileRead(file=read[0].file, digest=read[0].digest, error=f"cannot be stored: {type(error).__name__}")]
            yield self._write(read, now)
        for one in read:
            self._remember(one, known.get(one.file.name))

    def record_health(self, problems: Mapping[Path, str | None]) -> None:
        """Store why each folder cannot be read, or None, and which of its documents cannot."""
        for name in [name for name, failed in self._errors.items() if not Path(failed.path).exists()]:
            del self._errors[name]
        failed = sorted(self._errors.values(), key=lambda one: one.folder)
        remarks = {str(folder): _remark(list(group)) for folder, group in groupby(failed, key=lambda one: one.folder)}
        by_address = {str(folder): problem for folder, problem in problems.items()}
        with self._database.write() as connection:
            source_states.record(connection, NAME, by_address, self._clock.now(), remarks=remarks)

    def is_ahead(self, count: int) -> bool:
        """Return whether more than `count` articles, of any source, are still to be scanned."""
        with self._database.read() as connection:
            return scans.more_than(connection, count)

    def _write(self, read: Sequence[FileRead], now: datetime) -> list[ScanId]:
        """Store `read` in one transaction, and pause before the next for as long as this one took."""
        # SQLite admits whoever asks first, and waiting writers ask only now and then: without a pause between transactions feeds wait
        # for seconds behind a file of many entries.
        time.sleep(max(0.0, self._pause_until - time.monotonic()))
        began = time.monotonic()
        queued: list[ScanId] = []
        with self._database.write() as connection:
            for folder, group in groupby(sorted(read, key=lambda one: one.file.folder), key=lambda one: one.file.folder):
                origin = folder_origin(folder)
                entries = current_entries(connection, origin, group)
                if entries:
                    queued += articles.ingest(connection, origin, entries, now=now, alertable=lambda _entry: True).scans
            files.record(connection, [_known_file(one) for one in read if one.complete], now)
            self._keep_quarantine(connection, read, now)
        if self._database.dialect == "sqlite":
            ended = time.monotonic()
            self._pause_until = ended + min(ended - began, _LONGEST_PAUSE_S)
        return queued

    def _keep_quarantine(self, connection: Connection, read: Sequence[FileRead], now: datetime) -> None:
        """Put in quarantine what takes too much, and let out what did and has changed."""
        for one in read:
            if one.over_limit and one.digest is not None and quarantine.add(connection, _quarantined(one, one.digest, now)):
                get_logger().error(
                    "quarantine.added", id=quarantine_id(one.digest), kind="document", title=one.file.name, reason=one.error
                )
        changed = [one.file.name for one in read if one.error is None and one.complete and one.file.name in self._errors]
        if changed:
            quarantine.forget(connection, changed)

    def _note(self, file: FoundFile, error: str | None) -> None:
        if error is None:
            self._errors.pop(file.name, None)
        else:
            self._errors[file.name] = FailedFile(folder=file.folder, path=file.path, name=file.name, error=error)

    def _remember(self, read: FileRead, known: KnownFile | None) -> None:
        self._note(read.file, read.error)
        if read.error is None or not (read.over_limit or read.error.startswith(file_reader.CANNOT_READ)):
            self._seen[read.file.name] = (read.file.size, read.file.mtime_ns)
        if read.error is not None and (known is None or known.error != read.error):
            get_logger().warning("file.failed", path=read.file.name, reason=read.error)


def _remark(failed: Sequence[FailedFile]) -> str:
    """Return a sentence about documents of one folder that cannot be read, those that take too much first."""
    ordered = sorted(failed, key=lambda one: (not one.error.startswith("reading it"), one.name))
    named = "; ".join(f"{one.name.rpartition('/')[2]} ({one.error})" for one in ordered[:_NAMED])
    more = f"; and {len(failed) - _NAMED} more" if len(failed) > _NAMED else ""
    return f"{len(failed)} {'document' if len(failed) == 1 else 'documents'} cannot be read: {named}{more}"


def batches(found: Sequence[FoundFile]) -> Iterator[list[FoundFile]]:
    """Yield files in groups of a size that is read at once."""
    return in_groups(found, lambda file: (1, file.size), (BATCH_FILES, _BATCH_BYTES))


def folder_origin(folder: Path) -> Origin:
    """Return the origin of a folder's articles: its path identifies it, the last part is its name."""
    return Origin(id=str(folder), name=folder_name(folder))


def _is_current(file: FoundFile, known: KnownFile | None) -> bool:
    if known is None or (known.size, known.mtime_ns) != (file.size, file.mtime_ns):
        return False
    return known.error is None or not known.error.startswith(file_reader.CANNOT_READ)


def _known_file(read: FileRead) -> KnownFile:
    file = read.file
    return KnownFile(path=file.name, size=file.size, mtime_ns=file.mtime_ns, digest=read.digest, error=read.error)


def _quarantined(read: FileRead, digest: bytes, now: datetime) -> Quarantined:
    name = read.file.name
    return Quarantined(
        id=quarantine_id(digest),
        kind=QuarantineKind.DOCUMENT,
        subject=name,
        title=name.rpartition("/")[2],
        source=folder_name(read.file.folder),
        url=None,
        reason=read.error or "",
        since=now,
    )


def _pieces(read: FileRead) -> list[FileRead]:
    """Split what was read of a file into pieces for one transaction each; the file counts as read with the last."""
    pieces = list(in_groups(read.entries, lambda entry: (1, len(entry.text)), _PORTION))
    if len(pieces) <= 1:
        return [read]
    return [replace(read, entries=tuple(piece), complete=number == len(pieces)) for number, piece in enumerate(pieces, start=1)]


def _measure(read: FileRead) -> tuple[int, int]:
    return max(1, len(read.entries)), sum(len(entry.text) for entry in read.entries)


def in_groups(items: Sequence[T], measure: Callable[[T], tuple[int, int]], limits: tuple[int, int]) -> Iterator[list[T]]:
    """Yield groups of `items`, in order, as large as both `limits` on number and size allow; one item may be too large by itself."""
    group: list[T] = []
    number = size = 0
    for item in items:
        more, larger = measure(item)
        if group and (number + more > limits[0] or size + larger > limits[1]):
            yield group
            group, number, size = [], 0, 0
        group.append(item)
        number, size = number + more, size + larger
    if group:
        yield group
