"""Read found files in parser processes, a few at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from monitor.daemon.parser_client import ParserPool
from monitor.daemon.parser_protocol import OverLimit, RawDocument
from monitor.domain.article import Entry
from monitor.folders.file_reader import FileContent, FileRead, FoundFile, load, modified_at
from monitor.folders.ingest import in_groups
from monitor.parse.result import ParseFailure
from monitor.storage.files import KnownFile

_AT_ONCE: Final = 4
"""Groups of files whose contents are held in memory."""
_GROUP: Final = (32, 500_000)
"""The most files and bytes that are read together, unless a file is larger."""


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
        groups = in_groups(files, lambda file: (1, file.size), _GROUP)
        results = await asyncio.gather(*(self._read(group, known, now, slow=slow) for group in groups))
        read = [one for group in results for one in group if isinstance(one, FileRead)]
        return read, [one for group in results for one in group if isinstance(one, FoundFile)]

    async def _read(
        self, files: Sequence[FoundFile], known: Mapping[str, KnownFile], now: datetime, *, slow: bool
    ) -> list[FileRead | FoundFile | None]:
        async with self._at_once:
            contents = await asyncio.to_thread(self._load, files, known)
            changed = [(file, content) for file, content in zip(files, contents, strict=True) if isinstance(content, FileContent)]
            parsed = iter(await self._parse(changed, now, slow=slow))
            return [
                _result(file, content.digest, next(parsed), slow=slow) if isinstance(content, FileContent) else content
                for file, content in zip(files, contents, strict=True)
            ]

    def _load(self, files: Sequence[FoundFile], known: Mapping[str, KnownFile]) -> list[FileContent | FileRead | None]:
        contents = [load(file, max_bytes=self._max_bytes) for file in files]
        return [_unless_known(file, content, known.get(file.name)) for file, content in zip(files, contents, strict=True)]

    async def _parse(
        self, changed: Sequence[tuple[FoundFile, FileContent]], now: datetime, *, slow: bool
    ) -> list[tuple[Entry, ...] | ParseFailure | OverLimit]:
        documents = [
            RawDocument(data=content.data, path=file.name, mtime=modified_at(file) or now, now=now, max_bytes=self._max_bytes)
            for file, content in changed
        ]
        return await self._pool.documents(documents, slow=slow) if documents else []


def _unless_known(
    file: FoundFile, content: FileContent | FileRead | None, known: KnownFile | None
) -> FileContent | FileRead | None:
    if isinstance(content, FileContent) and known is not None and known.digest == content.digest:
        return FileRead(file=file, digest=content.digest, error=known.error)
    return content


def _result(
    file: FoundFile, digest: bytes, found: tuple[Entry, ...] | ParseFailure | OverLimit, *, slow: bool
) -> FileRead | FoundFile:
    if isinstance(found, OverLimit):
        return file if found.slow and not slow else FileRead(file=file, digest=digest, error=found.reason, over_limit=True)
    if isinstance(found, ParseFailure):
        return FileRead(file=file, digest=digest, error=found.reason)
    return FileRead(file=file, digest=digest, entries=found)
