"""Build the records that commands print with --json and that the API returns: one shape for both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from redis.exceptions import RedisError

from monitor.broker import connect_producer, running_server
from monitor.broker.queues import DELIVER, SCAN, queue
from monitor.daemon.heartbeat import ALIVE_WITHIN
from monitor.domain.alert import Alert
from monitor.domain.article import Article
from monitor.domain.delivery import Delivery
from monitor.domain.match import Mention
from monitor.domain.quarantined import Quarantined
from monitor.domain.readiness import Readiness
from monitor.domain.recognized_name import RecognizedName
from monitor.domain.relation import RelationKind
from monitor.domain.source import SourceHealth
from monitor.domain.story import AlertStory, Story, alert_story_record, origins_record
from monitor.domain.times import rfc3339
from monitor.domain.watch import Term
from monitor.settings.model import Settings
from monitor.sources.registry import source_counts, source_health
from monitor.sources.source import HealthRequest
from monitor.storage import alerts, archive, canary_progress, channels, deliveries, heartbeats, quarantine, scans
from monitor.storage.alerts import StoredAlert
from monitor.storage.engine import Connection
from monitor.storage.relations import StoredRelation
from monitor.storage.silences import Silence

QUARANTINE_SHOWN = 20
"""How much of what is in quarantine the status names, the oldest first."""


def source_records(connection: Connection, settings: Settings, now: datetime) -> list[dict[str, Any]]:
    """Return the record of every configured source, kind by kind, each in the order of the configuration."""
    return [source_record(health) for health in source_health(connection, HealthRequest(settings=settings, now=now))]


def source_record(health: SourceHealth) -> dict[str, Any]:
    """Return `kind url name status reason last_polled_at last_success_at next_poll_at interval_s articles late_p50_s late_p95_s overdue_after_s` of a source."""
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
        "late_p50_s": health.late_p50_s,
        "late_p95_s": health.late_p95_s,
        "overdue_after_s": health.overdue_after_s,
    }


def alert_record(stored: StoredAlert, now: datetime) -> dict[str, Any]:
    """Return the `data` of an alert's webhook, with `id created_at why suppressed held held_until reported_at lapsed_at acknowledged deliveries`.

    `held` is true until what was suppressed is told in a report, which was made at `reported_at`.

    Its `story` is as it is now: with the articles that have joined since, and under the id of the story it was merged into.
    """
    alert, story = stored.alert, stored.story
    return {
        "id": alert.id,
        "created_at": rfc3339(alert.created_at),
        **alert.data,
        **(_present_story(story, alert, now) if story else {}),
        "why": stored.why,
        "suppressed": alert.suppressed,
        "held": stored.hold is not None and stored.hold.reported_at is None,
        "held_until": rfc3339(stored.hold.until) if stored.hold else None,
        "reported_at": rfc3339(stored.hold.reported_at) if stored.hold else None,
        "lapsed_at": rfc3339(stored.lapsed_at),
        "acknowledged": stored.acknowledged.record() if stored.acknowledged else None,
        "deliveries": alert_deliveries_record(stored.deliveries),
    }


def alert_deliveries_record(deliveries_of_alert: Iterable[Delivery]) -> list[dict[str, Any]]:
    """Return the records of deliveries as an alert's record holds them: without `alert_id` and `created_at`, which the alert has."""
    return [
        {name: value for name, value in delivery_record(delivery).items() if name not in {"alert_id", "created_at"}}
        for delivery in deliveries_of_alert
    ]


def entities_record(mentions: Iterable[Mention]) -> list[dict[str, Any]]:
    """Return `name type count watched` of each name in an article."""
    return [{"name": one.name, "type": one.type, "count": one.count, "watched": one.watched} for one in mentions]


def recognized_name_record(known: RecognizedName) -> dict[str, Any]:
    """Return `name type watched articles stories first_seen_at last_seen_at` of a name."""
    return {
        "name": known.name,
        "type": known.type,
        "watched": known.watched,
        "articles": known.articles,
        "stories": known.stories,
        "first_seen_at": rfc3339(known.first_seen_at),
        "last_seen_at": rfc3339(known.last_seen_at),
    }


