"""Watched folders as a source: runs the watcher."""

from __future__ import annotations

import asyncio

from monitor.folders.watcher import FolderWatcher
from monitor.settings.model import Settings
from monitor.sources.source import Schedule, SourceContext


class FolderSource:
    """Reads the documents of the configured folders."""

    def __init__(self, context: SourceContext) -> None:
        self._watcher = FolderWatcher(context.database, on_stored=context.on_stored, clock=context.clock)
        self._tasks: set[asyncio.Task[object]] = set()

    async def configure(self, settings: Settings) -> None:
        """Watch the folders of these settings from now on."""
        self._watcher.configure(
            [folder.path for folder in settings.folders],
            followed=[folder.path for folder in settings.folders if folder.follow_links],
        )

    async def start(self, schedule: Schedule) -> None:
        """Begin to watch. The watcher has its own rhythm, so nothing is scheduled."""
        del schedule
        self._tasks.add(asyncio.create_task(self._watcher.watch()))

    async def run_once(self, stop: asyncio.Event) -> None:
        """Read every document that is new or changed."""
        reading: asyncio.Task[object] = asyncio.create_task(self._watcher.read_all())
        stopping: asyncio.Task[object] = asyncio.create_task(stop.wait())
        self._tasks |= {reading, stopping}
        await asyncio.wait({reading, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if reading.done():
            reading.result()
        await self.close()

    async def close(self) -> None:
        """Stop watching and reading, and end the parser processes."""
        tasks, self._tasks = self._tasks, set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._watcher.close()
