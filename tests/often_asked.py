"""What a tick, an article, an exchange with a channel, housekeeping and the pages ask of the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from monitor.domain.article import Entry, Origin
from monitor.domain.ids import AlertId, ArticleId, ScanId, StoryId
from monitor.domain.lease import Lease
from monitor.domain.virtual_clock import VirtualClock
from monitor.domain.watch import Severity, Term, TermKind
from monitor.settings.model import Settings
from monitor.storage import (
    activity,
    alerts,
    archive,
    articles,
    deliveries,
    fallback_copies,
    feeds,
    holds,
    mentions,
    pages,
    progress,
    relations,
    scans,
    statements,
    stories,
    story_deliveries,
    trends,
)
from monitor.storage.engine import Connection, Database
from monitor.storage.listing_filter import ListFilter
from tests.made_rows import number_id
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.load import load_tasks
from workers.scanning.scan import scan_batch
from workers.scanning.statement_cache import StatementCache

Question = Callable[[Connection, datetime], object]
CHANNEL: Final = "channel 0"
WATCHED: Final = Term(name="term 1", kind=TermKind.KEYWORD, phrases=("harbour",), cooldown=timedelta(hours=1))
_SOME: Final = number_id("s", 5), number_id("s", 17)
_MINUTE: Final = timedelta(minutes=1)


def _claim(connection: Connection, now: datetime) -> None:
    ids = deliveries.due(connection, CHANNEL, now=now, limit=10)
    deliveries.claim(connection, ids, Lease(owner="o", until=now + _MINUTE))


def _defer(connection: Connection, now: datetime) -> None:
    for since in (None, now - _MINUTE):
        deliveries.defer(connection, CHANNEL, until=now + _MINUTE, severities=[Severity.LOW], now=now, since=since)


TICK: Final[Mapping[str, Question]] = {
    "scans.unqueued": lambda connection, now: scans.unqueued(connection, now, 100, queued=(now - _MINUTE, now)),
    "scans.outstanding": lambda connection, now: scans.outstanding(connection, now, 100),
    "deliveries.due_channels": deliveries.due_channels,
    "pages.due": pages.due,
    "pages.requeue": pages.requeue,
    "holds.any_due": holds.any_due,
    "progress.idle": progress.idle,
    "feeds.claim_due": lambda connection, now: feeds.claim_due(
        connection, now=now, limit=20, lease=_MINUTE, host_gap=timedelta(seconds=1), host_connections=1
    ),
}
EXCHANGE: Final[Mapping[str, Question]] = {
    "deliveries.reclaim": lambda connection, now: deliveries.reclaim(connection, CHANNEL, now),
    "deliveries.defer": _defer,
    "deliveries.claim": _claim,
    "deliveries.next_due": lambda connection, _: deliveries.next_due(connection, CHANNEL),
    "deliveries.make_due": lambda connection, now: deliveries.make_due(connection, CHANNEL, now=now),
    "story_deliveries.due": lambda connection, now: story_deliveries.due(connection, CHANNEL, now=now, limit=10),
    "story_deliveries.of_story": lambda connection, _: story_deliveries.of_story(connection, CHANNEL, StoryId(_SOME[0])),
    "story_deliveries.channels_told": lambda connection, _: story_deliveries.channels_told(connection, StoryId(_SOME[0])),
    "story_deliveries.told_alerts": lambda connection, _: story_deliveries.told_alerts(connection, CHANNEL, StoryId(_SOME[0])),
    "holds.waiting": lambda connection, now: holds.waiting(connection, due_at=now),
    "holds.told_stories": lambda connection, _: holds.told_stories(connection, [StoryId(one) for one in _SOME]),
}
HOUSEKEEPING: Final[Mapping[str, Question]] = {
    f"{room.__name__.rpartition('.')[2]}.prune": lambda connection, now, prune=room.prune: prune(
        connection, now - timedelta(days=29, hours=23), 500
    )
    for room in (statements, fallback_copies, alerts, stories)
} | {
    "articles.prune": lambda connection, now: articles.prune(connection, now - timedelta(days=29, hours=23), 500, now=now),
}
PAGES: Final[Mapping[str, Question]] = {
    "alerts.listing": lambda connection, _: alerts.listing(connection, limit=50),
    "alerts.listing of a term": lambda connection, _: alerts.listing(connection, alerts.AlertFilter(terms=("term 3",)), limit=50),
    "alerts.last_at": lambda connection, _: alerts.last_at(connection),
    "activity.raised_after": lambda connection, _: activity.raised_after(connection, AlertId(number_id("l", 3)), limit=50),
    "activity.headlines": lambda connection, _: activity.headlines(connection, [AlertId(number_id("l", 3))]),
    "activity.scan_latencies": lambda connection, _: activity.scan_latencies(connection),
    "activity.delivery_latencies": lambda connection, _: activity.delivery_latencies(connection),
    "activity.undelivered_since": lambda connection, _: activity.undelivered_since(connection),
    "archive.listing": lambda connection, _: archive.listing(connection, limit=50),
    "archive.filtered, a later page": lambda connection, now: archive.filtered(
        connection, ListFilter(older_than=(now - timedelta(days=1), number_id("a", 5))), limit=100
    ),
    "deliveries.listing": lambda connection, _: deliveries.listing(connection, channel=CHANNEL, limit=50),
    "feeds.count_by_status": lambda connection, _: feeds.count_by_status(connection),
    "mentions.of_articles": lambda connection, _: mentions.of_articles(connection, [ArticleId(number_id("a", 5))]),
    "mentions.history": lambda connection, _: mentions.history(connection, "Hanna Velk"),
    "archive.listing of a name": lambda connection, _: archive.listing(connection, entity="Hanna Velk", limit=50),
    "relations.of_articles": lambda connection, _: relations.of_articles(connection, [ArticleId(number_id("a", 5))]),
    "stories.get": lambda connection, _: stories.get(connection, StoryId(_SOME[0])),
    "stories.listing": lambda connection, _: stories.listing(connection),
    "trends.by_term, a day": lambda connection, now: trends.by_term(connection, bucket=trends.Bucket.HOUR, number=24, now=now),
    "trends.last_by_term": lambda connection, _: trends.last_by_term(connection),
}


def stored(database: Database, reports: Sequence[tuple[str, str]], now: datetime, *, prefix: str = "new") -> list[ScanId]:
    """Store reports of 200 outlets and queue them for scanning."""
    ids: list[ScanId] = []
    with database.write() as connection:
        for number, (title, text) in enumerate(reports):
            entry = Entry(
                key=f"{prefix} {number}",
                title=title,
                text=text,
                url=f"https://a.example/{prefix}/{number}",
                language="en",
                published_at=now,
            )
            origin = Origin(id=f"{prefix} {number % 200}", name=f"Outlet {number % 200}")
            ids += articles.ingest(connection, origin, [entry], now=now, alertable=lambda _: True).scans
    return ids


def scan_some(database: Database, reports: Sequence[tuple[str, str]], now: datetime) -> None:
    """Store reports and scan them as a worker does, those on a harbour with an alert of a term that has a cooldown."""
    compiled = CompiledSettings.build(Settings(terms=(WATCHED,)))
    for prefix in ("first", "copies"):
        ids = stored(database, reports, now, prefix=prefix)
        scan_batch(database, compiled, load_tasks(database, ids), StatementCache(), clock=VirtualClock(now))
