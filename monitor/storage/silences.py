"""Store the silences set by command: alerts under them are held back until the end. Those of the configuration are in the settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from monitor.settings.model import SilenceSettings
from monitor.storage.dialect import insert
from monitor.storage.ids import new_id
from monitor.storage.tables import silences


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A silence of a term or of a tag, from `since` until `until`."""

    id: str
    term: str | None
    tag: str | None
    since: datetime
    until: datetime
    reason: str | None


def add(
    connection: Connection,
    *,
    until: datetime,
    now: datetime,
    term: str | None = None,
    tag: str | None = None,
    reason: str | None = None,
) -> Silence:
    """Silence a term or a tag from `now` until `until`."""
    silence = Silence(id=new_id(), term=term, tag=tag, since=now, until=until, reason=reason)
    connection.execute(
        insert(connection, silences).values(id=silence.id, term=term, tag=tag, since=now, until=until, reason=reason)
    )
    return silence


def lift(connection: Connection, *, term: str | None = None, tag: str | None = None) -> int:
    """End the silences of a term or of a tag; return how many there were."""
    return connection.execute(
        delete(silences).where(silences.c.term == term if term is not None else silences.c.tag == tag)
    ).rowcount


def listing(connection: Connection, now: datetime) -> tuple[Silence, ...]:
    """Return the silences that are not over, the first to end first."""
    query = select(silences).where(silences.c.until > now).order_by(silences.c.until, silences.c.id)
    return tuple(
        Silence(id=row.id, term=row.term, tag=row.tag, since=row.since, until=row.until, reason=row.reason)
        for row in connection.execute(query)
    )


def active(connection: Connection, now: datetime) -> tuple[SilenceSettings, ...]:
    """Return the silences in force at `now`, as the settings hold theirs."""
    return tuple(
        SilenceSettings(term=one.term, tag=one.tag, since=one.since, until=one.until, reason=one.reason)
        for one in listing(connection, now)
        if one.since <= now
    )


def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Delete silences that ended before `before`, at most `limit`; return how many."""
    old = select(silences.c.id).where(silences.c.until < before).limit(limit)
    return connection.execute(delete(silences).where(silences.c.id.in_(old))).rowcount
