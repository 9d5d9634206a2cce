"""Alerts as they come to be visible in the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.storage import alerts
from monitor.storage.engine import Database

_OVERLAP = timedelta(minutes=1)
"""Transactions commit out of order: what was raised up to this long ago may only now become visible."""


class Tail:
    """Gives every alert once, oldest first; the first call gives those raised since `wanted.since`, or since now."""

    def __init__(self, database: Database, wanted: alerts.AlertFilter) -> None:
        self._database = database
        self._wanted = wanted if wanted.since else replace(wanted, since=SYSTEM_CLOCK.now())
        self._shown: dict[str, str] = {}

    def fresh(self) -> list[dict[str, Any]]:
        """The records of alerts that were not given before."""
        with self._database.read() as connection:
            records = alerts.listing(connection, self._wanted, skip=self._shown)
        self._shown.update({record["id"]: record["created_at"] for record in records})
        assert self._wanted.since is not None
        since = max(self._wanted.since, SYSTEM_CLOCK.now() - _OVERLAP)
        self._wanted = replace(self._wanted, since=since)
        self._shown = {alert: raised for alert, raised in self._shown.items() if datetime.fromisoformat(raised) >= since}
        return list(reversed(records))
