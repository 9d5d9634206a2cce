"""From files that were found to articles that are stored. Everything here blocks; call it in a thread, one call at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from monitor.domain.article import Origin, OriginKind
from monitor.domain.ids import ScanId
from monitor.logs import get_logger
from monitor.polling import reading
from monitor.polling.reading import FileRead, FoundFile
from monitor.storage import files
from monitor.storage.articles import ingest
from monitor.storage.engine import Database
from monitor.storage.files import KnownFile

BATCH_FILES = 200
_BATCH_BYTES = 8_000_000


class Intake:
    """Reads the files that are new or changed and stores what they hold. A document always counts as new, whatever its date."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime], max_bytes: int) -> None:
        self._database = database
        self._clock = clock
        self._max_bytes = max_bytes
        self._seen: dict[str, tuple[int, int]] = {}

    def unread(self, found: Sequence[FoundFile]) -> list[FoundFile]:
        """Those of `found` that are not known as they are now. One that could not be opened is tried again every time."""
        candidates = [file for file in found if self._seen.get(file.name) != (file.size, file.mtime_ns)]
        if not candidates:
            return []
        with self._database.read() as connection:
            known = files.known(connection, [file.name for file in candidates])
        changed: list[FoundFile] = []
        for file in candidates:
            if _is_current(file, known.get(file.name)):
                self._seen[file.name] = (file.size, file.mtime_ns)
            else:
                changed.append(file)
        return changed

    def take(self, found: Sequence[FoundFile]) -> list[ScanId]:
        """Read `found` and store it; the scans to relay."""
        scans: list[ScanId] = []
        with self._database.read() as connection:
            known = files.known(connection, [file.name for file in found])
        for batch in _batches(found):
            now = self._clock()
            read = [self._read(file, known.get(file.name), now) for file in batch]
            scans += self._store([one for one in read if one is not None], known, now)
        return scans

    def _read(self, file: FoundFile, known: KnownFile | None, now: datetime) -> FileRead | None:
        """Read one file. One whose content is what it was keeps the error it had."""
        digest = known.digest if known is not None else None
        read = reading.read(file, known_digest=digest, now=now, max_bytes=self._max_bytes)
        if read is None or known is None or read.digest is None or read.digest != digest:
            return read
        return FileRead(file=file, digest=digest, error=known.error)

    def _store(self, read: Sequence[FileRead], known: dict[str, KnownFile], now: datetime) -> list[ScanId]:
        """One transaction for all; if the database refuses it, one for each, so that a single document does not cost the others."""
        if not read:
            return []
        try:
            scans = self._write(read, now)
        except SQLAlchemyError as error:
            if len(read) > 1:
                return [scan for one in read for scan in self._store([one], known, now)]
            read = [FileRead(file=read[0].file, digest=read[0].digest, error=f"cannot be stored: {type(error).__name__}")]
            scans = self._write(read, now)
        for one in read:
            self._noted(one, known.get(one.file.name))
        return scans

    def _write(self, read: Sequence[FileRead], now: datetime) -> list[ScanId]:
        scans: list[ScanId] = []
        with self._database.write() as connection:
            for folder, group in groupby(sorted(read, key=lambda one: one.file.folder), key=lambda one: one.file.folder):
                entries = [entry for one in group for entry in one.entries]
                if entries:
                    scans += ingest(connection, origin_of(folder), entries, now=now, alertable=lambda _entry: True).scans
            files.record(connection, [_as_known(one) for one in read], now)
        return scans

    def _noted(self, read: FileRead, known: KnownFile | None) -> None:
        if read.error is None or not read.error.startswith(reading.CANNOT_READ):
            self._seen[read.file.name] = (read.file.size, read.file.mtime_ns)
        if read.error is not None and (known is None or known.error != read.error):
            get_logger().warning("file.failed", path=read.file.name, reason=read.error)


def origin_of(folder: Path) -> Origin:
    """A folder as a source: its path is its identity, its last part its name."""
    return Origin(kind=OriginKind.FOLDER, id=str(folder), name=folder.name or str(folder))


def _is_current(file: FoundFile, known: KnownFile | None) -> bool:
    if known is None or (known.size, known.mtime_ns) != (file.size, file.mtime_ns):
        return False
    return known.error is None or not known.error.startswith(reading.CANNOT_READ)


def _as_known(read: FileRead) -> KnownFile:
    file = read.file
    return KnownFile(path=file.name, size=file.size, mtime_ns=file.mtime_ns, digest=read.digest, error=read.error)


def _batches(found: Sequence[FoundFile]) -> Iterator[list[FoundFile]]:
    """Batches of a few hundred files and a few megabytes: no transaction is long, no memory large."""
    batch: list[FoundFile] = []
    size = 0
    for file in found:
        if batch and (len(batch) == BATCH_FILES or size + file.size > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += file.size
    if batch:
        yield batch
