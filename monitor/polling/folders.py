"""Folders: documents on disk become articles as soon as they are written.

Changes are noticed by the operating system's notices; a look through everything at the start, whenever a folder comes or goes, and now and
then finds what no notice told. A file's entries and the note that it was read are one transaction.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from watchfiles import Change, awatch

from monitor.domain.errors import MonitorError
from monitor.domain.ids import ScanId
from monitor.logs import get_logger
from monitor.parse.documents import MAX_BYTES, is_document
from monitor.polling.intake import BATCH_FILES, Intake
from monitor.polling.reading import FoundFile, is_settled, look, walk
from monitor.storage.engine import Database

RESCAN_S = 30.0
"""How often everything is looked through although no notice came: network file systems send none."""
BLIND_RESCAN_S = 3.0
"""The same where the operating system refuses to send notices."""
CHECK_S = 0.5
"""How often it is checked whether the folders themselves exist and are still the same."""

_STEP_MS = 10
_DEBOUNCE_MS = 100
_SETTLE_CHECK_S = 0.01
_LISTED = 1000
_RETRY_S = 1.0

_Identity = tuple[int, int] | None


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
        self._look_through = asyncio.Event()
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
        await self._scan()
        while self._pending:
            if not await self._read_pending():
                await asyncio.sleep(_SETTLE_CHECK_S)

    async def watch(self) -> None:
        """Read what is there and whatever comes, until cancelled. Errors are logged once per outage and everything is tried again."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_folders())
            tasks.create_task(self._keep("look through folders", self._scan_when_asked))
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
            stop = asyncio.Event()
            existing = [folder for folder, identity in identities.items() if identity is not None]
            noticing = asyncio.create_task(self._notice(existing, stop))
            try:
                await asyncio.sleep(0)
                self._look_through.set()
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
            changes = awatch(
                *existing,
                watch_filter=_may_matter,
                step=_STEP_MS,
                debounce=_DEBOUNCE_MS,
                stop_event=stop,
                ignore_permission_denied=True,
            )
            async for batch in changes:
                self._put_down(path for _, path in batch)
        except Exception as error:  # noqa: BLE001 - whatever keeps notices away, looking often finds the files
            self._blind = True
            get_logger().warning(
                "file.failed", path=", ".join(map(str, existing)), reason=f"changes send no notice, looking often: {error}"
            )

    def _put_down(self, paths: Iterable[str]) -> None:
        now = time.time()
        for path in paths:
            self._pending.setdefault(path, now)
        self._wake.set()

    def _identities(self) -> dict[Path, _Identity]:
        return {folder: _identity(folder) for folder in self._folders}

    def _report_missing(self, identities: dict[Path, _Identity]) -> None:
        missing = {folder for folder, identity in identities.items() if identity is None}
        for folder in sorted(missing - self._missing):
            get_logger().warning("file.failed", path=str(folder), reason="no such folder; it will be read when it appears")
        self._missing = missing

    # --- reading

    async def _scan_when_asked(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._look_through.wait(), BLIND_RESCAN_S if self._blind else RESCAN_S)
        self._look_through.clear()
        try:
            await self._scan()
        except BaseException:
            self._look_through.set()
            raise

    async def _scan(self) -> None:
        """Look through everything, in steps; what has settled is stored at once, the rest is put down."""
        for folder in self._folders:
            found = walk(folder, apart=[other for other in self._folders if other != folder])
            while listed := await asyncio.to_thread(list, islice(found, _LISTED)):
                unread = await asyncio.to_thread(self._intake.unread, listed)
                now = time.time()
                settled = [file for file in unread if is_settled(file, noticed_at=now)]
                self._put_down(file.path for file in unread if not is_settled(file, noticed_at=now))
                await self._take(settled)

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
        try:
            settled, waiting = await asyncio.to_thread(self._sorted_out, noticed)
            await self._take(settled)
        except BaseException:
            self._pending = noticed | self._pending
            raise
        self._pending = self._pending | waiting
        return len(noticed) - sum(path in noticed for path in waiting)

    def _sorted_out(self, noticed: dict[str, float]) -> tuple[list[FoundFile], dict[str, float]]:
        """The unread files among `noticed` that have settled, and those still to be waited for; a directory stands for what it holds."""
        found: dict[str, tuple[FoundFile, float]] = {}
        for path, noticed_at in noticed.items():
            for file in self._files_at(path):
                found.setdefault(file.path, (file, noticed_at))
        unread = self._intake.unread([file for file, _ in found.values()])
        settled = [file for file in unread if is_settled(file, noticed_at=found[file.path][1])]
        paths = {file.path for file in settled}
        return settled, {file.path: found[file.path][1] for file in unread if file.path not in paths}

    def _files_at(self, path: str) -> Iterable[FoundFile]:
        folders = [folder for folder in self._folders if Path(path).is_relative_to(folder)]
        if not folders:
            return ()
        folder = max(folders, key=lambda folder: len(folder.parts))
        if any(part.startswith(".") for part in Path(path).relative_to(folder).parts):
            return ()
        if Path(path).is_dir():
            return walk(folder, below=path, apart=[other for other in self._folders if other != folder])
        file = look(folder, path) if is_document(path) else None
        return (file,) if file is not None else ()

    async def _take(self, files: Sequence[FoundFile]) -> None:
        for start in range(0, len(files), BATCH_FILES):
            async with self._taking:
                scans = await asyncio.to_thread(self._intake.take, files[start : start + BATCH_FILES])
            if scans:
                self._on_stored(scans)


def _may_matter(change: Change, path: str) -> bool:
    """Deleted documents stay in the archive; hidden files are somebody's work in progress."""
    return change is not Change.deleted and not Path(path).name.startswith(".")


def _identity(folder: Path) -> _Identity:
    try:
        about = folder.stat()
    except OSError:
        return None
    return (about.st_dev, about.st_ino) if folder.is_dir() else None
