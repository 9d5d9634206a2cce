"""Folders: documents on disk become articles as soon as they are written.

Changes are noticed by the operating system's notices; a look through everything at the start, whenever a folder comes or goes, and now and
then finds what no notice told. What is noticed is read at once, what is found by looking is a backlog that is read beside it, batch by
batch, the newest first: a new file waits for one batch of old ones at most.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from monitor.domain.errors import MonitorError
from monitor.domain.ids import ScanId
from monitor.logs import get_logger
from monitor.parse.documents import MAX_BYTES, is_document
from monitor.polling.backlog import Backlog
from monitor.polling.intake import BATCH_FILES, Intake
from monitor.polling.notices import Identity, identity, newest, notices
from monitor.polling.reading import FoundFile, is_settled, look, walk
from monitor.storage.engine import Database

RESCAN_S = 30.0
"""How often everything is looked through although no notice came: network file systems send none."""
BLIND_RESCAN_S = 3.0
"""The same where the operating system refuses to send notices."""
CHECK_S = 0.5
"""How often it is checked whether the folders themselves exist and are still the same."""

_NEWEST = 100
"""So many files that were written before notices could be had are read before all others."""
_SETTLE_CHECK_S = 0.01
_LISTED = 1000
_LARGE_BYTES = 200_000
"""A larger file may hold thousands of articles: it is read from the backlog, so that smaller ones need not wait for it."""
_RETRY_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _SortedOut:
    """What was noticed: unread files that have settled, those still to be waited for with the time of their notice, and directories."""

    settled: Sequence[FoundFile]
    waiting: dict[str, float]
    directories: Sequence[str]


class FolderWatcher:
    """Reads the documents in folders, and watches for more. `on_stored` is told the scans of every stored batch, from the event loop.

    `configure` names the folders and may be called at any time; then `read_all` once, or `watch` until cancelled.
    """

    def __init__(
        self,
        database: Database,
        *,
        on_stored: Callable[[Sequence[ScanId]], object],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._intake = Intake(database, clock=clock, max_bytes=max_bytes)
        self._on_stored = on_stored
        self._folders: tuple[Path, ...] = ()
        self._pending: dict[str, float] = {}
        self._taking = asyncio.Lock()
        self._wake = asyncio.Event()
        self._backlog = Backlog()
        self._unlisted: set[str] = set()
        self._to_read = asyncio.Event()
        self._looked_at = time.monotonic()
        self._missing: set[Path] = set()
        self._failing: set[str] = set()
        self._blind = False

    def configure(self, folders: Iterable[Path]) -> None:
        """Watch these folders from now on; what was read from others stays in the archive."""
        self._folders = tuple(dict.fromkeys(folder.expanduser().absolute() for folder in folders))
        self._missing &= set(self._folders)

    async def read_all(self) -> None:
        """Read every document that is new or changed, and return when all of it is stored."""
        self._report_missing(await asyncio.to_thread(self._identities))
        self._look_everywhere()
        while self._unlisted or self._backlog or self._pending:
            await self._list_unlisted()
            await self._read_backlog()
            if not await self._read_pending() and not self._backlog:
                await asyncio.sleep(_SETTLE_CHECK_S)

    async def watch(self) -> None:
        """Read what is there and whatever comes, until cancelled. Errors are logged once per outage and everything is tried again."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_folders())
            tasks.create_task(self._keep("look through folders", self._look_and_read))
            tasks.create_task(self._keep("read documents", self._read_when_noticed))

    async def _keep(self, name: str, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await step()
            except (MonitorError, SQLAlchemyError, OSError) as error:
                if name not in self._failing:
                    get_logger().error("tick.failed", step=name, error=str(error))
                self._failing.add(name)
                await asyncio.sleep(_RETRY_S)
            else:
                self._failing.discard(name)

    # --- noticing

    async def _follow_folders(self) -> None:
        """Watch those folders that exist, and begin anew whenever one comes, goes, is replaced, or is configured."""
        while True:
            identities = await asyncio.to_thread(self._identities)
            self._report_missing(identities)
            existing = [folder for folder, identity in identities.items() if identity is not None]
            self._put_down(await newest(existing, _NEWEST))
            stop = asyncio.Event()
            noticing = asyncio.create_task(self._notice(existing, stop))
            try:
                await asyncio.sleep(0)
                self._look_everywhere()
                same = True
                while same:
                    await asyncio.sleep(CHECK_S)
                    same = identities == await asyncio.to_thread(self._identities)
            finally:
                stop.set()
                noticing.cancel()
                await asyncio.gather(noticing, return_exceptions=True)

    async def _notice(self, existing: Sequence[Path], stop: asyncio.Event) -> None:
        """Put down every change below `existing`; where no notices can be had, have everything looked through often."""
        self._blind = False
        if not existing:
            return
        try:
            async for paths in notices(existing, stop):
                self._put_down(paths)
        except Exception as error:  # noqa: BLE001 - whatever keeps notices away, looking often finds the files
            self._blind = True
            self._to_read.set()
            get_logger().warning(
                "file.failed", path=", ".join(map(str, existing)), reason=f"changes send no notice, looking often: {error}"
            )

    def _put_down(self, paths: Iterable[str]) -> None:
        now = time.time()
        for path in paths:
            self._pending.setdefault(path, now)
        self._wake.set()

    def _identities(self) -> dict[Path, Identity | None]:
        return {folder: identity(folder) for folder in self._folders}

    def _report_missing(self, identities: dict[Path, Identity | None]) -> None:
        missing = {folder for folder, identity in identities.items() if identity is None}
        for folder in sorted(missing - self._missing):
            get_logger().warning("file.failed", path=str(folder), reason="no such folder; it will be read when it appears")
        self._missing = missing

    # --- reading

    def _look_everywhere(self) -> None:
        self._unlisted |= {str(folder) for folder in self._folders}
        self._looked_at = time.monotonic()
        self._to_read.set()

    async def _look_and_read(self) -> None:
        """Look through whatever is to be looked through, then read one batch of all that was found so."""
        next_look = self._looked_at + (BLIND_RESCAN_S if self._blind else RESCAN_S)
        if not (self._unlisted or self._backlog):
            self._to_read.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._to_read.wait(), max(0.0, next_look - time.monotonic()))
        if time.monotonic() >= next_look:
            self._look_everywhere()
        await self._list_unlisted()
        await self._read_backlog()

    async def _list_unlisted(self) -> None:
        """Look through directories, in steps; what has settled joins the backlog, the rest is put down as noticed."""
        directories, self._unlisted = self._unlisted, set()
        try:
            found = chain.from_iterable(map(self._walk, directories))
            while listed := await asyncio.to_thread(list, islice(found, _LISTED)):
                unread = await asyncio.to_thread(self._intake.unread, [file for file in listed if file.path not in self._backlog])
                now = time.time()
                self._put_down(file.path for file in unread if not is_settled(file, noticed_at=now))
                self._backlog.add(file for file in unread if is_settled(file, noticed_at=now))
        except BaseException:
            self._unlisted |= directories
            raise
        if directories:
            self._looked_at = time.monotonic()

    def _walk(self, directory: str) -> Iterator[FoundFile]:
        folder = self._folder_of(directory)
        return walk(folder, below=directory, apart=[other for other in self._folders if other != folder]) if folder else iter(())

    async def _read_backlog(self) -> None:
        """Read the first of the backlog; what is being written again is put down as noticed."""
        paths = self._backlog.pop(BATCH_FILES)
        try:
            sorted_out = await asyncio.to_thread(self._sorted_out, dict.fromkeys(paths, time.time()))
            await self._take(sorted_out.settled)
        except BaseException:
            self._put_down(paths)
            raise
        self._put_down(sorted_out.waiting)

    async def _read_when_noticed(self) -> None:
        if not self._pending:
            self._wake.clear()
            await self._wake.wait()
        if not await self._read_pending():
            await asyncio.sleep(_SETTLE_CHECK_S)

    async def _read_pending(self) -> int:
        """Read what was put down and has settled; the number of files that were dealt with, one way or another."""
        noticed = dict(islice(self._pending.items(), _LISTED))
        for path in noticed:  # taken away first: a change from now on is another one
            del self._pending[path]
        flood = len(noticed) == _LISTED
        try:
            found = await asyncio.to_thread(self._sorted_out, noticed)
            soon = [file for file in found.settled if not flood and file.size <= _LARGE_BYTES]
            self._read_later([file for file in found.settled if flood or file.size > _LARGE_BYTES], found.directories)
            await self._take(soon)
        except BaseException:
            self._pending = noticed | self._pending
            raise
        self._pending = self._pending | found.waiting
        return len(noticed) - len(found.waiting)

    def _read_later(self, files: Sequence[FoundFile], directories: Sequence[str]) -> None:
        self._backlog.add(files)
        self._unlisted.update(directories)
        if files or directories:
            self._to_read.set()

    def _sorted_out(self, noticed: dict[str, float]) -> _SortedOut:
        found: dict[str, FoundFile] = {}
        directories: list[str] = []
        for path in noticed:
            if (folder := self._folder_of(path)) is None:
                continue
            if is_document(path) and (file := look(folder, path)) is not None:
                found[path] = file
            elif Path(path).is_dir():
                directories.append(path)
        unread = self._intake.unread(list(found.values()))
        settled = [file for file in unread if is_settled(file, noticed_at=noticed[file.path])]
        waiting = {file.path: noticed[file.path] for file in unread}
        for file in settled:
            del waiting[file.path]
        return _SortedOut(settled=settled, waiting=waiting, directories=directories)

    def _folder_of(self, path: str) -> Path | None:
        """The innermost folder that `path` is in; None for a path outside of all, or a hidden one."""
        folders = [folder for folder in self._folders if Path(path).is_relative_to(folder)]
        folder = max(folders, key=lambda folder: len(folder.parts), default=None)
        if folder is None or any(part.startswith(".") for part in Path(path).relative_to(folder).parts):
            return None
        return folder

    async def _take(self, files: Sequence[FoundFile]) -> None:
        """Store what `files` hold, in short transactions; between any two of them others may have theirs."""
        for start in range(0, len(files), BATCH_FILES):
            portions = self._intake.take(files[start : start + BATCH_FILES])
            while (scans := await self._next(portions)) is not None:
                if scans:
                    self._on_stored(scans)

    async def _next(self, portions: Iterator[list[ScanId]]) -> list[ScanId] | None:
        async with self._taking:
            return await asyncio.to_thread(next, portions, None)
