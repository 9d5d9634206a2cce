"""Watch the database for new alerts and changed deliveries, once for all clients of the event streams.

A client gets each alert once, and its deliveries again while they change. It may resume after the last id it has seen: from memory if
it was away for a moment, else from the database. A client that cannot keep up is disconnected and may come back with its last id.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from starlette.concurrency import run_in_threadpool

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.delivery import Delivery, DeliveryStatus
from monitor.domain.ids import AlertId
from monitor.outage_log import OutageLog
from monitor.storage.activity import raised_after
from monitor.storage.alert_tail import AlertTail
from monitor.storage.alerts import AlertFilter, StoredAlert, deliveries_of
from monitor.storage.engine import Database

POLL_S = 0.5
HEARTBEAT_S = 15.0
MAX_CLIENTS = 200
MAX_BACKLOG = 500
"""How many events are kept for a client that comes back, and how many a client may be behind before it is disconnected."""
_FOLLOWED_FOR = timedelta(minutes=10)
"""How long the deliveries of an alert are followed if they are not settled before."""
_SETTLED = {DeliveryStatus.DELIVERED, DeliveryStatus.DEAD}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAlert:
    """An alert was raised."""

    stored: StoredAlert


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveriesChanged:
    """The deliveries of an alert that was sent to the clients before are now these."""

    alert_id: AlertId
    deliveries: tuple[Delivery, ...]


Event: TypeAlias = NewAlert | DeliveriesChanged


class TooManyClients(Exception):
    """MAX_CLIENTS clients are connected, or the server is about to stop."""


class EventHub:
    """Reads the database for every client, twice a second."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tail = AlertTail(database, AlertFilter())
        self._recent: deque[NewAlert] = deque(maxlen=MAX_BACKLOG)
        self._clients: set[asyncio.Queue[Event | None]] = set()
        self._unsettled: dict[AlertId, tuple[datetime, tuple[Delivery, ...]]] = {}
        self._outages = OutageLog()
        self._closed = False

    @property
    def clients(self) -> int:
        """How many clients are connected."""
        return len(self._clients)

    async def watch(self) -> None:
        """Send every client what is new, until cancelled."""
        while True:
            try:
                events = await run_in_threadpool(self._new_events)
            except Exception as error:  # noqa: BLE001 - whatever the database does, the streams go on
                self._outages.failed("events", error)
            else:
                self._outages.worked("events")
                self._send(events)
            await asyncio.sleep(POLL_S)

    def close(self) -> None:
        """End every stream and accept no more, so that the server can stop."""
        self._closed = True
        for client in list(self._clients):
            self._disconnect(client)

    def subscribe(self, last_id: AlertId | None = None) -> AsyncIterator[Event | None]:
        """Return the events as they come, first the alerts after `last_id`; None every HEARTBEAT_S in which nothing comes.

        Raises TooManyClients.
        """
        if len(self._clients) >= MAX_CLIENTS or self._closed:
            raise TooManyClients
        return self._stream(last_id)

    async def _stream(self, last_id: AlertId | None) -> AsyncIterator[Event | None]:
        client: asyncio.Queue[Event | None] = asyncio.Queue(MAX_BACKLOG + 1)
        self._clients.add(client)
        try:
            sent = {last_id}
            for missed in await self._missed(last_id) if last_id else ():
                sent.add(missed.stored.alert.id)
                yield missed
            while True:
                try:
                    event = await asyncio.wait_for(client.get(), HEARTBEAT_S)
                except TimeoutError:
                    yield None
                    continue
                if event is None:
                    return
                if not isinstance(event, NewAlert) or event.stored.alert.id not in sent:
                    yield event
        finally:
            self._clients.discard(client)

    async def _missed(self, last_id: AlertId) -> list[NewAlert]:
        recent = list(self._recent)
        for index, event in enumerate(recent):
            if event.stored.alert.id == last_id:
                return recent[index + 1 :]
        return await run_in_threadpool(self._stored_after, last_id)

    def _stored_after(self, last_id: AlertId) -> list[NewAlert]:
        with self._database.read() as connection:
            return [NewAlert(stored=stored) for stored in raised_after(connection, last_id, limit=MAX_BACKLOG)]

    def _new_events(self) -> list[Event]:
        changed = self._changed_deliveries()
        new = self._tail.new_alerts()  # the last to be read: what it has returned once it does not return again
        for stored in new:
            self._follow(stored.alert.id, stored.alert.created_at, stored.deliveries)
        return [*(NewAlert(stored=stored) for stored in new), *changed]

    def _changed_deliveries(self) -> list[DeliveriesChanged]:
        if not self._unsettled:
            return []
        with self._database.read() as connection:
            found = deliveries_of(connection, list(self._unsettled))
        changed = []
        for alert_id, (raised_at, before) in list(self._unsettled.items()):
            current = found.get(alert_id, ())
            if current != before:
                changed.append(DeliveriesChanged(alert_id=alert_id, deliveries=current))
            self._follow(alert_id, raised_at, current)
        return changed

    def _follow(self, alert_id: AlertId, raised_at: datetime, current: tuple[Delivery, ...]) -> None:
        """Keep reading an alert's deliveries until all are settled, or it is old, or too many alerts are followed."""
        settled = all(delivery.status in _SETTLED for delivery in current)
        if settled or raised_at < SYSTEM_CLOCK.now() - _FOLLOWED_FOR:
            self._unsettled.pop(alert_id, None)
        elif alert_id in self._unsettled or len(self._unsettled) < MAX_BACKLOG:
            self._unsettled[alert_id] = (raised_at, current)

    def _send(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, NewAlert):
                self._recent.append(event)
            for client in list(self._clients):
                if client.qsize() >= MAX_BACKLOG:
                    self._disconnect(client)
                else:
                    client.put_nowait(event)

    def _disconnect(self, client: asyncio.Queue[Event | None]) -> None:
        self._clients.discard(client)
        while client.full():
            client.get_nowait()
        client.put_nowait(None)
