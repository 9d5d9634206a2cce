"""Store which feeds there are, claim those that are due, and store what polls have found.

A feed is claimed for a while under a new epoch. A result is stored only if the epoch is still the same, so a poller that was suspended
for too long changes nothing. Due hosts are chosen before feeds: a host with many due feeds takes one place in a batch, not all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Select, Update, and_, bindparam, func, literal, or_, select, update

from monitor.domain.feed import Feed, FeedForPoll, FeedState, FeedUpdate, Validators, rate_limit_key
from monitor.domain.ids import FeedId, derived_id
from monitor.domain.source import UNREADABLE, SourceStatus
from monitor.domain.urls import parse_url
from monitor.settings.feeds import FeedSettings
from monitor.storage import feed_history, hosts
from monitor.storage.dialect import insert
from monitor.storage.tables import appearances, feeds
from monitor.storage.tables import hosts as hosts_table
from monitor.storage.types import UtcDateTime

_COLUMNS = (
    *("status", "reason", "title", "format", "body_hash", "moved_to", "moves_seen", "last_polled_at", "last_success_at"),
    *("last_full_fetch_at", "next_poll_at", "interval_s", "failures", "gap_at"),
    *("overdue_after_s", "overdue_at", "late_p50_s", "late_p95_s", "late_usual_s", "rekeyed_at"),
)
"""Columns that are fields of FeedState, by the same names."""


def sync(connection: Connection, configured: Iterable[FeedSettings], now: datetime) -> None:
    """Make the active feeds those of `configured`. One that was removed keeps its data; one that is back is polled at once.

    For a feed without a name in the configuration an empty one is stored; its title is shown instead.
    """
    wanted = {feed.url: feed.name or "" for feed in configured}
    known = {row.url: row for row in connection.execute(select(feeds.c.url, feeds.c.name, feeds.c.active))}
    added = [url for url in wanted if url not in known]
    removed = [url for url, row in known.items() if row.active and url not in wanted]
    returned = [url for url in wanted if url in known and not known[url].active]
    renamed = [url for url, name in wanted.items() if url in known and known[url].name != name]
    _add(connection, {url: wanted[url] for url in added}, now)
    reset = {"active": True, "status": SourceStatus.NEW, "reason": None, "failures": 0.0, "next_poll_at": now}
    _change(connection, [{"of_url": url, "active": False} for url in removed])
    _change(connection, [{"of_url": url, **reset} for url in returned])
    _change(connection, [{"of_url": url, "name": wanted[url]} for url in renamed])


def _add(connection: Connection, names: Mapping[str, str], now: datetime) -> None:
    if not names:
        return
    rows = [
        {"id": derived_id("feed", url), "url": url, "name": name, "host": rate_limit_key(parse_url(url)), "next_poll_at": now}
        for url, name in names.items()
    ]
    hosts.ensure(connection, {str(row["host"]) for row in rows})
    connection.execute(insert(connection, feeds).on_conflict_do_nothing(index_elements=["url"]), rows)


def _change(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Set the same columns of several feeds, each found by its `of_url`."""
    if rows:
        columns: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "of_url"}
        connection.execute(update(feeds).where(feeds.c.url == bindparam("of_url")).values(columns), rows)


def claim_due(
    connection: Connection, *, now: datetime, limit: int, lease: timedelta, host_gap: timedelta, host_connections: int
) -> tuple[FeedForPoll, ...]:
    """Claim due feeds of at most `limit` hosts until `now + lease`, the longest overdue hosts first, and one feed of each.

    A host is skipped while its gap or its pause lasts, or while `host_connections` of its feeds are being polled; so are hosts that
    another poller is claiming (SKIP LOCKED on PostgreSQL; SQLite has one writer at a time). Without a gap as many feeds of a host
    are claimed as it may have connections.
    """
    values = {"now": now, "limit": limit, "connections": host_connections}
    open_hosts = connection.scalars(_OPEN_HOSTS, values).all()
    chosen = connection.scalars(_chosen(one_each=bool(host_gap)), {**values, "open_hosts": open_hosts}).all()
    rows = connection.execute(_CLAIM, {"ids": chosen, "until": now + lease}).all()
    refusals = hosts.refusals(connection, open_hosts)
    claimed = tuple(_for_poll(row, refusals) for row in sorted(rows, key=lambda row: row.next_poll_at))
    hosts.close_until(connection, [feed.host for feed in claimed], now + host_gap)
    return claimed


