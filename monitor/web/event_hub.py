"""Server-sent events: one task watches the database for all clients.

A client gets each alert once, and again news of its deliveries while they change. It may resume after the last id it has seen: from memory
if it was away for a moment, else from the database. A client that cannot keep up is sent away and comes back with its last id.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.delivery import DeliveryStatus
from monitor.domain.errors import MonitorError
from monitor.domain.ids import AlertId
from monitor.outage_log import OutageLog
from monitor.storage import alert_tail
from monitor.storage.activity import after
from monitor.storage.alerts import AlertFilter, deliveries_of
from monitor.storage.engine import Database

POLL_S = 0.5
HEARTBEAT_S = 15.0
MAX_CLIENTS = 200
KEPT = 500
"""Events that a returning client may have missed, and the most that a slow one may be behind."""
_WATCHED_FOR = timedelta(minutes=10)
_FINAL = {DeliveryStatus.DELIVERED, DeliveryStatus.DEAD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`alert`: a new alert's record. `deliveries`: an earlier alert's id and its deliveries as they stand now."""

    name: str
    id: str
    record: dict[str, Any]


class TooManyClients(Exception):
    """There are as many clients as we serve."""


class EventHub:
    """Watches the database once for every client."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tail = alert_tail.Tail(database, AlertFilter())
        self._recent: deque[Event] = deque(maxlen=KEPT)
        self._clients: set[asyncio.Queue[Event | None]] = set()
        self._open: dict[str, tuple[datetime, list[dict[str, Any]]]] = {}
        self._outages = OutageLog()
        self._closed = False

    @property
    def clients(self) -> int:
        """How many are listening."""
        return len(self._clients)

    async def watch(self) -> None:
        """Tell what is new, twice a second, until cancelled."""
        while True:
            try:
                events = await run_in_threadpool(self._look)
            except MonitorError as error:
                self._outages.failed("events", error)
            else:
                self._outages.worked("events")
                self._tell(events)
            await asyncio.sleep(POLL_S)

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self._closed = True
        for client in list(self._clients):
            self._drop(client)

    def listen(self, last_id: str | None = None) -> AsyncIterator[Event | None]:
        """Events as they come, first those after `last_id`; None now and then while nothing comes. Raises Crowded."""
        if len(self._clients) >= MAX_CLIENTS or self._closed:
            raise TooManyClients
        return self._stream(last_id)

    async def _stream(self, last_id: str | None) -> AsyncIterator[Event | None]:
        client: asyncio.Queue[Event | None] = asyncio.Queue(KEPT + 1)
        self._clients.add(client)
        try:
            told = {last_id}
            for event in await self._missed(last_id) if last_id else ():
                told.add(event.id)
                yield event
            while True:
                try:
                    event_or_end = await asyncio.wait_for(client.get(), HEARTBEAT_S)
                except TimeoutError:
                    yield None
                    continue
                if event_or_end is None:
                    return
                if event_or_end.name != "alert" or event_or_end.id not in told:
                    yield event_or_end
        finally:
            self._clients.discard(client)

    async def _missed(self, last_id: str) -> list[Event]:
        recent = [event for event in self._recent if event.name == "alert"]
        for index, event in enumerate(recent):
            if event.id == last_id:
                return recent[index + 1 :]
        return await run_in_threadpool(self._stored_after, last_id)

    def _stored_after(self, last_id: str) -> list[Event]:
        with self._database.read() as connection:
            return [Event(name="alert", id=record["id"], record=record) for record in after(connection, last_id, limit=KEPT)]

    def _look(self) -> list[Event]:
        fresh = [Event(name="alert", id=record["id"], record=record) for record in self._tail.fresh()]
        changed = self._changed_deliveries()
        for event in fresh:
            self._follow(event.id, datetime.fromisoformat(event.record["created_at"]), event.record["deliveries"])
        return [*fresh, *changed]

    def _changed_deliveries(self) -> list[Event]:
        if not self._open:
            return []
        with self._database.read() as connection:
            now_there = deliveries_of(connection, [AlertId(one) for one in self._open])
        changed = []
        for alert_id, (since, before) in list(self._open.items()):
            current = now_there.get(AlertId(alert_id), [])
            if current != before:
                changed.append(Event(name="deliveries", id=alert_id, record={"alert_id": alert_id, "deliveries": current}))
            self._follow(alert_id, since, current)
        return changed

    def _follow(self, alert_id: str, since: datetime, states: list[dict[str, Any]]) -> None:
        """Go on looking at an alert's deliveries until all are settled, or it is old, or there are too many."""
        done = not states or all(one["status"] in _FINAL for one in states) or since < SYSTEM_CLOCK.now() - _WATCHED_FOR
        if done:
            self._open.pop(alert_id, None)
        elif alert_id in self._open or len(self._open) < KEPT:
            self._open[alert_id] = (since, states)

    def _tell(self, events: list[Event]) -> None:
        for event in events:
            self._recent.append(event)
            for client in list(self._clients):
                if client.qsize() >= KEPT:
                    self._drop(client)
                else:
                    client.put_nowait(event)

    def _drop(self, client: asyncio.Queue[Event | None]) -> None:
        self._clients.discard(client)
        while client.full():
            client.get_nowait()
        client.put_nowait(None)
