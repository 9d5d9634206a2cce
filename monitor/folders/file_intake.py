"""Read files and store their articles, from the event loop; what takes long is read beside the others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from monitor.domain.clock import Clock
from monitor.domain.ids import ScanId
from monitor.folders.file_parser import FileParser
from monitor.folders.file_reader import FileRead, FoundFile
from monitor.folders.ingest import DocumentIngester, batches
from monitor.storage.files import KnownFile

_AHEAD_CHECK_S: Final = 0.05
_LONGEST_PAUSE_S: Final = 5.0
"""Reading pauses no longer than this for each transaction: articles may stay unscanned for a reason that has nothing to do with us."""


class FileIntake:
    """Reads files in parser processes and stores their articles in short transactions; other writers may have theirs in between.

    `on_stored` gets the scans of each. `scans_ahead`: how many articles may wait to be scanned before reading pauses for them.
    """

    def __init__(
        self,
        ingester: DocumentIngester,
        parser: FileParser,
        *,
        on_stored: Callable[[Sequence[ScanId]], object],
        clock: Clock,
        scans_ahead: int,
    ) -> None:
        self._ingester = ingester
        self._parser = parser
        self._on_stored = on_stored
        self._clock = clock
        self._scans_ahead = scans_ahead
        self._write_lock = asyncio.Lock()
        self._slow: dict[str, FoundFile] = {}
        self._slow_event = asyncio.Event()

    @property
    def slow(self) -> Sequence[FoundFile]:
        """The files that take long and are still to be read."""
        return tuple(self._slow.values())

    async def take_in(self, files: Sequence[FoundFile], *, wait_for_scans: bool) -> None:
        """Read and store `files`, except those that take long, which `take_in_slow` reads.

        `wait_for_scans`: pause before each transaction while too many articles wait to be scanned.
        """
        for batch in batches(files):
            known = await asyncio.to_thread(self._ingester.known, batch)
            read, slow = await self._parser.read(batch, known, self._clock.now())
            self._slow.update((file.path, file) for file in slow)
            if slow:
                self._slow_event.set()
            await self._store(read, known, wait_for_scans=wait_for_scans)

    async def take_in_slow(self) -> None:
        """Wait for a file that takes long, then read and store it."""
        if not self._slow:
            self._slow_event.clear()
            await self._slow_event.wait()
        path, file = next(iter(self._slow.items()))
        known = await asyncio.to_thread(self._ingester.known, [file])
        read, _ = await self._parser.read([file], known, self._clock.now(), slow=True)
        await self._store(read, known, wait_for_scans=True)
        if self._slow.get(path) == file:
            del self._slow[path]

    async def _store(self, read: Sequence[FileRead], known: dict[str, KnownFile], *, wait_for_scans: bool) -> None:
        portions = self._ingester.store(read, known)
        while (scans := await self._store_next(portions, wait_for_scans=wait_for_scans)) is not None:
            if scans:
                self._on_stored(scans)

    async def _store_next(self, portions: Iterator[list[ScanId]], *, wait_for_scans: bool) -> list[ScanId] | None:
        until = time.monotonic() + _LONGEST_PAUSE_S if wait_for_scans else 0.0
        while time.monotonic() < until and await asyncio.to_thread(self._ingester.is_ahead, self._scans_ahead):  # noqa: ASYNC110 - scanning happens in another process
            await asyncio.sleep(_AHEAD_CHECK_S)
        async with self._write_lock:
            return await asyncio.to_thread(next, portions, None)