_NOW = bindparam("now", type_=UtcDateTime)
_DUE = and_(
    feeds.c.active,
    feeds.c.status != SourceStatus.GONE,
    feeds.c.next_poll_at <= _NOW,
    or_(feeds.c.lease_until.is_(None), feeds.c.lease_until <= _NOW),
)
_WAITING = select(feeds.c.host, func.min(feeds.c.next_poll_at).label("since")).where(_DUE).group_by(feeds.c.host).subquery()
_LEASED = select(feeds.c.host, func.count().label("polls")).where(feeds.c.lease_until > _NOW).group_by(feeds.c.host).subquery()
_OPEN_HOSTS = (
    select(hosts_table.c.host)
    .join(_WAITING, _WAITING.c.host == hosts_table.c.host)
    .where(
        hosts.is_open(_NOW),
        hosts_table.c.host.not_in(select(_LEASED.c.host).where(_LEASED.c.polls >= bindparam("connections"))),
    )
    .order_by(_WAITING.c.since)
    .limit(bindparam("limit"))
    .with_for_update(of=hosts_table, skip_locked=True)
)
_CLAIM = (
    update(feeds)
    .where(feeds.c.id.in_(bindparam("ids", expanding=True)))
    .values(lease_until=bindparam("until"), epoch=feeds.c.epoch + 1)
    .returning(
        *(feeds.c[name] for name in ("id", "url", "name", "host", "epoch", "etag", "last_modified", "history", "imprints")),
        *(feeds.c[name] for name in _COLUMNS),
    )
)


@cache
def _chosen(*, one_each: bool) -> Select[tuple[str]]:
    # Built once, since building a statement takes longer than running it.
    free = literal(1) if one_each else bindparam("connections") - func.coalesce(_LEASED.c.polls, 0)
    place = func.row_number().over(partition_by=feeds.c.host, order_by=(feeds.c.next_poll_at, feeds.c.id))
    ranked = (
        select(feeds.c.id, place.label("place"), free.label("free"))
        .outerjoin(_LEASED, _LEASED.c.host == feeds.c.host)
        .where(feeds.c.host.in_(bindparam("open_hosts", expanding=True)), _DUE)
        .subquery()
    )
    return select(ranked.c.id).where(ranked.c.place <= ranked.c.free).order_by(ranked.c.place).limit(bindparam("limit"))


def _for_poll(row: Row[Any], refusals: Mapping[str, int]) -> FeedForPoll:
    feed_id, url, name, host, epoch, etag, last_modified, history, fingerprints, *columns = tuple(row)
    values = dict(zip(_COLUMNS, columns, strict=True))
    values["status"] = SourceStatus(values["status"])
    arrival_rate, document = feed_history.read(history, fingerprints, values["last_success_at"])
    return FeedForPoll(
        id=FeedId(feed_id),
        url=url,
        name=name or values["title"] or "",
        host=host,
        epoch=epoch,
        state=FeedState(
            **values, validators=Validators(etag=etag, last_modified=last_modified), arrival_rate=arrival_rate, document=document
        ),
        refusals=refusals.get(host, 0),
    )


def is_claimed(connection: Connection, feed: FeedForPoll) -> bool:
    """Return whether the feed is still claimed under the epoch of `feed`."""
    epochs = connection.execute(_EPOCHS, {"ids": [feed.id]})
    return any(row.epoch == feed.epoch for row in epochs)


def finish(connection: Connection, feed: FeedForPoll, result: FeedUpdate) -> bool:
    """Store what a poll found and end its claim. Return False, and store nothing, if the feed has been claimed again meanwhile."""
    return bool(finish_all(connection, [(feed, result)]))


def finish_all(connection: Connection, results: Sequence[tuple[FeedForPoll, FeedUpdate]]) -> frozenset[tuple[FeedId, int]]:
    """Store what polls of claimed feeds found. Return the feeds and epochs that were still claimed. Only changes are written."""
    rows = connection.execute(_EPOCHS, {"ids": [feed.id for feed, _ in results]})
    epochs = {row.id: row.epoch for row in rows}
    current = [(feed, result) for feed, result in results if epochs.get(feed.id) == feed.epoch]
    changes: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for feed, result in current:
        changed = _changed(feed.state, result.state)
        changes[tuple(changed)].append({**changed, "of_feed": feed.id})
    for host in sorted((result.host for _, result in current if result.host is not None), key=lambda host: host.host):
        hosts.record(connection, host)
    for names, values in changes.items():
        connection.execute(_finished(names), values)
    return frozenset((feed.id, feed.epoch) for feed, _ in current)


