"""The kind of source that feeds are: registered as `feed`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from monitor.domain.feed import Feed
from monitor.domain.source import UNREADABLE, SourceHealth, SourceStatus
from monitor.domain.times import age
from monitor.settings.feeds import FeedSettings
from monitor.settings.model import Settings
from monitor.sources.source import HealthRequest, Source, SourceContext, SourceKind
from monitor.storage import feeds, hub_subscriptions
from monitor.storage.engine import Connection

NAME: Final = "feed"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


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
    hubs = {} if request.settings.websub is None else hub_subscriptions.every(connection)
    remarks = {url: remark for url, one in hubs.items() if (remark := one.remark(request.now)) is not None}
    return tuple(
        _health(feed, known.get(feed.url), remarks.get(feed.url), request.now)
        for feed in configured
        if not request.only_failing or feed.url in known
    )


def _health(configured: FeedSettings, stored: Feed | None, hub: str | None, now: datetime) -> SourceHealth:
    if stored is None:
        return SourceHealth(kind=NAME, name=configured.name or configured.url, url=configured.url, status=SourceStatus.NEW)
    status, reason = (SourceStatus.SILENT, _silence(stored)) if stored.silent else (stored.status, stored.reason)
    if stored.is_held(now):
        status, reason = (status if status in UNREADABLE else SourceStatus.PAUSED), _pause(stored, reason)
    return SourceHealth(
        kind=NAME,
        name=stored.name,
        url=configured.url,
        status=status,
        reason="; ".join(filter(None, (reason, _lateness(stored), hub, _unchecked(configured)))) or None,
        last_polled_at=stored.last_polled_at,
        last_success_at=stored.last_success_at,
        next_poll_at=stored.next_poll_at,
        interval_s=stored.interval_s,
        articles=stored.articles,
        overdue_after_s=stored.overdue_after_s,
        late_p50_s=stored.late_p50_s,
        late_p95_s=stored.late_p95_s,
        late=_lateness(stored) is not None,
    )


def _lateness(feed: Feed) -> str | None:
    if feed.late_usual_s is None or feed.late_p50_s is None or feed.status is not SourceStatus.OK:
        return None
    newest, usual = (_EPOCH + timedelta(seconds=one) for one in (feed.late_p50_s, feed.late_usual_s))
    return f"entries are read {age(_EPOCH, newest)} after their date, usually {age(_EPOCH, usual)}"


def _unchecked(configured: FeedSettings) -> str | None:
    return None if configured.verify else "its certificate is not checked (`verify: false`)"


def _pause(feed: Feed, reason: str | None) -> str:
    """Return why and until when the feed is held, before what is said of the feed itself."""
    because = f": {feed.paused_because}" if feed.paused_because else ""
    said = f"its host is not asked before {feed.paused_until:%Y-%m-%d %H:%M:%S} UTC{because}"
    return f"{said}; {reason}" if reason and reason != feed.paused_because else said


def _silence(feed: Feed) -> str:
    assert feed.overdue_at is not None
    assert feed.overdue_after_s is not None
    last = feed.overdue_at - timedelta(seconds=feed.overdue_after_s)
    usual = age(last, last + timedelta(seconds=feed.overdue_after_s))
    more = f"; {feed.reason}" if feed.reason else ""
    return f"it answers, but has brought nothing new since {last:%Y-%m-%d %H:%M} UTC; by its habit there is something within {usual}{more}"


FEEDS: Final = SourceKind(name=NAME, plural="feeds", open=_open, count=_count, health=feed_health)
