"""Bursts are stored, told once and found again, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from pydantic import SecretStr
from sqlalchemy import insert, select

from monitor.domain.delivery import AttemptResult, Outcome
from monitor.domain.lease import Lease
from monitor.domain.watch import BurstNotice, Severity, Term, TermKind
from monitor.settings.channels import Event
from monitor.settings.model import Settings, TrendsSettings
from monitor.storage import bursts, deliveries, story_deliveries
from monitor.storage.engine import Connection, Database
from monitor.storage.ids import new_id
from monitor.storage.tables import alerts, articles, stories
from monitor.storage.tables import deliveries as delivery_rows
from workers.analysis.trend_report import trend_report
from workers.channels.file import FileChannel
from workers.channels.slack import SlackChannel
from workers.delivery.batch import SentMessage
from workers.delivery.follow_bursts import follow_bursts
from workers.delivery.settle import settle_deliveries
from workers.delivery.story_state import with_stories

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
FILE = FileChannel(type="file", path=Path("alerts.jsonl"), events=(Event.BURST_STARTED, Event.BURST_ENDED))
BOT = SlackChannel(type="slack", token=SecretStr("xoxb-1"), channel="C0123456789")
RAFAH = Term(name="Rafah", kind=TermKind.KEYWORD, phrases=("Rafah",), burst=BurstNotice(channels=("desk",), severity=Severity.HIGH))
SETTINGS = Settings(terms=(RAFAH,), channels={"log": FILE, "desk": BOT, "other": BOT})


def add_stories(connection: Connection, article_id: str, times: list[datetime], *, term: str | None) -> None:
    """Store a story for each time; with `term`, each raises an alert of it."""
    ids = [new_id() for _ in times]
    story_rows = [
        {"id": one, "title": f"Story {one[-4:]}", "created_at": at, "last_article_at": at, "articles": 1}
        for one, at in zip(ids, times, strict=True)
    ]
    connection.execute(insert(stories), story_rows)
    if term is None:
        return
    common = {
        "term": term,
        "kind": "keyword",
        "severity": "low",
        "tags": [],
        "reason": "new",
        "article_id": article_id,
        "revision": 1,
    }
    rows = [
        {"id": new_id(), "dedup_key": one.encode()[:32], "story_id": one, "created_at": at, "data": {}, **common}
        for one, at in zip(ids, times, strict=True)
    ]
    connection.execute(insert(alerts), rows)


def add_fortnight(connection: Connection) -> str:
    """Store ten days in which a story in forty is on Rafah; return the id of the article that all alerts name."""
    rng, article_id = Random(3), new_id()
    row = {"id": article_id, "title": "t", "source": "s", "fetched_at": NOW, "summary": "", "text": "", "tags": [], "revision": 1}
    connection.execute(insert(articles).values(content_hash=b"0" * 32, alertable=True, **row))
    hours = [NOW - hour * HOUR for hour in range(1, 240)]
    add_stories(connection, article_id, [at + rng.random() * HOUR for at in hours for _ in range(12)], term=None)
    add_stories(connection, article_id, [at + rng.random() * HOUR for at in hours[::3]], term="Rafah")
    return article_id


def told(connection: Connection) -> list[tuple[str, str, str]]:
    """Channel, event and change of every delivery."""
    rows = connection.execute(select(delivery_rows).order_by(delivery_rows.c.channel, delivery_rows.c.created_at))
    return [(row.channel, row.notice["type"], row.change) for row in rows]


def send(connection: Connection, channel: str, reference: str | None, now: datetime) -> list[Any]:
    """Claim what is due on a channel, settle it as accepted, and return what was claimed."""
    lease = Lease(owner="me", until=now + HOUR)
    ids = deliveries.due(connection, channel, now=now, limit=9)
    claimed = with_stories(connection, channel, deliveries.claim(connection, ids, lease), editable=True, now=now)
    result = AttemptResult(outcome=Outcome.ACCEPTED, at=now, reference=reference)
    settle_deliveries(
        connection, channel, [SentMessage(deliveries=claimed, result=result)], set(), owner="me", now=now, rng=Random(1)
    )
    return list(claimed)


def test_a_burst_is_told_once_and_its_message_lives(database: Database) -> None:
    """People get one message, programs two events; looking again changes nothing."""
    with database.write() as connection:
        article_id = add_fortnight(connection)
        assert follow_bursts(connection, SETTINGS, now=NOW) == ()
        add_stories(connection, article_id, [NOW + minute * MINUTE for minute in range(1, 31, 2)], term="Rafah")
        add_stories(connection, article_id, [NOW + minute * MINUTE for minute in range(1, 31, 3)], term=None)
    now = NOW + 31 * MINUTE
    for _ in range(2):
        with database.write() as connection:
            follow_bursts(connection, SETTINGS, now=now)
            assert told(connection) == [("desk", "burst.started", "developed"), ("log", "burst.started", "developed")]
    with database.write() as connection:
        (posted,) = send(connection, "desk", "C1:7", now)
        assert posted.story is not None
        assert (posted.story.reference, posted.story.notifies, posted.severity) == (None, True, Severity.HIGH)
        assert posted.story.data["article"]["title"].startswith("Rafah: 16 stories in the last hour, usually 0.")
        assert follow_bursts(connection, SETTINGS, now=now + 5 * HOUR) == ("log", "desk")
        assert follow_bursts(connection, SETTINGS, now=now + 6 * HOUR) == ()
        (edit,) = send(connection, "desk", None, now + 5 * HOUR)
        assert edit.story is not None
        assert (edit.story.reference, edit.story.notifies) == ("C1:7", False)
        assert "over at" in edit.story.data["article"]["title"]
        (burst,) = trend_report(connection, now + 6 * HOUR)["bursts"]
        assert (burst["name"], burst["stories"], burst["peak"], sum(burst["hourly"])) == ("Rafah", 16, 16, 29)
        assert burst["ended_at"] is not None


def test_a_louder_day_is_no_burst(database: Database) -> None:
    """Five times as many stories on everything, and on Rafah too."""
    with database.write() as connection:
        article_id = add_fortnight(connection)
        follow_bursts(connection, SETTINGS, now=NOW)
        times = [NOW + second * timedelta(seconds=10) for second in range(360)]
        add_stories(connection, article_id, times, term=None)
        add_stories(connection, article_id, times[::36], term="Rafah")
        assert follow_bursts(connection, SETTINGS, now=NOW + HOUR) == ()
        assert bursts.active(connection) == ()


def test_every_burst_is_told_where_trends_says_so(database: Database) -> None:
    """Of a term without `burst`, at the severity of `trends`."""
    term = Term(name="Rafah", kind=TermKind.KEYWORD, phrases=("Rafah",))
    settings = Settings(terms=(term,), channels=dict(SETTINGS.channels), trends=TrendsSettings(notify=("other",)))
    with database.write() as connection:
        article_id = add_fortnight(connection)
        add_stories(connection, article_id, [NOW + minute * MINUTE for minute in range(1, 31, 2)], term="Rafah")
        assert set(follow_bursts(connection, settings, now=NOW + 31 * MINUTE)) == {"log", "other"}
        (burst,) = bursts.active(connection)
        (waiting,) = story_deliveries.due(connection, "other", now=NOW + HOUR, limit=9)
        assert (waiting.story_id, bursts.is_burst(connection, burst.id)) == (burst.id, True)
