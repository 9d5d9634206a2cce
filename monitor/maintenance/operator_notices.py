"""Tell the operator what is broken, and when it is over: directly, without Redis, scheduler or worker.

Each notice is stored as a delivery, too, which falls due a minute later: what cannot be sent directly goes the way of every alert until it arrives,
under the same id. While nothing can be stored, what was told is remembered in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.delivery import PROBLEM, RESOLVED, AttemptResult, ClaimedDelivery, Outcome, notice_id
from monitor.domain.errors import MonitorError
from monitor.domain.ids import DeliveryId
from monitor.domain.incidents import Incident, changes
from monitor.domain.times import rfc3339
from monitor.domain.watch import Severity
from monitor.logs import get_logger
from monitor.settings.channels import ChannelBase, Event, takes
from monitor.settings.model import Settings
from monitor.storage import incidents, notices
from monitor.storage.engine import Database

SendNow = Callable[[ChannelBase, ClaimedDelivery], AttemptResult]
"""Sends one delivery at once and returns the result; never raises."""
_OUTBOX_AFTER = timedelta(minutes=1)
_AGAIN_AFTER = timedelta(seconds=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Notice:
    kind: str
    incident: Incident


class OperatorNotices:
    """Remembers what has been told, as far as it cannot be stored."""

    def __init__(self, database: Database, send: SendNow) -> None:
        self._database = database
        self._send = send
        self._stored: dict[str, Incident] = {}
        self._unstored: dict[str, Incident] = {}
        self._not_before: datetime | None = None

    def update(
        self, settings: Settings, present: Sequence[Incident], *, failing: Collection[str] = (), writable: bool, now: datetime
    ) -> None:
        """Tell what has begun and what is over. Raises nothing: what cannot be told now is told later.

        `failing` are subjects that do not work, though for too short a time to be told.
        """
        if not any(_recipients(settings, kind) for kind in (PROBLEM, RESOLVED)):
            return
        try:
            if writable:
                self._tell(settings, self._store(settings, present, failing, now), now)
                return
        except MonitorError:
            pass  # the database has just gone: what is broken is told all the same
        self._tell_unstored(settings, present, now)

    def _store(self, settings: Settings, present: Sequence[Incident], failing: Collection[str], now: datetime) -> list[_Notice]:
        """Store what has begun and what is over, and return of these what this process is to tell."""
        with self._database.read() as connection:
            self._stored = incidents.known(connection)
        begun, over = changes({**self._stored, **self._unstored}, present, failing)
        if not (begun or over or self._unstored):
            return []
        told: list[_Notice] = []
        with self._database.write(durable=True) as connection:
            told += [_Notice(kind=PROBLEM, incident=one) for one in begun if incidents.begin(connection, one)]
            for one in over:
                if incidents.end(connection, one) or one.subject in self._unstored:
                    told.append(_Notice(kind=RESOLVED, incident=one))
            for one in present:
                if one.subject in self._unstored:
                    incidents.begin(connection, one)
            for notice in told:
                ids = _ids(settings, notice)
                due_at = now + _OUTBOX_AFTER
                notices.add(connection, notice.kind, _data(notice.incident), ids, now=now, due_at=due_at)
        self._unstored.clear()
        return told

    def _tell(self, settings: Settings, told: Sequence[_Notice], now: datetime) -> None:
        accepted = [delivery_id for notice in told for delivery_id in self._send_to_all(settings, notice, now)]
        if accepted:
            with self._database.write() as connection:
                notices.accepted(connection, accepted, now=now)

    def _tell_unstored(self, settings: Settings, present: Sequence[Incident], now: datetime) -> None:
        if self._not_before is not None and now < self._not_before:
            return
        begun, _ = changes({**self._stored, **self._unstored}, present)
        for incident in begun:
            if self._send_to_all(settings, _Notice(kind=PROBLEM, incident=incident), now):
                self._unstored[incident.subject] = incident
            else:
                self._not_before = now + _AGAIN_AFTER

    def _send_to_all(self, settings: Settings, notice: _Notice, now: datetime) -> list[DeliveryId]:
        """Send a notice to every channel that is to have it, and return the ids of those that were accepted."""
        (get_logger().warning if notice.kind == PROBLEM else get_logger().info)(
            "incident.begun" if notice.kind == PROBLEM else "incident.over",
            subject=notice.incident.subject,
            problem=notice.incident.problem,
        )
        accepted = []
        for name, delivery_id in _ids(settings, notice).items():
            delivery = ClaimedDelivery(
                id=delivery_id, alert_id=None, alerted_at=now, severity=Severity.HIGH, data=_data(notice.incident), kind=notice.kind
            )
            result = self._send(settings.channels[name], delivery)
            if result.outcome is Outcome.ACCEPTED:
                accepted.append(delivery_id)
            else:
                get_logger().warning("delivery.failed", channel=name, delivery=delivery_id, reason=result.reason)
        return accepted


def _ids(settings: Settings, notice: _Notice) -> dict[str, DeliveryId]:
    subject, since = notice.incident.subject, notice.incident.since
    return {name: notice_id(notice.kind, subject, since, name) for name in _recipients(settings, notice.kind)}


def _recipients(settings: Settings, kind: str) -> tuple[str, ...]:
    """Return the channels of the operator, and those that named this event."""
    operator = () if settings.notify_operator is None else settings.notify_operator.channels
    asked = (name for name, channel in settings.channels.items() if takes(channel, Event(kind)))
    return tuple(name for name in dict.fromkeys((*operator, *asked)) if name in settings.channels)


def _data(incident: Incident) -> dict[str, str]:
    return {"subject": incident.subject, "problem": incident.problem, "since": rfc3339(incident.since)}
