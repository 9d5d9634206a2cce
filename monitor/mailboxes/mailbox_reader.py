"""Read one mailbox: what is there, and what arrives while the connection stands."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final

from monitor.daemon.parser_client import ParserPool
from monitor.domain import randomness
from monitor.domain.article import Origin
from monitor.domain.errors import MailboxUnreadable, MonitorError
from monitor.domain.freshness import AgeLimits
from monitor.logs import get_logger
from monitor.mailboxes.blocking_call import in_thread
from monitor.mailboxes.mail_ingest import ReadMessage, known_position, read_messages, store_messages
from monitor.mailboxes.mail_session import MailMessage, MailPosition, MailSession
from monitor.mailboxes.mailbox_kind import NAME, mailbox_name
from monitor.parse.documents import MAX_BYTES
from monitor.settings.feeds import FeedSettings
from monitor.sources.source import SourceContext
from monitor.storage import source_states

NEWEST: Final = 500
"""So many messages of a folder are read when it is read for the first time."""

_BATCH: Final = 20
_BATCH_BYTES: Final = 2_000_000
_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 240.0
"""How long to wait for the server's word before asking all the same: short at first, since a message may slip in while waiting begins."""

_POLL_S: Final = 30.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 2.0, 300.0
_NAMED: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A configured mailbox and how old its messages may be to be news."""

    settings: FeedSettings
    limits: AgeLimits

    @property
    def origin(self) -> Origin:
        """The origin of its articles."""
        one = self.settings
        return Origin(id=one.address, name=mailbox_name(one), url=one.address, language=one.language, tags=one.tags)


class MailboxReader:
    """Reads a mailbox. Call `follow` until cancelled, or `read_once`; then `abort` and `close`."""

    def __init__(self, mailbox: Mailbox, context: SourceContext, parsers: ParserPool) -> None:
        self.mailbox = mailbox
        self._context = context
        self._parsers = parsers
        self._session: MailSession | None = None
        self._skipped: deque[str] = deque(maxlen=_NAMED)
        self._problem: str | None = None

    async def follow(self) -> None:
        """Read what is there and what comes. Whatever fails is recorded and tried again, at growing intervals."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                session = await self._open()
                await self._read_new(session)
                pause_s = _FIRST_PAUSE_S
                await self._read_arriving(session)
            except (MonitorError, OSError) as error:
                await self._discard_session()
                with contextlib.suppress(MonitorError):
                    await self._record(str(error))
            await self._context.clock.sleep(pause_s * (1 + 0.2 * randomness.jitter()))
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    async def read_once(self) -> None:
        """Read what is there. What fails is recorded."""
        try:
            await self._read_new(await self._open())
        except MailboxUnreadable as error:
            await self._discard_session()
            await self._record(str(error))
        else:
            session, self._session = self._session, None
            assert session is not None
            await in_thread(session.close)

    def abort(self) -> None:
        """End the connection at once, in the middle of anything."""
        if self._session is not None:
            self._session.abort()

    async def close(self) -> None:
        """Release what is open, after the reading has ended."""
        await self._discard_session()

    async def _read_arriving(self, session: MailSession) -> None:
        wait_s = _FIRST_WAIT_S
        while True:
            await in_thread(partial(session.wait, wait_s, poll_s=_POLL_S))
            wait_s = _FIRST_WAIT_S if await self._read_new(session) else min(2 * wait_s, _LONGEST_WAIT_S)

    async def _read_new(self, session: MailSession) -> int:
        """Read the messages that are new and record that the mailbox works. Return how many there were."""
        origin = self.mailbox.origin
        position = await asyncio.to_thread(known_position, self._context.database, origin.id)
        uids = await in_thread(partial(session.messages_after, position, newest=NEWEST))
        initial = _initial(position, session.validity, uids)
        if not uids and (position is None or position.validity != session.validity):
            await self._store([], MailPosition(validity=session.validity, uid=0))
        for start in range(0, len(uids), _BATCH):
            batch = uids[start : start + _BATCH]
            fetched = await in_thread(partial(session.fetch, batch, max_bytes=MAX_BYTES))
            while messages := await in_thread(partial(_portion, fetched)):
                last = MailPosition(validity=session.validity, uid=messages[-1].uid, initial=initial)
                await self._store(await read_messages(self._parsers, messages, self._context.clock.now()), last)
            await self._store([], MailPosition(validity=session.validity, uid=batch[-1], initial=initial))
        await self._record(None)
        return len(uids)

    async def _store(self, read: list[ReadMessage], position: MailPosition) -> None:
        for one in read:
            if one.error is not None:
                get_logger().warning("message.skipped", mailbox=self.mailbox.origin.name, uid=one.message.uid, reason=one.error)
                self._skipped.append(f"number {one.message.uid} ({one.error})")
        now, limits = self._context.clock.now(), self.mailbox.limits
        scans = await asyncio.to_thread(
            partial(store_messages, self._context.database, self.mailbox.origin, read, position, limits=limits, now=now)
        )
        if scans:
            self._context.on_stored(scans)

    async def _record(self, problem: str | None) -> None:
        if problem != self._problem:
            log, name = get_logger(), self.mailbox.origin.name
            _ = log.info("feed.failed", feed=name, reason=problem) if problem else log.info("feed.recovered", feed=name)
            self._problem = problem
        await asyncio.to_thread(self._record_health, problem)

    def _record_health(self, problem: str | None) -> None:
        address = self.mailbox.origin.id
        skipped = f"messages were skipped: {'; '.join(self._skipped)}" if self._skipped else None
        with self._context.database.write() as connection:
            remarks = {} if skipped is None else {address: skipped}
            source_states.record(connection, NAME, {address: problem}, self._context.clock.now(), remarks=remarks)

    async def _open(self) -> MailSession:
        imap = self.mailbox.settings.imap
        assert imap is not None
        self._session = await in_thread(partial(MailSession.open, imap), unwanted=MailSession.discard)
        return self._session

    async def _discard_session(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await in_thread(session.discard)


def _initial(position: MailPosition | None, validity: int, uids: Sequence[int]) -> int:
    """Return up to which number messages were there at the first reading: all that are there now, if this is it."""
    if position is None:
        return max(uids, default=0)
    return position.initial if position.validity == validity else 0


def _portion(fetched: Iterator[MailMessage]) -> list[MailMessage]:
    """Take the next messages that are stored in one transaction."""
    taken: list[MailMessage] = []
    for message in islice(fetched, _BATCH):
        taken.append(message)
        if sum(len(one.data or b"") for one in taken) >= _BATCH_BYTES:
            break
    return taken
