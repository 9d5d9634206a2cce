"""The records that commands print with --json and that the API gives: one shape for both."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from redis.exceptions import RedisError

from monitor.broker import connect_producer, running_server
from monitor.broker.queues import DELIVER, SCAN, queue
from monitor.daemon.heartbeat import ALIVE_WITHIN
from monitor.domain.article import Article
from monitor.domain.delivery import Delivery
from monitor.domain.feed import Feed
from monitor.domain.story import Story, alert_story_record
from monitor.domain.times import rfc3339
from monitor.settings.feeds import FeedSettings
from monitor.settings.model import Settings
from monitor.storage import alerts, archive, channels, deliveries, feeds, heartbeats, scans
from monitor.storage.alerts import StoredAlert
from monitor.storage.engine import Connection
from monitor.storage.silences import Silence


def feed_records(connection: Connection, configured: Iterable[FeedSettings]) -> list[dict[str, Any]]:
    """The configured feeds in their order, with what is known of each."""
    known = {feed.url: feed for feed in feeds.list_feeds(connection)}
    return [feed_record(feed, known.get(feed.url)) for feed in configured]


def feed_record(configured: FeedSettings, known: Feed | None) -> dict[str, Any]:
    """`url name status reason last_polled_at last_success_at next_poll_at interval_s articles`; a feed never polled is `new`."""
    return {
        "url": configured.url,
        "name": known.name if known else configured.name or configured.url,
        "status": known.status if known else "new",
        "reason": known.reason if known else None,
        "last_polled_at": rfc3339(known.last_polled_at) if known else None,
        "last_success_at": rfc3339(known.last_success_at) if known else None,
        "next_poll_at": rfc3339(known.next_poll_at) if known else None,
        "interval_s": known.interval_s if known else None,
        "articles": known.articles if known else 0,
    }


def alert_record(stored: StoredAlert) -> dict[str, Any]:
    """Return the `data` of an alert's webhook, with `id created_at why suppressed lapsed_at deliveries`.

    Its `story` is as it is now: with the articles that have joined since, and under the id of the story it was merged into.
    """
    alert, story = stored.alert, stored.story
    return {
        "id": alert.id,
        "created_at": rfc3339(alert.created_at),
        **alert.data,
        **({"story": alert_story_record(story.id, story.article_id, story.members)} if story else {}),
        "why": stored.why,
        "suppressed": alert.suppressed,
        "lapsed_at": rfc3339(stored.lapsed_at),
        "deliveries": alert_deliveries_record(stored.deliveries),
    }


def alert_deliveries_record(deliveries_of_alert: Iterable[Delivery]) -> list[dict[str, Any]]:
    """Return the records of deliveries as an alert's record holds them: without `alert_id` and `created_at`, which the alert has."""
    return [
        {name: value for name, value in delivery_record(delivery).items() if name not in {"alert_id", "created_at"}}
        for delivery in deliveries_of_alert
    ]


def article_record(article: Article) -> dict[str, Any]:
    """Return an article with its whole text, as `articles --json` prints it."""
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
    }


def silence_record(silence: Silence) -> dict[str, Any]:
    """Return `id term tag since until reason` of a silence."""
    return {
        "id": silence.id,
        "term": silence.term,
        "tag": silence.tag,
        "since": rfc3339(silence.since),
        "until": rfc3339(silence.until),
        "reason": silence.reason,
    }


def delivery_record(delivery: Delivery) -> dict[str, Any]:
    """`id alert_id channel status attempts next_attempt_at last_error`, and when it was made."""
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
    """`id title created_at last_article_at articles sources`."""
    return {
        "id": story.id,
        "title": story.title,
        "created_at": rfc3339(story.created_at),
        "last_article_at": rfc3339(story.last_article_at),
        "articles": story.articles,
        "sources": list(story.sources),
    }


def status_record(connection: Connection, settings: Settings, now: datetime) -> dict[str, Any]:
    """`queues articles deliveries sources workers last_alert_at`, and the channels that need looking after."""
    backlog = scans.backlog(connection)
    statuses = [feed.status.value for feed in feeds.list_feeds(connection)]
    return {
        "queues": queue_lengths(settings),
        "articles": {
            "stored": archive.count(connection),
            "waiting": backlog.count,
            "oldest_waiting_since": rfc3339(backlog.oldest),
        },
        "deliveries": deliveries.counts(connection),
        "sources": {
            "feeds": len(statuses),
            "folders": len(settings.folders),
            **{state: statuses.count(state) for state in dict.fromkeys(statuses)},
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
    """Jobs on each queue; None where Redis cannot be reached from here, be it because no daemon runs."""
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
