"""Mailboxes as a source: one reader for each that is configured."""

from __future__ import annotations

import asyncio
from typing import Any

from monitor.daemon.parser_client import ParserPool
from monitor.daemon.parser_protocol import Task
from monitor.domain.freshness import AgeLimits
from monitor.mailboxes.mailbox_reader import Mailbox, MailboxReader
from monitor.settings.model import Settings
from monitor.sources.source import Schedule, SourceContext


class MailboxSource:
    """Reads the configured mailboxes. `parsers` are closed by whoever gives them."""

    def __init__(self, context: SourceContext, *, parsers: ParserPool | None = None) -> None:
        self._context = context
        self._own_parsers = parsers is None
        self._parsers = parsers or ParserPool(Task.DOCUMENT)
        self._wanted: dict[str, Mailbox] = {}
        self._following: dict[str, tuple[MailboxReader, asyncio.Task[None]]] = {}
        self._started = False

    async def configure(self, settings: Settings) -> None:
        """Read the mailboxes of these settings from now on; those that are unchanged keep their connection."""
        limits = AgeLimits(backfill=settings.backfill, max_age=settings.max_age)
        self._wanted = {one.address: Mailbox(settings=one, limits=limits) for one in settings.mailboxes}
        outdated = [address for address, (reader, _) in self._following.items() if self._wanted.get(address) != reader.mailbox]
        await self._end(outdated)
        if self._started:
            self._follow_all()

    async def start(self, schedule: Schedule) -> None:
        """Begin to read. Each mailbox has its own rhythm, so nothing is scheduled."""
        del schedule
        self._started = True
        self._follow_all()

    async def run_once(self, stop: asyncio.Event) -> None:
        """Read what is in every mailbox."""
        if stop.is_set():
            return
        readers = [MailboxReader(mailbox, self._context, self._parsers) for mailbox in self._wanted.values()]
        for reader in readers:
            self._following[reader.mailbox.origin.id] = reader, asyncio.create_task(reader.read_once())
        reading = asyncio.gather(*(task for _, task in self._following.values()))
        stopping = asyncio.create_task(stop.wait())
        both: set[asyncio.Future[Any]] = {reading, stopping}
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if reading.done():
            reading.result()
        await self._end(list(self._following))

    async def close(self) -> None:
        """End the connections and the parser processes."""
        self._started = False
        await self._end(list(self._following))
        if self._own_parsers:
            self._parsers.close()

    def _follow_all(self) -> None:
        for address, mailbox in self._wanted.items():
            if address not in self._following:
                reader = MailboxReader(mailbox, self._context, self._parsers)
                self._following[address] = reader, asyncio.create_task(reader.follow())

    async def _end(self, addresses: list[str]) -> None:
        ended = [self._following.pop(address) for address in addresses]
        for reader, task in ended:
            reader.abort()
            task.cancel()
        await asyncio.gather(*(task for _, task in ended), return_exceptions=True)
        await asyncio.gather(*(reader.close() for reader, _ in ended))
