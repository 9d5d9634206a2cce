"""Follow the alerts that appear in the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.ids import AlertId
from monitor.storage import alerts
from monitor.storage.alerts import StoredAlert
from monitor.storage.engine import Database

_OVERLAP = timedelta(minutes=1)
"""Transactions commit out of order: an alert raised up to this long ago may only now become visible."""


class AlertTail:
    """Returns every alert that `wanted` admits once, beginning with those raised at `wanted.since`, or now."""

    def __init__(self, database: Database, wanted: alerts.AlertFilter) -> None:
        self._database = database
        self._since = wanted.since or SYSTEM_CLOCK.now()
        self._wanted = wanted
        self._returned: dict[AlertId, datetime] = {}

    def new_alerts(self) -> tuple[StoredAlert, ...]:
        """Return the alerts that were not returned before, oldest first."""
        with self._database.read() as connection:
            found = alerts.listing(connection, replace(self._wanted, since=self._since), skip=self._returned)
        self._returned.update({one.alert.id: one.alert.created_at for one in found})
        self._since = max(self._since, SYSTEM_CLOCK.now() - _OVERLAP)
        self._returned = {alert_id: raised for alert_id, raised in self._returned.items() if raised >= self._since}
        return found[::-1]
