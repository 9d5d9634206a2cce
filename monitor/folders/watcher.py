"""Folders: documents on disk become articles as soon as they are written.

Changes are noticed by the operating system's notices; a look through everything at the start, whenever a folder comes or goes, and now and
then finds what no notice told. What is noticed is read at once, what is found by looking is a backlog that is read beside it, batch by
batch, the newest first, as fast as articles are scanned: neither a new file nor its alert waits for more than a few batches of old ones.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path

from monitor.domain.clock import SYSTEM_CLOCK, Clock
from monitor.domain.errors import MonitorError
from monitor.domain.ids import ScanId
from monitor.folders.file_reader import FoundFile, folder_of, is_settled, walk
from monitor.folders.ingest import BATCH_FILES, DocumentIngester
from monitor.folders.inotify import Identity, identity, newest, watch_changes
from monitor.folders.read_queue import ReadQueue
from monitor.logs import get_logger
from monitor.outage_log import OutageLog
from monitor.parse.documents import MAX_BYTES
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
_FEW = 100
"""So few unread files among a thousand are no backlog: they are read at once."""
_RETRY_S = 1.0
_SCANS_AHEAD = 200
"""The backlog waits while more articles than this are still to be scanned: what comes meanwhile is scanned in the order of its coming."""
_AHEAD_CHECK_S = 0.05
_AHEAD_PATIENCE_S = 5.0
"""It waits no longer than this for each transaction: somewhere else there may be a reason why nothing is scanned."""


class FolderWatcher:
    """Reads the documents in folders, and watches for more. `on_stored` is told the scans of every stored batch, from the event loop.

    `configure` names the folders and may be called at any time; then `read_all` once, or `watch` until cancelled.
    """

    def __init__(
        self,
        database: Database,
        *,
        on_stored: Callable[[Sequence[ScanId]], object],
        clock: Clock = SYSTEM_CLOCK,
        max_bytes: int = MAX_BYTES,
        scans_ahead: int = _SCANS_AHEAD,
    ) -> None:
        """`scans_ahead`: how many articles may wait to be scanned before `watch` reads on in what is old."""
        self._scans_ahead = scans_ahead
        self._intake = DocumentIngester(database, clock=clock, max_bytes=max_bytes)
        self._on_stored = on_stored
        self._folders: tuple[Path, ...] = ()
        self._pending: dict[str, float] = {}
        self._taking = asyncio.Lock()
        self._wake = asyncio.Event()
        self._read_queue = ReadQueue()
        self._unlisted: set[str] = set()
        self._to_list = asyncio.Event()
        self._to_read = asyncio.Event()
        self._looked_at = time.monotonic()
        self._missing: set[Path] = set()
        self._outages = OutageLog()
        self._blind = False

    def configure(self, folders: Iterable[Path]) -> None:
        """Watch these folders from now on; what was read from others stays in the archive."""
        self._folders = tuple(dict.fromkeys(folder.expanduser().absolute() for folder in folders))
        self._missing &= set(self._folders)

    async def read_all(self) -> None:
        """Read every document that is new or changed, and return when all of it is stored."""
        self._report_missing(await asyncio.to_thread(self._identities))
        self._look_everywhere()
        while self._unlisted or self._read_queue or self._pending:
            await self._list_unlisted()
            await self._read_backlog(patiently=False)
            if not await self._read_pending() and not self._read_queue:
                await asyncio.sleep(_SETTLE_CHECK_S)

    async def watch(self) -> None:
        """Read what is there and whatever comes, until cancelled. Errors are logged once per outage and everything is tried again."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_folders())
            tasks.create_task(self._keep("look through folders", self._list_when_asked))
            tasks.create_task(self._keep("read the backlog", self._read_when_found))
            tasks.create_task(self._keep("read documents", self._read_when_noticed))

    async def _keep(self, name: str, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await step()
            except (MonitorError, OSError) as error:
                self._outages.failed(name, error)
                await asyncio.sleep(_RETRY_S)
            else:
                self._outages.worked(name)

    # --- noticing

    async def _follow_folders(self) -> None:
        """Watch those folders that exist, and begin anew whenever one comes, goes, is replaced, or is configured."""
        while True:
            identities = await asyncio.to_thread(self._identities)
            self._report_missing(identities)
            existing = [folder for folder, identity in identities.items() if identity is not None]
            self._enqueue(await newest(existing, _NEWEST))
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
            async for paths in watch_changes(existing, stop):
                self._enqueue(paths)
        except Exception as error:  # noqa: BLE001 - whatever keeps notices away, looking often finds the files
            self._blind = True
            self._to_list.set()
            get_logger().warning(
                "file.failed", path=", ".join(map(str, existing)), reason=f"changes send no notice, looking often: {error}"
            )

    def _enqueue(self, paths: Iterable[str]) -> None:
        now = SYSTEM_CLOCK.now().timestamp()
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
        self._to_list.set()

    async def _list_when_asked(self) -> None:
        next_look = self._looked_at + (BLIND_RESCAN_S if self._blind else RESCAN_S)
        if not self._unlisted:
            self._to_list.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._to_list.wait(), max(0.0, next_look - time.monotonic()))
        if time.monotonic() >= next_look:
            self._look_everywhere()
        await self._list_unlisted()

    async def _list_unlisted(self) -> None:
        """Look through directories, in steps; what has settled joins the backlog, the rest, or only a few, is put down as noticed."""
        directories, self._unlisted = self._unlisted, set()
        try:
            found = chain.from_iterable(map(self._walk, directories))
            while listed := await asyncio.to_thread(list, islice(found, _LISTED)):
                unread = await asyncio.to_thread(
                    self._intake.unread, [file for file in listed if file.path not in self._read_queue]
                )
                now = SYSTEM_CLOCK.now().timestamp()
                old = [file for file in unread if len(unread) > _FEW and is_settled(file, noticed_at=now)]
                self._read_later(old)
                self._enqueue({file.path for file in unread} - {file.path for file in old})
        except BaseException:
            self._unlisted |= directories
            raise
        if directories.issuperset(map(str, self._folders)):
            self._looked_at = time.monotonic()

    def _walk(self, directory: str) -> Iterator[FoundFile]:
        folder = folder_of(directory, self._folders)
        return walk(folder, below=directory, apart=[other for other in self._folders if other != folder]) if folder else iter(())

    async def _read_when_found(self) -> None:
        if not self._read_queue:
            self._to_read.clear()
            await self._to_read.wait()
        await self._read_backlog(patiently=True)

    async def _read_backlog(self, *, patiently: bool) -> None:
        """Read the first of the backlog; what is being written again is put down as noticed."""
        paths = self._read_queue.pop(BATCH_FILES)
        try:
            classified = await asyncio.to_thread(
                self._intake.classify, dict.fromkeys(paths, SYSTEM_CLOCK.now().timestamp()), self._folders
            )
            await self._take(classified.settled, patiently=patiently)
        except BaseException:
            self._enqueue(paths)
            raise
        self._enqueue(classified.waiting)

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
            found = await asyncio.to_thread(self._intake.classify, noticed, self._folders)
            soon = [file for file in found.settled if not flood and file.size <= _LARGE_BYTES]
            self._read_later([file for file in found.settled if flood or file.size > _LARGE_BYTES])
            if found.directories:
                self._unlisted.update(found.directories)
                self._to_list.set()
            await self._take(soon, patiently=False)
        except BaseException:
            self._pending = noticed | self._pending
            raise
        self._pending = self._pending | found.waiting
        return len(noticed) - len(found.waiting)

    def _read_later(self, files: Sequence[FoundFile]) -> None:
        self._read_queue.add(files)
        if files:
            self._to_read.set()

    async def _take(self, files: Sequence[FoundFile], *, patiently: bool) -> None:
        """Store what `files` hold, in short transactions; between any two of them others may have theirs.

        `patiently`: and those who scan may catch up.
        """
        for start in range(0, len(files), BATCH_FILES):
            portions = self._intake.take(files[start : start + BATCH_FILES])
            while (scans := await self._next(portions, patiently=patiently)) is not None:
                if scans:
                    self._on_stored(scans)

    async def _next(self, portions: Iterator[list[ScanId]], *, patiently: bool) -> list[ScanId] | None:
        until = time.monotonic() + _AHEAD_PATIENCE_S if patiently else 0.0
        while time.monotonic() < until and await asyncio.to_thread(self._intake.is_ahead, self._scans_ahead):  # noqa: ASYNC110 - who scans is another process
            await asyncio.sleep(_AHEAD_CHECK_S)
        async with self._taking:
            return await asyncio.to_thread(next, portions, None)
