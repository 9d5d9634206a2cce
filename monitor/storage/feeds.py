"""Feeds: which there are, whose turn it is, and what a poll has changed.

A feed is claimed for a while under a new epoch; a result is stored only if the epoch is still the same, so a poller that was stopped and woke
up late changes nothing. Hosts are gated before the batch is filled: a host with many due feeds takes one place in it, not all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, literal, or_, select, update

from monitor.domain.feed import Feed, FeedForPoll, FeedState, FeedStatus, FeedUpdate, Validators, gate_of
from monitor.domain.ids import FeedId
from monitor.settings.feeds import FeedSettings
from monitor.storage import feed_history, hosts
from monitor.storage.dialect import insert
from monitor.storage.ids import new_id
from monitor.storage.tables import appearances, feeds
from monitor.storage.tables import hosts as hosts_table

_COLUMNS = (
    *("status", "reason", "title", "format", "body_hash", "moved_to", "moves_seen", "last_polled_at", "last_success_at"),
    *("last_full_fetch_at", "next_poll_at", "interval_s", "failures", "gap_at"),
)


_FINISH = (
    update(feeds)
    .where(feeds.c.id == bindparam("of_feed"))
    .values({name: bindparam(name) for name in (*_COLUMNS, "etag", "last_modified", "history", "lease_until")})
)
"""Made once: this statement runs for every poll, and making it takes longer than running it."""
_EPOCHS = (
    select(feeds.c.id, feeds.c.epoch)
    .where(feeds.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(feeds.c.host, feeds.c.id)
    .with_for_update()
)
"""Locked until the transaction ends, in one order: two pollers never wait for each other in a circle."""


def sync(connection: Connection, configured: Iterable[FeedSettings], now: datetime) -> None:
    """Make the active feeds those of `configured`. One that was left out keeps its data; one that is back is tried again at once.

    The name of a feed without one in the configuration is empty here, and its title stands in for it.
    """
    wanted = {feed.url: feed.name or "" for feed in configured}
    known = {row.url: row for row in connection.execute(select(feeds.c.url, feeds.c.name, feeds.c.active))}
    added = [url for url in wanted if url not in known]
    removed = [url for url, row in known.items() if row.active and url not in wanted]
    back = [url for url in wanted if url in known and not known[url].active]
    renamed = [url for url, name in wanted.items() if url in known and known[url].name != name]
    _add(connection, {url: wanted[url] for url in added}, now)
    afresh = {"active": True, "status": FeedStatus.NEW, "reason": None, "failures": 0.0, "next_poll_at": now}
    _change(connection, [{"of_url": url, "active": False} for url in removed])
    _change(connection, [{"of_url": url, **afresh} for url in back])
    _change(connection, [{"of_url": url, "name": wanted[url]} for url in renamed])


def _add(connection: Connection, names: Mapping[str, str], now: datetime) -> None:
    if not names:
        return
    rows = [{"id": new_id(), "url": url, "name": name, "host": gate_of(url), "next_poll_at": now} for url, name in names.items()]
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

    A host is passed over while its gap or its pause lasts, or while `host_connections` of its feeds are being polled; a batch of
    another poller is stepped around (SKIP LOCKED on PostgreSQL; SQLite has one writer at a time). Without a gap a host may be asked
    over all its connections at once.
    """
    due = _due(now)
    waiting = select(feeds.c.host, func.min(feeds.c.next_poll_at).label("since")).where(due).group_by(feeds.c.host).subquery()
    leased = select(feeds.c.host, func.count().label("polls")).where(feeds.c.lease_until > now).group_by(feeds.c.host).subquery()
    busy = select(leased.c.host).where(leased.c.polls >= host_connections)
    open_hosts = connection.scalars(
        select(hosts_table.c.host)
        .join(waiting, waiting.c.host == hosts_table.c.host)
        .where(hosts.is_open(now), hosts_table.c.host.not_in(busy))
        .order_by(waiting.c.since)
        .limit(limit)
        .with_for_update(of=hosts_table, skip_locked=True)
    ).all()
    room = literal(1) if host_gap else host_connections - func.coalesce(leased.c.polls, 0)
    place = func.row_number().over(partition_by=feeds.c.host, order_by=(feeds.c.next_poll_at, feeds.c.id))
    ranked = (
        select(feeds.c.id, place.label("place"), room.label("room"))
        .outerjoin(leased, leased.c.host == feeds.c.host)
        .where(feeds.c.host.in_(open_hosts), due)
        .subquery()
    )
    chosen = select(ranked.c.id).where(ranked.c.place <= ranked.c.room).order_by(ranked.c.place).limit(limit)
    claimed = _claim(connection, connection.scalars(chosen).all(), now + lease)
    hosts.take_turn(connection, [feed.host for feed in claimed], now + host_gap)
    return claimed


def _due(now: datetime) -> Any:
    return and_(
        feeds.c.active,
        feeds.c.status != FeedStatus.GONE,
        feeds.c.next_poll_at <= now,
        or_(feeds.c.lease_until.is_(None), feeds.c.lease_until <= now),
    )


