"""Turn documents in folders into articles as soon as they are written.

The operating system's notifications report changes. A walk through everything at the start, whenever a folder appears or disappears,
and now and then finds what was not reported. A reported file is read at once. Files found by walking go into a queue that is read
beside it, batch by batch, newest first, as fast as articles are scanned: a new file never waits for more than a few batches of old ones.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path

from monitor.daemon.parser_client import ParserPool
from monitor.daemon.parser_protocol import Task
from monitor.domain.clock import SYSTEM_CLOCK, Clock
from monitor.domain.errors import MonitorError
from monitor.domain.ids import ScanId
from monitor.folders.file_intake import FileIntake
from monitor.folders.file_parser import FileParser
from monitor.folders.file_reader import FoundFile, folder_of, folder_problem, is_settled, walk
from monitor.folders.folder_kind import absolute_folders
from monitor.folders.ingest import BATCH_FILES, Classified, DocumentIngester
from monitor.folders.inotify import HeldFolders, newest, watch_changes
from monitor.folders.read_queue import ReadQueue
from monitor.logs import get_logger
from monitor.outage_log import OutageLog
from monitor.parse.documents import MAX_BYTES
from monitor.storage.engine import Database

WALK_EVERY_S = 30.0
"""How often everything is walked through although nothing was reported: network file systems report no changes."""
WALK_EVERY_WITHOUT_NOTIFICATIONS_S = 3.0
CHECK_FOLDERS_S = 0.5
"""How often to check whether the folders themselves exist and are still the same."""

_NEWEST = 100
"""So many of the newest files from before notifications began are read before all others."""
_SETTLE_CHECK_S = 0.01
_CHUNK = 1000
_LARGE_BYTES = 200_000
"""A larger file may hold thousands of articles: it goes into the queue, so that smaller ones need not wait for it."""
_FEW = 100
"""So few unread files among a thousand are read at once."""
_RETRY_S = 1.0
_SCANS_AHEAD = 200
"""The queue is not read while more articles than this wait to be scanned: articles are scanned in the order of their storing."""


class FolderWatcher:
    """Reads the documents in folders, and watches for more. `on_stored` gets the scans of every stored batch, from the event loop.

    `configure` names the folders and may be called at any time; then call `read_all` once, or `watch` until cancelled.
    """

    def __init__(
        self,
        database: Database,
        *,
        on_stored: Callable[[Sequence[ScanId]], object],
        clock: Clock = SYSTEM_CLOCK,
        max_bytes: int = MAX_BYTES,
        scans_ahead: int = _SCANS_AHEAD,
        parsers: ParserPool | None = None,
    ) -> None:
        """`scans_ahead`: how many articles may wait to be scanned before `watch` stops reading old files."""
        self._parsers = parsers or ParserPool(Task.DOCUMENT)
        self._ingester = DocumentIngester(database, clock=clock)
        self._intake = FileIntake(
            self._ingester,
            FileParser(self._parsers, max_bytes=max_bytes),
            on_stored=on_stored,
            clock=clock,
            scans_ahead=scans_ahead,
        )
        self._folders: tuple[Path, ...] = ()
        self._followed: frozenset[Path] = frozenset()
        self._noticed: dict[str, float] = {}
        """Paths that have changed, with the time of the notice as `time.time()`."""
        self._noticed_event = asyncio.Event()
        self._to_walk: set[str] = set()
        self._to_walk_event = asyncio.Event()
        self._read_queue = ReadQueue()
        self._read_queue_event = asyncio.Event()
        self._walked_at = time.monotonic()
        self._problems: Mapping[Path, str | None] = {}
        self._outages = OutageLog()
        self._notified = True

    def configure(self, folders: Iterable[Path], *, followed: Iterable[Path] = ()) -> None:
        """Watch these folders from now on; what was read from others stays in the archive. Of those `followed` links out of them are, too."""
        self._folders = absolute_folders(folders)
        self._followed = frozenset(absolute_folders(followed))

    def close(self) -> None:
        """End the parser processes."""
        self._parsers.close()

    async def read_all(self) -> None:
        """Read every document that is new or changed, and return when all of it is stored."""
        self._walk_everything()
        while self._to_walk or self._read_queue or self._noticed or self._intake.slow:
            await self._walk_directories()
            if self._intake.slow:
                await self._intake.take_in_slow()
            await self._read_from_queue(wait_for_scans=False)
            if not await self._read_noticed() and not self._read_queue:
                await asyncio.sleep(_SETTLE_CHECK_S)

    async def watch(self) -> None:
        """Read what is there and what appears, until cancelled. Errors are logged once per outage and everything is tried again."""
        self._parsers.warm_up()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_folders())
            tasks.create_task(self._repeat("look through folders", self._walk_when_due))
            tasks.create_task(self._repeat("read the backlog", self._read_from_queue_when_filled))
            tasks.create_task(self._repeat("read documents", self._read_when_noticed))
            tasks.create_task(self._repeat("read large documents", self._read_slow))

    async def _repeat(self, name: str, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await step()
            except (MonitorError, OSError) as error:
                self._outages.failed(name, error)
                await asyncio.sleep(_RETRY_S)
            else:
                self._outages.worked(name)

    # --- noticing changes

    async def _follow_folders(self) -> None:
        """Watch the folders that exist, and start again whenever one appears, disappears, is replaced, or is configured."""
        while True:
            held = await asyncio.to_thread(HeldFolders, self._folders)
            try:
                await self._follow(held)
            finally:
                held.close()

    async def _follow(self, held: HeldFolders) -> None:
        existing = [folder for folder, identity in held.identities.items() if identity is not None]
        self._notice(await newest(existing, _NEWEST, followed=self._followed))
        stop = asyncio.Event()
        receiving = asyncio.create_task(self._receive_notifications(existing, stop))
        try:
            await asyncio.sleep(0)
            self._walk_everything()
            while await asyncio.to_thread(held.unchanged, self._folders):  # noqa: ASYNC110 - the system sends no event for a folder itself
                await asyncio.sleep(CHECK_FOLDERS_S)
        finally:
            stop.set()
            receiving.cancel()
            await asyncio.gather(receiving, return_exceptions=True)

    async def _receive_notifications(self, existing: Sequence[Path], stop: asyncio.Event) -> None:
        """Notice every change below `existing`; where the system sends no notifications, have everything walked through often."""
        self._notified = True
        if not existing:
            return
        try:
            async for paths in watch_changes(existing, stop):
                self._notice(paths)
        except Exception as error:  # noqa: BLE001 - whatever prevents notifications, walking often finds the files
            self._notified = False
            self._to_walk_event.set()
            get_logger().warning(
                "file.failed",
                path=", ".join(map(str, existing)),
                reason=f"the system reports no changes, so the folder is searched every few seconds: {error}",
            )

    def _notice(self, paths: Iterable[str]) -> None:
        now = SYSTEM_CLOCK.now().timestamp()
        for path in paths:
            self._noticed.setdefault(path, now)
        self._noticed_event.set()

    # --- walking

    def _walk_everything(self) -> None:
        self._to_walk |= {str(folder) for folder in self._folders}
        self._walked_at = time.monotonic()
        self._to_walk_event.set()

    async def _walk_when_due(self) -> None:
        next_walk = self._walked_at + (WALK_EVERY_S if self._notified else WALK_EVERY_WITHOUT_NOTIFICATIONS_S)
        if not self._to_walk:
            self._to_walk_event.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._to_walk_event.wait(), max(0.0, next_walk - time.monotonic()))
        if time.monotonic() >= next_walk:
            self._walk_everything()
        await self._walk_directories()

    async def _walk_directories(self) -> None:
        """Find unread files in the directories to walk. Settled ones go into the queue; the others, or only a few, count as noticed."""
        directories, self._to_walk = self._to_walk, set()
        everything = directories.issuperset(map(str, self._folders))
        try:
            found = chain.from_iterable(map(self._walk, directories))
            while chunk := await asyncio.to_thread(list, islice(found, _CHUNK)):
                slow = set(self._intake.slow)
                unqueued = [file for file in chunk if file.path not in self._read_queue and file not in slow]
                unread = await asyncio.to_thread(self._ingester.unread, unqueued)
                now = SYSTEM_CLOCK.now().timestamp()
                old = [file for file in unread if len(unread) > _FEW and is_settled(file, noticed_at=now)]
                self._read_later(old)
                self._notice({file.path for file in unread} - {file.path for file in old})
            if everything and self._folders:
                await self._record_health()
        except BaseException:
            self._to_walk |= directories
            raise
        if everything:
            self._walked_at = time.monotonic()

    def _walk(self, directory: str) -> Iterator[FoundFile]:
        folder = folder_of(directory, self._folders)
        if folder is None:
            return iter(())
        others = [other for other in self._folders if other != folder]
        return walk(folder, below=directory, without=others, follow_links=folder in self._followed)

    async def _record_health(self) -> None:
        """Log folders that have just become unreadable, and store for every folder whether it can be read."""
        folders = self._folders
        problems = await asyncio.to_thread(lambda: {folder: folder_problem(folder) for folder in folders})
        for folder, problem in sorted(problems.items()):
            if problem is not None and problem != self._problems.get(folder):
                get_logger().warning("file.failed", path=str(folder), reason=problem)
        self._problems = problems
        await asyncio.to_thread(self._ingester.record_health, problems)

    # --- reading

    async def _read_from_queue_when_filled(self) -> None:
        if not self._read_queue:
            self._read_queue_event.clear()
            await self._read_queue_event.wait()
        await self._read_from_queue(wait_for_scans=True)

    async def _read_from_queue(self, *, wait_for_scans: bool) -> None:
        """Read the first files of the queue; one that is being written again counts as noticed."""
        paths = self._read_queue.pop(BATCH_FILES)
        try:
            noticed = dict.fromkeys(paths, SYSTEM_CLOCK.now().timestamp())
            classified = await asyncio.to_thread(self._classify, noticed)
            await self._intake.take_in(classified.settled, wait_for_scans=wait_for_scans)
        except BaseException:
            self._notice(paths)
            raise
        self._notice(classified.waiting)

    async def _read_slow(self) -> None:
        await self._intake.take_in_slow()
        await self._record_health()

    def _classify(self, noticed: dict[str, float]) -> Classified:
        return self._ingester.classify(noticed, self._folders, followed=self._followed)

    async def _read_when_noticed(self) -> None:
        if not self._noticed:
            self._noticed_event.clear()
            await self._noticed_event.wait()
        if not await self._read_noticed():
            await asyncio.sleep(_SETTLE_CHECK_S)

    async def _read_noticed(self) -> int:
        """Read noticed files that have settled. Return the number of notices that need no further attention."""
        noticed = dict(islice(self._noticed.items(), _CHUNK))
        for path in noticed:  # removed first: a change from now on is another one
            del self._noticed[path]
        flood = len(noticed) == _CHUNK
        try:
            found = await asyncio.to_thread(self._classify, noticed)
            self._read_later([file for file in found.settled if flood or file.size > _LARGE_BYTES])
            if found.directories:
                self._to_walk.update(found.directories)
                self._to_walk_event.set()
            soon = [file for file in found.settled if not flood and file.size <= _LARGE_BYTES]
            await self._intake.take_in(soon, wait_for_scans=False)
        except BaseException:
            self._noticed = noticed | self._noticed
            raise
        self._noticed = self._noticed | found.waiting
        return len(noticed) - len(found.waiting)

    def _read_later(self, files: Sequence[FoundFile]) -> None:
        self._read_queue.add(files)
        if files:
            self._read_queue_event.set()
