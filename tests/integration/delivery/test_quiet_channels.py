"""Channels that are not to be disturbed, digests, threads, and receivers of several kinds, end to end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aiohttp import web

from monitor.domain.delivery import DeliveryStatus
from monitor.domain.virtual_clock import VirtualClock
from monitor.domain.watch import Severity
from monitor.settings.channels import ChannelBase
from monitor.storage import attempts, channels, deliveries
from monitor.storage.engine import Database, sqlite_url
from monitor.storage.tables import metadata
from tests.alerting import add_story, raise_alerts
from tests.channels import channel as make_channel
from tests.receiving import Receiver, one_by_one, status
from workers.delivery.channel_sender import send_test
from workers.delivery.dispatcher import Dispatcher

NIGHT = datetime(2024, 3, 21, 23, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A SQLite file; what differs between databases is tested elsewhere."""
    database = Database(sqlite_url(tmp_path / "news.db"))
    with database.write() as connection:
        metadata.create_all(connection)
    yield database
    database.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything."""
    with Receiver() as receiver:
        yield receiver


def slack(receiver: Receiver, **more: Any) -> ChannelBase:
    """A Slack channel that leads to the receiver."""
    return make_channel({"type": "slack", "url": receiver.url(), "rate": 1000, **more})


def drain(database: Database, channel: ChannelBase, at: datetime, *, rounds: int = 8) -> None:
    """Work on the channel `desk` at this time until nothing more can be sent then."""
    clock = VirtualClock(at)
    dispatcher = Dispatcher(database, lambda: {"desk": channel}, clock=clock, rng=Random(1), patience=timedelta(0))
    for _ in range(rounds):
        dispatcher.drain("desk").result(20)
        clock.advance(milliseconds=2)
    assert dispatcher.close()


def raised(database: Database, numbers: range, at: datetime, severity: Severity = Severity.HIGH) -> None:
    """Alerts on the channel `desk`."""
    with database.write() as connection:
        raise_alerts(connection, numbers, ["desk"], at=at, severity=severity)


def test_quiet_hours_end_with_one_digest(database: Database, receiver: Receiver) -> None:
    """At night only what is critical comes through; the rest is one message in the morning."""
    channel = slack(receiver, quiet_hours={"from": "22:00", "to": "07:00"})
    raised(database, range(3), NIGHT)
    raised(database, range(3, 4), NIGHT, Severity.CRITICAL)
    drain(database, channel, NIGHT + timedelta(seconds=1))
    assert [one.json["text"] for one in receiver.requests] == ["CRITICAL · Rafah: Crossing reopens, report 3"]
    with database.read() as connection:
        assert {one.next_attempt_at for one in deliveries.listing(connection, status=DeliveryStatus.HELD)} == {
            NIGHT + timedelta(hours=8)
        }
    drain(database, channel, NIGHT + timedelta(hours=8))
    assert len(receiver.requests) == 2
    assert all(f"report {number}" in receiver.requests[1].body.decode() for number in range(3))


def test_a_digest_channel_speaks_once_an_hour(database: Database, receiver: Receiver) -> None:
    """What was raised within the hour comes as one message at its end; a single alert too."""
    channel = slack(receiver, digest={"every": "1h"})
    raised(database, range(2), NIGHT + timedelta(minutes=10))
    drain(database, channel, NIGHT + timedelta(minutes=20))
    assert receiver.requests == []
    drain(database, channel, NIGHT + timedelta(minutes=60))
    (message,) = receiver.requests
    assert message.json["text"].startswith("2 alerts")


@pytest.mark.parametrize(
    ("kind", "count", "messages"),
    [("slack", 21, 1), ("slack", 20, 20), ("slack", 130, 2), ("discord", 45, 2), ("teams", 30, 1), ("apprise", 25, 2)],
)
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_more_than_20_are_digests(database: Database, receiver: Receiver, kind: str, count: int, messages: int) -> None:
    """A backlog becomes as few messages as the receiver's limits allow, and names every alert."""
    url = receiver.url().replace("http", "json", 1) if kind == "apprise" else receiver.url()
    raised(database, range(count), NIGHT)
    channel = make_channel({"type": kind, "url": url, "rate": 1000})
    drain(database, channel, NIGHT + timedelta(seconds=1), rounds=25)
    assert len(receiver.requests) == messages
    sent = "".join(one.body.decode() for one in receiver.requests)
    assert all(re.search(rf"report {number}\b", sent) for number in range(count))