def article_record(article: Article, mentions: Iterable[Mention] = ()) -> dict[str, Any]:
    """Return an article with its whole text and the names in it, as `articles --json` prints it."""
    return {
        "id": article.id,
        "title": article.title,
        "url": article.url,
        "guid": article.guid,
        "source": article.source,
        "feed_url": article.feed_url,
        "author": article.author,
        "language": article.language,
        "published_at": rfc3339(article.published_at),
        "updated_at": rfc3339(article.updated_at),
        "fetched_at": rfc3339(article.fetched_at),
        "summary": article.summary,
        "text": article.text,
        "revision": article.revision,
        "story_id": article.story_id,
        "tags": list(article.tags),
        "entities": entities_record(mentions),
    }


def term_record(term: Term) -> dict[str, Any]:
    """Return a term as `watch list --json` prints it."""
    return {
        "name": term.name,
        "kind": term.kind,
        "type": term.type,
        "severity": term.severity,
        "phrases": list(term.phrases),
        "query": term.query,
        "regex": term.regex,
        "not": list(term.without),
        "tags": list(term.tags),
        "channels": None if term.channels is None else list(term.channels),
        "repeat": term.repeat,
        "where": term.where,
    }


def silence_record(silence: Silence) -> dict[str, Any]:
    """Return `id term tag story since until reason` of a silence."""
    return {
        "id": silence.id,
        "term": silence.term,
        "tag": silence.tag,
        "story": silence.story,
        "since": rfc3339(silence.since),
        "until": rfc3339(silence.until),
        "reason": silence.reason,
    }


def quarantine_record(held: Quarantined) -> dict[str, Any]:
    """Return `id kind subject title source url reason since` of something in quarantine."""
    return {**asdict(held), "since": rfc3339(held.since)}


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


def _present_story(story: AlertStory, alert: Alert, now: datetime) -> dict[str, Any]:
    return {"story": alert_story_record(story.id, story.article_id, story.members, _relation_of(alert), now=now)}


def _relation_of(alert: Alert) -> RelationKind | None:
    """Return what the article was to its story when the alert was raised; None for alerts of versions that did not say."""
    relation = alert.data.get("story", {}).get("relation")
    return RelationKind(relation) if relation else None


def story_record(story: Story, now: datetime) -> dict[str, Any]:
    """Return `id title created_at last_article_at articles sources origins origin_names second_origin_after_s unconfirmed` of a story."""
    return {
        "id": story.id,
        "title": story.title,
        "created_at": rfc3339(story.created_at),
        "last_article_at": rfc3339(story.last_article_at),
        "articles": story.articles,
        "sources": list(story.sources),
        **origins_record(story.origins, now),
    }


def relation_record(stored: StoredRelation) -> dict[str, Any]:
    """Return `kind story_id nearest probability changes evidence maybe at` of a relation."""
    relation = stored.relation
    return {
        "kind": relation.kind,
        "story_id": relation.story_id,
        "nearest": relation.nearest,
        "probability": relation.probability,
        "changes": list(relation.changes),
        "evidence": list(relation.evidence),
        "maybe": relation.maybe,
        "at": rfc3339(stored.at),
    }


def status_record(connection: Connection, settings: Settings, readiness: Readiness, now: datetime) -> dict[str, Any]:
    """Return `queues articles deliveries sources workers last_alert_at`, the channels that are failing or paused, and `health canary_at`.

    `health` is what `/readyz` answers, `canary_at` when a canary last came all the way. `sources` counts the sources of each kind and those in each state.
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
        "quarantine": [quarantine_record(held) for held in quarantine.listing(connection, limit=QUARANTINE_SHOWN)],
        "last_alert_at": rfc3339(alerts.last_at(connection)),
        "canary_at": rfc3339(received.at) if (received := canary_progress.state(connection).received) else None,
        "health": readiness.record(),
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