_EPOCHS = (
    select(feeds.c.id, feeds.c.epoch)
    .where(feeds.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(feeds.c.host, feeds.c.id)
    .with_for_update()
)
"""The rows are locked until the transaction ends, in one order: two pollers never wait for each other in a circle."""


def _changed(before: FeedState, after: FeedState) -> dict[str, Any]:
    """Return the columns in which two states differ, with their new values."""
    values = {name: new for name in _COLUMNS if (new := getattr(after, name)) != getattr(before, name)}
    if after.validators != before.validators:
        values |= {"etag": after.validators.etag, "last_modified": after.validators.last_modified}
    if after.document.fingerprints != before.document.fingerprints:
        values["imprints"] = after.document.fingerprints
    if feed_history.differs((before.arrival_rate, before.document), (after.arrival_rate, after.document)):
        values["history"] = feed_history.write(after.arrival_rate, after.document)
    return values


@lru_cache(maxsize=256)
def _finished(names: tuple[str, ...]) -> Update:
    """Return the statement that sets these columns and ends the claim."""
    return (
        update(feeds)
        .where(feeds.c.id == bindparam("of_feed"))
        .values({name: bindparam(name) for name in names} | {"lease_until": None})
    )


def record_rekeyed(connection: Connection, feed: FeedForPoll, reason: str, now: datetime) -> None:
    """Store that most entries of a feed's document have come under new identifiers, and the `reason` that its health shows."""
    connection.execute(update(feeds).where(feeds.c.id == feed.id).values(rekeyed_at=now, reason=reason))


def release(connection: Connection, claimed: Iterable[tuple[FeedId, int]]) -> None:
    """Release claims of a poller that shuts down, so that the feeds are due at once."""
    for feed_id, epoch in claimed:
        connection.execute(update(feeds).where(feeds.c.id == feed_id, feeds.c.epoch == epoch).values(lease_until=None))


def release_all(connection: Connection) -> None:
    """Release every claim, for the only poller of a database, at its start. Late results of its predecessor are not stored."""
    connection.execute(update(feeds).where(feeds.c.lease_until.is_not(None)).values(lease_until=None, epoch=feeds.c.epoch + 1))


def count_unpolled(connection: Connection, since: datetime, now: datetime) -> int:
    """Return how many active feeds were not polled since `since`, without those whose host is paused for longer than a minute."""
    paused = select(hosts_table.c.host).where(hosts_table.c.paused_until > now + timedelta(minutes=1))
    return connection.execute(
        select(func.count()).where(
            feeds.c.active,
            feeds.c.status != SourceStatus.GONE,
            or_(feeds.c.last_polled_at.is_(None), feeds.c.last_polled_at < since),
            feeds.c.host.not_in(paused),
        )
    ).scalar_one()


def list_feeds(connection: Connection) -> tuple[Feed, ...]:
    """Return the active feeds by name, with the number of articles each has carried."""
    counts = select(appearances.c.origin_id, func.count().label("articles")).group_by(appearances.c.origin_id).subquery()
    rows = connection.execute(
        select(feeds, *_PAUSE, func.coalesce(counts.c.articles, 0).label("articles"))
        .outerjoin(counts, counts.c.origin_id == feeds.c.id)
        .outerjoin(hosts_table, hosts_table.c.host == feeds.c.host)
        .where(feeds.c.active)
        .order_by(func.lower(_SHOWN_NAME), feeds.c.url)
    )
    return tuple(_feed(row, row.articles) for row in rows)


def count_by_status(connection: Connection) -> dict[SourceStatus, int]:
    """Return how many active feeds have each status; statuses without any are left out."""
    query = select(feeds.c.status, func.count()).where(feeds.c.active).group_by(feeds.c.status)
    return {SourceStatus(row[0]): row[1] for row in connection.execute(query)}


def failing_feeds(connection: Connection) -> tuple[Feed, ...]:
    """Return the active feeds that are failing, gone, silent or read clearly later than usual, by address; their articles are not counted."""
    silent = and_(feeds.c.status == SourceStatus.OK, feeds.c.overdue_at <= feeds.c.last_success_at)
    late = and_(feeds.c.status == SourceStatus.OK, feeds.c.late_usual_s.is_not(None))
    joined = select(feeds, *_PAUSE).outerjoin(hosts_table, hosts_table.c.host == feeds.c.host)
    query = joined.where(feeds.c.active, or_(feeds.c.status.in_((*UNREADABLE, SourceStatus.GONE)), silent, late))
    return tuple(_feed(row, 0) for row in connection.execute(query.order_by(feeds.c.url)))


_PAUSE = (hosts_table.c.paused_until, hosts_table.c.reason.label("paused_because"))
_SHOWN_NAME = func.coalesce(func.nullif(feeds.c.name, ""), feeds.c.title, feeds.c.url)


def _feed(row: Row[Any], articles: int) -> Feed:
    return Feed(
        id=FeedId(row.id),
        url=row.url,
        name=row.name or row.title or row.url,
        status=SourceStatus(row.status),
        reason=row.reason,
        last_polled_at=row.last_polled_at,
        last_success_at=row.last_success_at,
        next_poll_at=row.next_poll_at,
        interval_s=row.interval_s,
        articles=articles,
        gap_at=row.gap_at,
        moved_to=row.moved_to,
        overdue_after_s=row.overdue_after_s,
        overdue_at=row.overdue_at,
        late_p50_s=row.late_p50_s,
        late_p95_s=row.late_p95_s,
        late_usual_s=row.late_usual_s,
        paused_until=row.paused_until,
        paused_because=row.paused_because,
    )