def test_a_digest_that_is_refused_is_sent_one_by_one(database: Database, receiver: Receiver) -> None:
    """One alert that a receiver cannot stomach takes no others with it."""

    async def picky(request: web.Request) -> web.StreamResponse:
        text = await request.text()
        return web.Response(status=400 if "report 2" in text else 200)

    receiver.answer = picky
    raised(database, range(5), NIGHT)
    drain(database, slack(receiver, digest_over=1), NIGHT + timedelta(seconds=1))
    with database.read() as connection:
        states = [one.status for one in reversed(deliveries.listing(connection))]
    assert states == ["delivered", "delivered", "dead", "delivered", "delivered"]
    assert len(receiver.requests) == 6


def test_a_bots_later_alerts_go_into_the_storys_thread(database: Database, receiver: Receiver) -> None:
    """The first alert starts a thread, the next one of the story answers there, and the first message shows the growing count."""

    async def slack_api(request: web.Request) -> web.StreamResponse:
        return web.json_response({"ok": True, "channel": "C777", "ts": "1700000000.5"})

    receiver.answer = slack_api
    settings = {"type": "slack", "token": "xoxb-1", "channel": "C777", "api": receiver.url("/api"), "rate": 1000}
    channel = make_channel(settings)
    with database.write() as connection:
        story = add_story(connection)
        raise_alerts(connection, range(1), ["desk"], at=NIGHT, story_id=story)
    drain(database, channel, NIGHT + timedelta(seconds=1))
    with database.write() as connection:
        raise_alerts(connection, range(1, 2), ["desk"], at=NIGHT + timedelta(seconds=2), story_id=story)
    drain(database, channel, NIGHT + timedelta(seconds=3))
    first, reply, update = receiver.requests
    assert [one.path for one in (first, reply, update)] == ["/api/chat.postMessage", "/api/chat.postMessage", "/api/chat.update"]
    assert "thread_ts" not in first.json
    assert reply.json["thread_ts"] == "1700000000.5"
    assert (update.json["channel"], update.json["ts"]) == ("C777", "1700000000.5")
    assert "report 0" in update.json["text"]
    assert "3 articles" in update.body.decode()
    assert first.headers["authorization"] == "Bearer xoxb-1"


@pytest.mark.parametrize(
    "settings",
    [
        {"type": "webhook"},
        {"type": "slack"},
        {"type": "discord"},
        {"type": "teams"},
        {"type": "apprise"},
    ],
)
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
async def test_a_channel_can_be_tried(settings: dict[str, str], receiver: Receiver) -> None:
    """`channels test` sends one alert that says it is a test."""
    url = receiver.url() if settings["type"] != "apprise" else receiver.url().replace("http", "json", 1)
    result = await send_test("desk", make_channel({**settings, "url": url}))
    assert (result.outcome, result.reason) == ("accepted", None)
    (request,) = receiver.requests
    assert re.search("alert.test|TEST", request.body.decode())


def test_no_secret_is_kept_or_told(database: Database, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither the queue, nor the results, nor the log, nor a channel's state names the address of a hook."""
    with Receiver(one_by_one(status(503), status(410))) as receiver:
        channel = make_channel({"type": "slack", "url": receiver.url("/services/T0/B0/sEcReT"), "rate": 1000})
        raised(database, range(2), NIGHT)
        drain(database, channel, NIGHT + timedelta(seconds=1))
        unreachable = make_channel({"type": "slack", "url": "http://nobody.invalid/sEcReT"})
        drain(database, unreachable, NIGHT + timedelta(seconds=9))
    with database.read() as connection:
        found = repr(deliveries.listing(connection)) + repr(channels.listing(connection))
        found += "".join(repr(attempts.of(connection, one.id)) for one in deliveries.listing(connection))
    assert "http_status=503" in found
    assert "resolved" in found
    printed = capfd.readouterr()
    for text in (found, printed.out, printed.err, repr(channel)):
        assert "sEcReT" not in text
        assert "nobody.invalid" not in text
