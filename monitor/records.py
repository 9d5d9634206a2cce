"""Build the records that commands print with --json and that the API returns: one shape for both."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from redis.exceptions import RedisError

from monitor.broker import connect_producer, running_server
from monitor.broker.queues import DELIVER, SCAN, queue
from monitor.daemon.heartbeat import ALIVE_WITHIN
from monitor.domain.delivery import Delivery
from monitor.domain.source import SourceHealth
from monitor.domain.story import Story
from monitor.domain.times import rfc3339
from monitor.polling.feed_kind import feed_health
from monitor.settings.model import Settings
from monitor.sources.registry import source_counts, source_health
from monitor.sources.source import HealthRequest
from monitor.storage import alerts, archive, channels, deliveries, heartbeats, scans
from monitor.storage.engine import Connection


def source_records(connection: Connection, settings: Settings, now: datetime) -> list[dict[str, Any]]:
    """Return the record of every configured source, kind by kind, each in the order of the configuration."""
    return [source_record(health) for health in source_health(connection, HealthRequest(settings=settings, now=now))]


def feed_records(connection: Connection, settings: Settings, now: datetime) -> list[dict[str, Any]]:
    """Return the record of every configured feed, in the order of the configuration."""
    return [source_record(health) for health in feed_health(connection, HealthRequest(settings=settings, now=now))]


def source_record(health: SourceHealth) -> dict[str, Any]:
    """Return `kind url name status reason last_polled_at last_success_at next_poll_at interval_s articles` of a source."""
    return {
        "kind": health.kind,
        "url": health.url,
        "name": health.name,
        "status": health.status,
        "reason": health.reason,
        "last_polled_at": rfc3339(health.last_polled_at),
        "last_success_at": rfc3339(health.last_success_at),
        "next_poll_at": rfc3339(health.next_poll_at),
        "interval_s": health.interval_s,
        "articles": health.articles,
    }


def delivery_record(delivery: Delivery) -> dict[str, Any]:
    """Return `id alert_id channel status attempts next_attempt_at last_error created_at` of a delivery."""
    return {
        "id": delivery.id,
        "alert_id": delivery.alert_id,
        "channel": delivery.channel,
        "status": delivery.status,
        "attempts": delivery.attempts,
        "next_attempt_at": rfc3339(delivery.next_attempt_at),
        "last_error": delivery.last_error,
        "created_at": rfc3339(delivery.created_at),
    }


def story_record(story: Story) -> dict[str, Any]:
    """Return `id title created_at last_article_at articles sources` of a story."""
    return {
        "id": story.id,
        "title": story.title,
        "created_at": rfc3339(story.created_at),
        "last_article_at": rfc3339(story.last_article_at),
        "articles": story.articles,
        "sources": list(story.sources),
    }


def status_record(connection: Connection, settings: Settings, now: datetime) -> dict[str, Any]:
    """Return `queues articles deliveries sources workers last_alert_at`, and the channels that are failing or paused.

    `sources` counts the sources of each kind and those in each state.
    """
    backlog = scans.backlog(connection)
    statuses = [health.status.value for health in source_health(connection, HealthRequest(settings=settings, now=now))]
    return {
        "queues": queue_lengths(settings),
        "articles": {
            "stored": archive.count(connection),
            "waiting": backlog.count,
            "oldest_waiting_since": rfc3339(backlog.oldest),
        },
        "deliveries": deliveries.counts(connection),
        "sources": {
            **source_counts(settings),
            **{status: statuses.count(status) for status in dict.fromkeys(statuses)},
        },
        "channels": {
            name: {"failures": state.failures, "paused": state.paused, "reason": state.reason}
            for name, state in channels.listing(connection).items()
            if state.failures or state.paused
        },
        "workers": [
            {
                "role": beat.role,
                "host": beat.host,
                "pid": beat.pid,
                "started_at": rfc3339(beat.started_at),
                "beat_at": rfc3339(beat.beat_at),
            }
            for beat in heartbeats.alive(connection, now, ALIVE_WITHIN)
        ],
        "last_alert_at": rfc3339(alerts.last_at(connection)),
    }


def queue_lengths(settings: Settings) -> dict[str, int | None]:
    """Return the number of jobs on each queue; None where Redis cannot be reached, as when no daemon runs."""
    configured = settings.redis_url
    url = running_server(settings.data_dir) if configured is None else configured.get_secret_value()
    if url is None:
        return {SCAN: None, DELIVER: None}
    connection = connect_producer(url)
    try:
        return {name: queue(name, connection).count for name in (SCAN, DELIVER)}
    except RedisError:
        return {SCAN: None, DELIVER: None}
    finally:
        connection.close()
