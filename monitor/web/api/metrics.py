"""Show metrics in the text format of Prometheus, read from the database and Redis at every scrape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from monitor.daemon.heartbeat import ALIVE_WITHIN
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.delivery import DeliveryStatus
from monitor.domain.errors import DatabaseError, ServiceUnavailable
from monitor.domain.source import SourceStatus
from monitor.domain.watch import Severity
from monitor.records import queue_lengths
from monitor.storage import (
    acknowledgements,
    activity,
    alerts,
    archive,
    canary_progress,
    channels,
    deliveries,
    feeds,
    heartbeats,
    quarantine,
    scans,
)
from monitor.storage.engine import Connection
from monitor.web.app_state import AppState, app_state_of
from monitor.web.endpoint import Endpoint

METRICS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "redis_up": ("Whether Redis answers", ()),
    "queue_jobs": ("Jobs on a queue in Redis", ("queue",)),
    "articles": ("Articles stored", ()),
    "articles_waiting": ("Articles and revisions not scanned yet", ()),
    "oldest_waiting_seconds": ("Age of the oldest article not scanned yet; 0 when none waits", ()),
    "alerts": ("Alerts stored, by severity", ("severity",)),
    "last_alert_timestamp_seconds": ("When the last alert was raised; 0 before the first", ()),
    "deliveries": ("Deliveries, by status", ("status",)),
    "oldest_undelivered_seconds": ("Age of the oldest alert still to be delivered; 0 when none waits", ()),
    "feeds": ("Configured feeds, by status", ("status",)),
    "channel_failures": ("Failed attempts in a row on a channel", ("channel",)),
    "channel_paused": ("Whether a channel is paused", ("channel",)),
    "processes": ("Processes alive, by role", ("role",)),
    "fetch_to_alert_seconds": ("Time from fetching an article to its alert, quantiles of the newest 200 alerts", ("quantile",)),
    "alert_to_receipt_seconds": ("Time from an alert to its receipt, quantiles of the newest 200 delivered", ("quantile",)),
    "published_to_seen_seconds": (
        "Time from publication, or else fetching, until somebody acknowledged, quantiles of the newest 200 acknowledged alerts",
        ("quantile",),
    ),
    "alerts_unseen": ("Alerts of the last day that were told and that nobody has acknowledged", ()),
    "watch_terms": ("Terms on the watch list", ()),
    "config_last_reload_successful": ("Whether the configuration on disk is the one in force", ()),
    "canary_age_seconds": ("Time since a canary last came all the way from its feed to its receiver; absent before the first", ()),
    "part_up": ("Whether a part of the program works, as /readyz says", ("part",)),
    "quarantine": ("Articles, pages and documents in quarantine, by kind", ("kind",)),
    "event_clients": ("Clients that listen to server-sent events", ()),
}
"""Every metric, by its name without the prefix: its description and its labels."""

PREFIX: Final = "news_monitor_"
QUANTILES: Final = (0.5, 0.95, 1.0)
# Quantiles, not histograms: stored rows become fewer with retention, which a histogram must not, so this process would have to count what
# appears in the database and begin at 0 with every start. In a measured sample buckets gave 600 s for a true 95th percentile of 351 s.
_UNSEEN_FOR: Final = timedelta(days=1)
_ROLES = ("scheduler", "scan", "deliver", "web")

_Samples: TypeAlias = Mapping[tuple[str, ...], float]


async def _get(request: Request) -> Response:
    body = await run_in_threadpool(_exposition, app_state_of(request))
    return Response(body, headers={"content-type": CONTENT_TYPE_LATEST})


def _exposition(app_state: AppState) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    values: dict[str, _Samples] = {name: {} for name in METRICS} | _unstored(app_state)
    try:
        with app_state.database.read() as connection:
            values |= _stored(connection, SYSTEM_CLOCK.now())
    except (ServiceUnavailable, DatabaseError):
        pass  # what is stored is absent then, and `part_up` says why
    registry.register(_Values(values))
    return generate_latest(registry)


class _Values(Collector):
    """Turns values that have been read into metric families."""

    def __init__(self, values: Mapping[str, _Samples]) -> None:
        self._values = values

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Return one family for each metric."""
        for name, (text, labels) in METRICS.items():
            family = GaugeMetricFamily(PREFIX + name, text, labels=labels)
            for values, number in self._values[name].items():
                family.add_metric(values, number)
            yield family


def _stored(connection: Connection, now: datetime) -> dict[str, _Samples]:
    backlog = scans.backlog(connection)
    last = alerts.last_at(connection)
    raised = activity.alerts_by_severity(connection)
    statuses = feeds.count_by_status(connection)
    alive = [beat.role for beat in heartbeats.alive(connection, now, ALIVE_WITHIN)]
    states = channels.listing(connection)
    sent = deliveries.counts(connection)
    canary_age = canary_progress.state(connection).age_s(now)
    return {
        "articles": _one(archive.count(connection)),
        "articles_waiting": _one(backlog.count),
        "oldest_waiting_seconds": _one(_age(backlog.oldest, now)),
        "alerts": {(severity.value,): raised.get(severity, 0) for severity in Severity},
        "last_alert_timestamp_seconds": _one(0.0 if last is None else last.timestamp()),
        "deliveries": {(status.value,): sent.get(status.value, 0) for status in DeliveryStatus},
        "oldest_undelivered_seconds": _one(_age(activity.undelivered_since(connection), now)),
        "feeds": {(status.value,): statuses.get(status, 0) for status in SourceStatus},
        "channel_failures": {(name,): state.failures for name, state in states.items()},
        "channel_paused": {(name,): float(state.paused) for name, state in states.items()},
        "processes": {(role,): alive.count(role) for role in _ROLES},
        "canary_age_seconds": {} if canary_age is None else _one(canary_age),
        "quarantine": {(kind.value,): number for kind, number in quarantine.counts(connection).items()},
        "published_to_seen_seconds": dict(_quantiles(acknowledgements.seconds_until_seen(connection, activity.SAMPLE))),
        "alerts_unseen": _one(acknowledgements.unseen_since(connection, now - _UNSEEN_FOR)),
        "fetch_to_alert_seconds": dict(_quantiles(activity.scan_latencies(connection))),
        "alert_to_receipt_seconds": dict(_quantiles(activity.delivery_latencies(connection))),
    }


def _unstored(app_state: AppState) -> dict[str, _Samples]:
    lengths = queue_lengths(app_state.settings)
    parts = app_state.health.readiness().parts
    return {
        "config_last_reload_successful": _one(float(app_state.live.problem is None)),
        "part_up": {(name,): float(reason is None) for name, reason in parts.items()},
        "redis_up": _one(float(all(length is not None for length in lengths.values()))),
        "queue_jobs": {(name,): length for name, length in lengths.items() if length is not None},
        "watch_terms": _one(len(app_state.settings.terms)),
        "event_clients": _one(app_state.hub.clients),
    }


def _one(number: float) -> _Samples:
    return {(): number}


def _age(moment: datetime | None, now: datetime) -> float:
    return 0.0 if moment is None else max(0.0, (now - moment).total_seconds())


def _quantiles(sample: Sequence[float]) -> Iterator[tuple[tuple[str, ...], float]]:
    """Return the nearest-rank quantiles; none of an empty sample."""
    ordered: list[Any] = sorted(sample)
    for quantile in QUANTILES if ordered else ():
        yield (f"{quantile:g}",), ordered[min(len(ordered) - 1, int(quantile * len(ordered)))]


ENDPOINTS: Final = (Endpoint(method="GET", query=None, path="/metrics", handler=_get, takes="none; see [Metrics](#metrics)"),)
