"""Read found files in parser processes, a few at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from monitor.daemon.parser_client import ParserPool
from monitor.daemon.parser_protocol import OverLimit
from monitor.folders.file_reader import FileContent, FileRead, FoundFile, load, modified_at
from monitor.parse.result import ParseFailure
from monitor.storage.files import KnownFile

_AT_ONCE: Final = 4
"""Contents held in memory."""


class FileParser:
    """Reads files as `parse_document` does. Call it from one event loop."""

    def __init__(self, pool: ParserPool, *, max_bytes: int) -> None:
        self._pool = pool
        self._max_bytes = max_bytes
        self._at_once = asyncio.Semaphore(_AT_ONCE)

    async def read(
        self, files: Sequence[FoundFile], known: Mapping[str, KnownFile], now: datetime, *, slow: bool = False
    ) -> tuple[list[FileRead], list[FoundFile]]:
        """Return what was read, in order, without files that are gone; and the files that must be read again as `slow`.

        A file whose content is `known` has no entries and the error that it had. Raises ParserUnavailable.
        """
        results = await asyncio.gather(*(self._read(file, known.get(file.name), now, slow=slow) for file in files))
        read = [one for one in results if isinstance(one, FileRead)]
        return read, [one for one in results if isinstance(one, FoundFile)]

    async def _read(self, file: FoundFile, known: KnownFile | None, now: datetime, *, slow: bool) -> FileRead | FoundFile | None:
        async with self._at_once:
            content = await asyncio.to_thread(load, file, max_bytes=self._max_bytes)
            if not isinstance(content, FileContent):
                return content
            if known is not None and known.digest == content.digest:
                return FileRead(file=file, digest=content.digest, error=known.error)
            found = await self._pool.document(
                content.data, path=file.name, mtime=modified_at(file) or now, now=now, max_bytes=self._max_bytes, slow=slow
            )
        if isinstance(found, OverLimit):
            return (
                file if found.slow and not slow else FileRead(file=file, digest=content.digest, error=found.reason, over_limit=True)
            )
        if isinstance(found, ParseFailure):
            return FileRead(file=file, digest=content.digest, error=found.reason)
        return FileRead(file=file, digest=content.digest, entries=found)
