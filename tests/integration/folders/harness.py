"""A folder under watch, for the tests: what was stored and what was logged can be looked at and waited for."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from sqlalchemy import select

from monitor.daemon.parser_client import ParserPool
from monitor.domain.ids import ScanId
from monitor.folders.watcher import FolderWatcher
from monitor.storage.engine import Database
from monitor.storage.tables import articles

DEADLINE_S = 15.0


class FolderHarness:
    """A folder under watch: what was stored can be waited for."""

    def __init__(
        self, database: Database, folder: Path, log: io.StringIO, parsers: ParserPool, *, scans_ahead: int = 1_000_000
    ) -> None:
        self.database = database
        self.folder = folder
        self.log = log
        self.scans: list[ScanId] = []
        self._stored = asyncio.Event()
        self._hear: Callable[[], object] = lambda: None
        self.watcher = FolderWatcher(database, on_stored=self._note, scans_ahead=scans_ahead, parsers=parsers)
        self.watcher.configure([folder])

    def _note(self, scans: Sequence[ScanId]) -> None:
        self.scans += scans
        self._stored.set()
        self._hear()

    def on_stored(self, hear: Callable[[], object]) -> None:
        """Have `hear` called whenever something was stored."""
        self._hear = hear

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until `holds` after something was stored."""
        async with asyncio.timeout(DEADLINE_S):
            while not holds():
                self._stored.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stored.wait(), 0.1)

    def texts(self) -> set[str]:
        """The text of every article."""
        with self.database.read() as connection:
            return set(connection.execute(select(articles.c.text)).scalars())

    def failures(self) -> list[tuple[str, str]]:
        """Name and reason of every failure that was logged."""
        lines = [json.loads(line) for line in self.log.getvalue().splitlines()]
        return [(Path(line["path"]).name, line["reason"]) for line in lines if line["event"] == "file.failed"]


@contextlib.asynccontextmanager
async def watching(harness: FolderHarness) -> AsyncIterator[None]:
    """Watch for as long as the block runs."""
    task = asyncio.create_task(harness.watcher.watch())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def eventually(check: Callable[[], bool]) -> None:
    """Wait until `check` holds."""
    async with asyncio.timeout(DEADLINE_S):
        while not check():  # noqa: ASYNC110 - what is waited for is in files and in the database, which send no event
            await asyncio.sleep(0.02)
