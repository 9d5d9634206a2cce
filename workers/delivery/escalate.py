"""Tell an alert that nobody has acknowledged to the next channel, and go on until somebody has.

What is due is an outbox: a delivery and the time of the next one are one transaction, and the delivery's id follows from the alert, the channel and
how often it was told, so that nothing is told twice after a crash.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from monitor.domain.clock import SYSTEM_CLOCK, Clock
from monitor.domain.delivery import CREATED
from monitor.domain.ids import DeliveryId, derived_id
from monitor.logs import get_logger
from monitor.settings.model import Settings
from monitor.storage import deliveries, escalations, silences
from monitor.storage.engine import Connection, Database
from monitor.storage.escalations import DueEscalation
from workers.alerts.escalation import step_due, step_of, steps_for
from workers.alerts.held_back import silence_ends

EVERY_S = 1.0


class Escalator:
    """Escalates what is due; several processes may do so at once. `on_delivery` is called with each channel that has something to send."""

    def __init__(
        self,
        database: Database,
        settings: Callable[[], Settings],
        on_delivery: Callable[[str], object],
        *,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._database = database
        self._settings = settings
        self._on_delivery = on_delivery
        self._clock = clock

    def escalate_due(self) -> None:
        """Escalate what is due now."""
        now = self._clock.now()
        with self._database.read() as connection:
            if not escalations.any_due(connection, now):
                return
        with self._database.write() as connection:
            escalations.lock(connection)
            channels = _escalate(connection, self._settings(), now)
        for channel in dict.fromkeys(channels):
            self._on_delivery(channel)


def _escalate(connection: Connection, settings: Settings, now: datetime) -> list[str]:
    terms = {term.name: term for term in settings.terms}
    present = (*settings.silences, *silences.active(connection, now))
    channels = []
    for one in escalations.due(connection, now):
        steps = steps_for(settings, terms, one.term, one.severity)
        if one.seen or not steps:
            escalations.forget(connection, [one.alert_id])
            continue
        if not silence_ends(one.term, one.tags, present, now, story=one.story_id):
            channel = step_of(steps, one.told).to
            _tell(connection, one, channel, now)
            channels.append(channel)
            get_logger().info("alert.escalated", alert=one.alert_id, channel=channel, told=one.told + 1)
        told, due = one.told + 1, step_due(steps, one.told + 1, one.created_at)
        while due is not None and due <= now:  # what was missed while nothing ran is told once
            told, due = told + 1, step_due(steps, told + 1, one.created_at)
        if due is None:
            escalations.forget(connection, [one.alert_id])
        else:
            escalations.move(connection, one.alert_id, told=told, due_at=due)
    return channels


def _tell(connection: Connection, one: DueEscalation, channel: str, now: datetime) -> None:
    """Tell a channel of the alert: as any alert the first time, and again after that."""
    if deliveries.create(connection, one.alert_id, (channel,), now=now):
        return
    delivery_id = DeliveryId(derived_id("escalation", one.alert_id, channel, str(one.told)))
    data = {**one.data, "escalation": {"told": one.told + 1}}
    escalations.send_again(connection, one, channel, delivery_id, {"type": CREATED, "data": data}, now=now)
