"""Store the subscriptions of feeds at hubs, for the scheduler that asks for them and the web role that hears from the hubs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, delete, select, update

from monitor.domain.hub_subscription import HubState, HubSubscription
from monitor.domain.ids import FeedId
from monitor.storage.dialect import upsert
from monitor.storage.tables import feeds, hub_subscriptions

_FIELDS = tuple(HubSubscription.__dataclass_fields__)
_OTHERS = tuple(name for name in _FIELDS if name != "feed_url")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribedFeed:
    """The feed of a subscription, as far as its articles need it. `fingerprints` are those of its last document."""

    id: FeedId
    name: str
    subscription: HubSubscription
    fingerprints: bytes


def put(connection: Connection, subscription: HubSubscription) -> None:
    """Store a subscription, in place of the one that its feed has."""
    connection.execute(upsert(connection, hub_subscriptions, changed=_OTHERS), [asdict(subscription)])


def change(connection: Connection, subscription: HubSubscription, **values: object) -> None:
    """Change some values of a subscription, unless it has been replaced by another."""
    same = (hub_subscriptions.c.feed_url == subscription.feed_url, hub_subscriptions.c.token == subscription.token)
    connection.execute(update(hub_subscriptions).where(*same).values(**values))


def remove(connection: Connection, subscription: HubSubscription) -> None:
    """Forget a subscription."""
    connection.execute(delete(hub_subscriptions).where(hub_subscriptions.c.token == subscription.token))


def every(connection: Connection) -> dict[str, HubSubscription]:
    """Return every subscription by the address of its feed."""
    return {row.feed_url: _subscription(row) for row in connection.execute(select(hub_subscriptions))}


def due(connection: Connection, now: datetime, *, limit: int) -> list[HubSubscription]:
    """Return subscriptions whose hub is to be asked now, the longest overdue first."""
    query = select(hub_subscriptions).where(hub_subscriptions.c.next_request_at <= now)
    return [_subscription(row) for row in connection.execute(query.order_by(hub_subscriptions.c.next_request_at).limit(limit))]


def end_others(connection: Connection, wanted: Collection[str], now: datetime) -> None:
    """End the subscriptions of all feeds but those `wanted`."""
    for url, one in every(connection).items():
        if url not in wanted and one.state is not HubState.ENDING:
            change(connection, one, state=HubState.ENDING, next_request_at=now, tries=0)


def count_missed(connection: Connection, missed: Mapping[str, int], now: datetime) -> None:
    """Add the entries that hubs have not brought, by feed; such a hub is asked anew at once."""
    for url, count in missed.items():
        of_feed = (hub_subscriptions.c.feed_url == url, hub_subscriptions.c.state == HubState.ACTIVE)
        changed = {"missed": hub_subscriptions.c.missed + count, "next_request_at": now}
        connection.execute(update(hub_subscriptions).where(*of_feed).values(changed))


def by_token(connection: Connection, token: str) -> SubscribedFeed | None:
    """Return what a callback is for; None for one that nobody waits at."""
    columns = (feeds.c.id, feeds.c.imprints, feeds.c.name.label("feed_name"), feeds.c.title)
    joined = hub_subscriptions.outerjoin(feeds, feeds.c.url == hub_subscriptions.c.feed_url)
    query = select(hub_subscriptions, *columns).select_from(joined).where(hub_subscriptions.c.token == token)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return SubscribedFeed(
        id=FeedId(row.id or ""),
        name=row.feed_name or row.title or "",
        subscription=_subscription(row),
        fingerprints=bytes(row.imprints or b""),
    )


def _subscription(row: Row[tuple[object, ...]]) -> HubSubscription:
    values = {name: row._mapping[name] for name in _FIELDS}  # noqa: SLF001 - the documented way to read a row by name
    return HubSubscription(**{**values, "state": HubState(values["state"])})
