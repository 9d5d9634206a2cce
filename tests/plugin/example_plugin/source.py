"""A source of type `noticeboard`: every line of a text file is an article."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from monitor.domain.article import Entry, Origin
from monitor.domain.ids import ScanId
from monitor.settings.model import Settings
from monitor.settings.sources import SourceBase
from monitor.sources.source import Schedule, SourceContext, SourceKind
from monitor.storage import articles, source_states


class NoticeboardSettings(SourceBase):
    """A noticeboard and where it hangs."""

    type: Literal["noticeboard"]
    path: Path


class NoticeboardSource:
    """Reads all configured noticeboards every second."""

    def __init__(self, context: SourceContext) -> None:
        self._context = context
        self._boards: Mapping[str, NoticeboardSettings] = {}

    async def configure(self, settings: Settings) -> None:
        """Read the noticeboards of these settings from now on."""
        self._boards = {name: item for name, item in settings.sources.items() if isinstance(item, NoticeboardSettings)}

    async def start(self, schedule: Schedule) -> None:
        """Begin to read."""
        schedule("read noticeboards", self._read_all, 1.0)

    async def run_once(self, stop: asyncio.Event) -> None:
        """Read every noticeboard once."""
        if not stop.is_set():
            await self._read_all()

    async def close(self) -> None:
        """Nothing is open."""

    async def _read_all(self) -> None:
        for name, board in self._boards.items():
            self._context.on_stored(await asyncio.to_thread(self._read, name, board))

    def _read(self, name: str, board: NoticeboardSettings) -> Sequence[ScanId]:
        address, now = KIND.address_of(name), self._context.clock.now()
        lines, problem = list[str](), None
        try:
            lines = board.path.read_text().splitlines()
        except OSError as error:
            problem = f"the board cannot be read: {error.strerror}"
        entries = [Entry(key=line, title=line, text=line) for line in lines]
        with self._context.database.write() as connection:
            origin = Origin(id=address, name=name)
            stored = articles.ingest(connection, origin, entries, now=now, alertable=lambda _entry: True)
            source_states.record(connection, KIND.name, {address: problem}, now)
        return stored.scans


KIND = SourceKind(name="noticeboard", plural="noticeboards", settings=NoticeboardSettings, open=NoticeboardSource)
