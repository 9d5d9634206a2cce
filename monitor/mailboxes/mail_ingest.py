"""Read messages in parser processes and store their articles. A message counts as news by the time at which the server received it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from monitor.daemon.parser_client import ParserPool
from monitor.daemon.parser_protocol import OverLimit, RawDocument
from monitor.domain.article import Entry, Origin
from monitor.domain.freshness import AgeLimits, is_news
from monitor.domain.hashing import hash_parts
from monitor.domain.ids import ScanId
from monitor.domain.urls import is_http
from monitor.mailboxes.mail_session import MailMessage, MailPosition
from monitor.mailboxes.mailbox_kind import NAME
from monitor.parse.documents import MAX_BYTES
from monitor.parse.result import ParseFailure
from monitor.storage import articles, source_states
from monitor.storage.engine import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMessage:
    """The entries of a message, or why it has none."""

    message: MailMessage
    entries: tuple[Entry, ...] = ()
    error: str | None = None


async def read_messages(pool: ParserPool, messages: Sequence[MailMessage], now: datetime) -> list[ReadMessage]:
    """Return what each message says, as a file `.eml` of a folder would be read. Raises ParserUnavailable."""
    return [await _read(pool, message, now) for message in messages]


async def _read(pool: ParserPool, message: MailMessage, now: datetime) -> ReadMessage:
    if message.data is None:
        return ReadMessage(message=message, error=f"larger than {MAX_BYTES / 1e6:g} MB")
    document = RawDocument(data=message.data, path="message.eml", mtime=message.received_at or now, now=now, max_bytes=MAX_BYTES)
    (found,) = await pool.documents([document])
    if isinstance(found, OverLimit) and found.slow:
        (found,) = await pool.documents([document], slow=True)
    if isinstance(found, ParseFailure | OverLimit):
        return ReadMessage(message=message, error=found.reason)
    return ReadMessage(message=message, entries=tuple(_identified(entry, message) for entry in found))


def _identified(entry: Entry, message: MailMessage) -> Entry:
    """Return the entry with an identity that is the same in every folder and on every server; what says other words is another article.

    Senders choose their message ids, so that an id alone would let one overwrite what another has sent.
    """
    alone = entry.guid or hashlib.sha256(message.data or b"").hexdigest()
    return replace(
        entry,
        key=hash_parts("mail", alone, entry.title, entry.text).hex(),
        url=entry.url if entry.url and is_http(entry.url) else None,
        updated_at=None,
        published_at=entry.published_at or message.received_at,
    )


def store_messages(
    database: Database,
    origin: Origin,
    read: Sequence[ReadMessage],
    position: MailPosition,
    *,
    limits: AgeLimits,
    now: datetime,
) -> list[ScanId]:
    """Store what was read and, in the same transaction, that the folder is read up to `position`. Return the scans to relay."""
    with database.write() as connection:
        queued: list[ScanId] = []
        for one in read:
            first = one.message.uid <= position.initial
            news = is_news(one.message.received_at or now, first=first, now=now, limits=limits)
            queued += articles.ingest(connection, origin, one.entries, now=now, alertable=_always if news else _never).scans
        source_states.advance(connection, NAME, origin.id, asdict(position), now)
    return queued


def _always(_entry: Entry) -> bool:
    return True


def _never(_entry: Entry) -> bool:
    return False


def known_position(database: Database, address: str) -> MailPosition | None:
    """Return how far a folder has been read; None for one that never was."""
    with database.read() as connection:
        state = source_states.known(connection, NAME).get(address)
    if state is None or state.position is None:
        return None
    return MailPosition(**state.position)
