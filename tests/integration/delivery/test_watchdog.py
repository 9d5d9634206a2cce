"""When a channel fails others take over, and the operator hears of it directly, or by the same sure way as of any alert."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import jsonschema
import orjson
import pytest
from sqlalchemy import insert

from monitor.domain.channel_state import ChannelState
from monitor.domain.clock import Clock
from monitor.domain.delivery import AttemptResult, ClaimedDelivery
from monitor.domain.incidents import HealthSnapshot, Incident, Thresholds, open_incidents
from monitor.domain.lease import Lease
from monitor.maintenance import watchdog
from monitor.maintenance.operator_notices import OperatorNotices
from monitor.settings.channels import ChannelBase
from monitor.settings.feeds import FeedSettings
from monitor.settings.model import NotifyOperatorSettings, Settings
from monitor.settings.sources import FolderSettings
from monitor.sources.registry import failing_sources
from monitor.sources.source import HealthRequest
from monitor.storage import channels, deliveries, source_states
from monitor.storage.engine import Database
from monitor.storage.ids import new_id
from monitor.storage.tables import feeds
from tests.alerting import raise_alerts
from tests.receiving import Receiver
from tests.unit.channels.test_webhook import SCHEMA
from workers.channels.slack import SlackChannel
from workers.channels.webhook import WebhookChannel
from workers.delivery.channel_sender import send_now
from workers.delivery.dispatcher import Dispatcher

NOW = Clock().now()
HOUR = timedelta(hours=1)


def _failing(database: Database, name: str, state: ChannelState) -> None:
    with database.write() as connection:
        channels.acquire(connection, name, Lease(owner="t", until=NOW), now=NOW)
        channels.save(connection, name, state, release=True)


def _settings(receiver: Receiver) -> Settings:
    configured: dict[str, ChannelBase] = {
        "desk": SlackChannel.model_validate({"type": "slack", "url": receiver.url("/desk"), "fallback": "phone"}),
        "phone": WebhookChannel.model_validate({"type": "webhook", "url": receiver.url("/phone")}),
    }
    return Settings(channels=configured, notify_operator=NotifyOperatorSettings(channels=("phone",)))


def _drain(database: Database, settings: Settings, *names: str) -> None:
    dispatcher = Dispatcher(database, lambda: settings.channels, patience=timedelta(0))
    for name in names:
        dispatcher.drain(name).result(20)
    assert dispatcher.close()


def _send(channel: ChannelBase, delivery: ClaimedDelivery) -> AttemptResult:
    return asyncio.run(send_now(channel, delivery))


def _tell(notices: OperatorNotices, database: Database, settings: Settings, now: datetime = NOW) -> None:
    assert settings.notify_operator is not None
    with database.read() as connection:
        sources = failing_sources(connection, HealthRequest(settings=settings, now=now))
        snapshot = HealthSnapshot(sources=sources, channels=channels.listing(connection), oldest_unscanned_at=None)
    notify = settings.notify_operator
    limits = Thresholds(source=notify.feed_after, channel=notify.channel_after, queue=notify.queue_after)
    notices.update(settings, open_incidents(snapshot, limits, now), writable=True, now=now)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (ChannelState(failures=3, failing_since=NOW - HOUR / 2), 2),
        (ChannelState(failures=3, failing_since=NOW - timedelta(minutes=10)), 0),
        (ChannelState(failures=1, failing_since=NOW, paused=True, reason="HTTP 410"), 2),
        (ChannelState(), 0),
    ],
)
def test_the_fallback_takes_over_once(database: Database, state: ChannelState, expected: int) -> None:
    """After a quarter of an hour of failures, or at once when the channel is paused, each alert that waits goes to the fallback too."""
    with Receiver() as receiver:
        settings = _settings(receiver).model_copy(update={"notify_operator": None})
        with database.write() as connection:
            raise_alerts(connection, range(2), ["desk"], at=NOW)
        _failing(database, "desk", state)
        for _ in range(2):
            watchdog.check(database, settings, NOW)
            _drain(database, settings, "phone")
        assert [one.path for one in receiver.requests] == ["/phone"] * expected
        with database.read() as connection:
            assert len(deliveries.listing(connection, channel="desk")) == 2


def test_the_operator_hears_of_a_dead_feed_once_and_of_its_recovery(database: Database) -> None:
    """A notice goes out as a webhook of its own type, once; when the feed works again another one does."""
    sick = {"url": "https://a.example/rss", "name": "Alpha", "host": "a.example", "status": "failing", "reason": "HTTP 500"}
    with Receiver() as receiver:
        settings = _settings(receiver).model_copy(update={"feeds": (FeedSettings(url="https://a.example/rss", name="Alpha"),)})
        with database.write() as connection:
            connection.execute(insert(feeds).values(id=new_id(), last_success_at=NOW - 30 * HOUR, **sick))
        notices = OperatorNotices(database, _send)
        for _ in range(2):
            _tell(notices, database, settings)
        with database.write() as connection:
            connection.execute(feeds.update().values(status="ok", last_success_at=NOW))
        _tell(notices, database, settings)
        broken, recovered = (orjson.loads(one.body) for one in receiver.requests)
    assert broken["type"] == "system.problem"
    assert broken["data"]["subject"] == "feed Alpha"
    assert broken["data"]["problem"] == "HTTP 500"
    assert recovered["type"] == "system.resolved"
    for one in (broken, recovered):
        jsonschema.validate(one, SCHEMA)


def test_the_operator_hears_of_a_folder_that_is_gone(database: Database) -> None:
    """Sources of every kind are watched: a folder that has been missing for a day is told of, and that it is back."""
    with Receiver() as receiver:
        settings = _settings(receiver).model_copy(update={"folders": (FolderSettings(path=Path("/srv/in")),)})
        for problem, at in ((None, NOW - 25 * HOUR), ("no such folder", NOW), (None, NOW)):
            with database.write() as connection:
                source_states.record(connection, "folder", {"/srv/in": problem}, at)
            _tell(OperatorNotices(database, _send), database, settings)
        broken, recovered = (orjson.loads(request.body) for request in receiver.requests)
    assert (broken["type"], broken["data"]["subject"]) == ("system.problem", "folder in")
    assert broken["data"]["problem"] == "no such folder"
    assert (recovered["type"], recovered["data"]["subject"]) == ("system.resolved", "folder in")


def test_a_notice_is_readable_in_a_chat(database: Database) -> None:
    """Slack gets it in its own shape."""
    with Receiver() as receiver:
        settings = _settings(receiver).model_copy(update={"notify_operator": NotifyOperatorSettings(channels=("desk",))})
        _failing(database, "audit", ChannelState(failures=9, failing_since=NOW - 2 * HOUR, reason="HTTP 503"))
        _tell(OperatorNotices(database, _send), database, settings)
        (request,) = receiver.requests
    assert request.json["text"] == "HIGH · Monitoring is broken: channel audit"
    assert "HTTP 503" in request.json["blocks"][1]["text"]["text"]


def test_what_cannot_be_sent_directly_goes_the_way_of_every_alert(database: Database) -> None:
    """The operator's receiver is away at the moment: a minute later the notice is due like any delivery, under the id it had."""
    with Receiver() as receiver:
        settings = _settings(receiver)
        away = Settings.model_validate({**settings.model_dump(), "channels": {"phone": _unreachable()}})
        _failing(database, "audit", ChannelState(failures=9, failing_since=NOW - 2 * HOUR, reason="HTTP 503"))
        _tell(OperatorNotices(database, _send), database, away)
        with database.read() as connection:
            (waiting,) = deliveries.listing(connection, channel="phone")
            assert deliveries.due(connection, "phone", now=NOW, limit=5) == ()
            assert deliveries.due(connection, "phone", now=NOW + timedelta(minutes=1), limit=5) == (waiting.id,)


def test_without_a_database_the_operator_hears_once_and_of_the_end(database: Database) -> None:
    """What cannot be stored is told all the same; when the database is back, that is told, too."""
    with Receiver() as receiver:
        settings, notices = _settings(receiver), OperatorNotices(database, _send)
        gone = Incident(subject="database", problem="read-only", since=NOW)
        for _ in range(3):
            notices.update(settings, [gone], writable=False, now=NOW)
        for _ in range(2):
            notices.update(settings, [], writable=True, now=NOW)
        told = [(orjson.loads(one.body)["type"], orjson.loads(one.body)["data"]["subject"]) for one in receiver.requests]
    assert told == [("system.problem", "database"), ("system.resolved", "database")]


def _unreachable() -> ChannelBase:
    return WebhookChannel.model_validate({"type": "webhook", "url": "http://127.0.0.1:9/phone", "timeout": "1s"})