def _claim(connection: Connection, ids: Sequence[str], until: datetime) -> tuple[FeedForPoll, ...]:
    statement = update(feeds).where(feeds.c.id.in_(ids)).values(lease_until=until, epoch=feeds.c.epoch + 1).returning(*feeds.c)
    rows = connection.execute(statement).all()
    refusals = hosts.refusals(connection, [row.host for row in rows])
    return tuple(
        FeedForPoll(
            id=FeedId(row.id),
            url=row.url,
            name=row.name or row.title or "",
            host=row.host,
            epoch=row.epoch,
            state=_state(row),
            refusals=refusals.get(row.host, 0),
        )
        for row in sorted(rows, key=lambda row: row.next_poll_at)
    )


def _state(row: Row[Any]) -> FeedState:
    values = {name: getattr(row, name) for name in _COLUMNS}
    values["status"] = FeedStatus(row.status)
    values["body_hash"] = None if row.body_hash is None else bytes(row.body_hash)
    rhythm, document = feed_history.read(row.history)
    return FeedState(
        **values, validators=Validators(etag=row.etag, last_modified=row.last_modified), rhythm=rhythm, document=document
    )


def finish(connection: Connection, result: FeedUpdate, epoch: int) -> bool:
    """Store what a poll found and end its claim. False, and nothing stored, if the feed has been claimed again in the meantime."""
    return (result.id, epoch) in finish_all(connection, [(result, epoch)])


def finish_all(connection: Connection, results: Sequence[tuple[FeedUpdate, int]]) -> frozenset[tuple[FeedId, int]]:
    """Store what polls found under their epochs; the feeds and epochs for which it still counted."""
    rows = connection.execute(_EPOCHS, {"ids": [result.id for result, _ in results]})
    epochs = {row.id: row.epoch for row in rows}
    current = [result for result, epoch in results if epochs.get(result.id) == epoch]
    if current:
        connection.execute(_FINISH, [_finished(result) for result in current])
    for result in current:
        if result.host is not None:
            hosts.record(connection, result.host)
    return frozenset((result.id, epochs[result.id]) for result in current)


def _finished(result: FeedUpdate) -> dict[str, Any]:
    state = result.state
    return {name: getattr(state, name) for name in _COLUMNS} | {
        "of_feed": result.id,
        "etag": state.validators.etag,
        "last_modified": state.validators.last_modified,
        "history": feed_history.write(state.rhythm, state.document),
        "lease_until": None,
    }


def release(connection: Connection, claimed: Iterable[tuple[FeedId, int]]) -> None:
    """Give claims back unused, so that the feeds are due at once: for a poller that shuts down."""
    for feed_id, epoch in claimed:
        connection.execute(update(feeds).where(feeds.c.id == feed_id, feeds.c.epoch == epoch).values(lease_until=None))


def release_all(connection: Connection) -> None:
    """Give back every claim: for the only poller of a database, at its start. A poll of its predecessor that comes late is fenced off."""
    connection.execute(update(feeds).where(feeds.c.lease_until.is_not(None)).values(lease_until=None, epoch=feeds.c.epoch + 1))


def make_due(connection: Connection, now: datetime) -> None:
    """Let every active feed be polled now, whatever its plan; one that is gone stays so, and hosts keep their pauses."""
    connection.execute(
        update(feeds).where(feeds.c.active, feeds.c.status != FeedStatus.GONE, feeds.c.next_poll_at > now).values(next_poll_at=now)
    )


def unpolled(connection: Connection, since: datetime, now: datetime) -> int:
    """How many active feeds were not polled since `since` and can be soon: their host is not resting for longer than a minute."""
    resting = select(hosts_table.c.host).where(hosts_table.c.paused_until > now + timedelta(minutes=1))
    return connection.execute(
        select(func.count()).where(
            feeds.c.active,
            feeds.c.status != FeedStatus.GONE,
            or_(feeds.c.last_polled_at.is_(None), feeds.c.last_polled_at < since),
            feeds.c.host.not_in(resting),
        )
    ).scalar_one()


def list_feeds(connection: Connection) -> tuple[Feed, ...]:
    """The active feeds by name, with the number of articles each has carried."""
    carried = select(appearances.c.origin_id, func.count().label("articles")).group_by(appearances.c.origin_id).subquery()
    shown = func.coalesce(func.nullif(feeds.c.name, ""), feeds.c.title, feeds.c.url)
    rows = connection.execute(
        select(feeds, func.coalesce(carried.c.articles, 0).label("articles"))
        .outerjoin(carried, carried.c.origin_id == feeds.c.id)
        .where(feeds.c.active)
        .order_by(func.lower(shown), feeds.c.url)
    )
    return tuple(
        Feed(
            id=FeedId(row.id),
            url=row.url,
            name=row.name or row.title or row.url,
            status=FeedStatus(row.status),
            reason=row.reason,
            last_polled_at=row.last_polled_at,
            last_success_at=row.last_success_at,
            next_poll_at=row.next_poll_at,
            interval_s=row.interval_s,
            articles=row.articles,
            gap_at=row.gap_at,
            moved_to=row.moved_to,
        )
        for row in rows
    )
