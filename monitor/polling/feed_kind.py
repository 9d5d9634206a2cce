"""The kind of source that feeds are: registered as `feed`."""

from __future__ import annotations

from typing import Final

from monitor.domain.feed import Feed
from monitor.domain.source import SourceHealth, SourceStatus
from monitor.settings.feeds import FeedSettings
from monitor.settings.model import Settings
from monitor.sources.source import HealthRequest, Source, SourceContext, SourceKind
from monitor.storage import feeds
from monitor.storage.engine import Connection

NAME: Final = "feed"


def _open(context: SourceContext) -> Source:
    # The poller brings an HTTP client, which `status` and the pages, where only the health is read, need not load.
    from monitor.polling.feed_source import FeedSource  # noqa: PLC0415

    return FeedSource(context)


def _count(settings: Settings) -> int:
    return len(settings.feeds)


def feed_health(connection: Connection, request: HealthRequest) -> tuple[SourceHealth, ...]:
    """Return the health of the configured feeds; one that was never polled is `new`."""
    stored = feeds.failing_feeds(connection) if request.only_failing else feeds.list_feeds(connection)
    known = {feed.url: feed for feed in stored}
    configured = request.settings.feeds
    return tuple(_health(feed, known.get(feed.url)) for feed in configured if not request.only_failing or feed.url in known)


def _health(configured: FeedSettings, stored: Feed | None) -> SourceHealth:
    if stored is None:
        return SourceHealth(kind=NAME, name=configured.name or configured.url, url=configured.url, status=SourceStatus.NEW)
    return SourceHealth(
        kind=NAME,
        name=stored.name,
        url=configured.url,
        status=stored.status,
        reason=stored.reason,
        last_polled_at=stored.last_polled_at,
        last_success_at=stored.last_success_at,
        next_poll_at=stored.next_poll_at,
        interval_s=stored.interval_s,
        articles=stored.articles,
    )


FEEDS: Final = SourceKind(name=NAME, plural="feeds", open=_open, count=_count, health=feed_health)
