"""Count latencies in Prometheus histograms as they appear in the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, TypeAlias

from prometheus_client import Histogram, disable_created_metrics

from monitor.storage.activity import Latency, delivery_latencies, scan_latencies
from monitor.storage.engine import Connection

BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 21600, 86400)
"""Upper bounds in seconds."""
_OVERLAP: Final = timedelta(minutes=1)
"""Transactions commit out of order, and clocks differ: a latency this old may only now become visible."""
_Read: TypeAlias = Callable[[Connection, datetime], Iterable[Latency]]

HISTOGRAMS: Final[Mapping[str, tuple[str, _Read]]] = {
    "news_monitor_fetch_to_alert_seconds": ("Time from fetching an article to its alert", scan_latencies),
    "news_monitor_alert_to_receipt_seconds": (
        "Time from an alert to the receiver's answer that it was accepted",
        delivery_latencies,
    ),
}

# It would add a metric with a time for each histogram, which nobody needs.
disable_created_metrics()  # type: ignore[no-untyped-call]


class LatencyHistogram:
    """A histogram of the latencies that the database has shown since `since`, each counted once.

    Several processes scan and deliver, and retention deletes what they have stored. So the counts are kept in this process: they never
    fall while it runs, and start again at 0 with it, which Prometheus expects of a counter.
    """

    def __init__(self, name: str, description: str, read: _Read, since: datetime) -> None:
        self.histogram = Histogram(name, description, buckets=BUCKETS, registry=None)
        self._read = read
        self._since = since
        self._counted: dict[str, datetime] = {}
        self._lock = Lock()

    def update(self, connection: Connection, now: datetime) -> None:
        """Count the latencies that are new in the database."""
        with self._lock:
            for latency in self._read(connection, self._since):
                if latency.id not in self._counted:
                    self.histogram.observe(latency.seconds)
                    self._counted[latency.id] = latency.at
            self._since = max(self._since, now - _OVERLAP)
            self._counted = {one: at for one, at in self._counted.items() if at >= self._since}


def latency_histograms(since: datetime) -> tuple[LatencyHistogram, ...]:
    """Return the histograms of all latencies, by the names and descriptions in HISTOGRAMS."""
    return tuple(LatencyHistogram(name, description, read, since) for name, (description, read) in HISTOGRAMS.items())
