"""Alerts on their way from the database to receivers that are well, slow, down, or gone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from aiohttp import web
from standardwebhooks import Webhook

from monitor.domain.clock import Clock
from monitor.domain.delivery import DeliveryStatus
from monitor.settings.channels import ChannelBase
from monitor.storage import attempts, channels, deliveries
from monitor.storage.engine import Database
from tests.alerting import raise_alerts
from tests.receiving import Receiver, hang, ok, one_by_one, status
from tests.waiting import until
from workers.channels.file import FileChannel
from workers.channels.slack import SlackChannel
from workers.channels.webhook import WebhookChannel
from workers.delivery.dispatcher import Dispatcher

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = Clock()


class WaitedOnly(Clock):
    """A clock on which no time passes but that which is slept, and that at once."""

    def __init__(self) -> None:
        self._now = NOW.now()

    def now(self) -> datetime:
        """The start, and all that was slept since."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Be later at once."""
        self._now += timedelta(seconds=seconds)
        await asyncio.sleep(0)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything, until told otherwise."""
    with Receiver() as receiver:
        yield receiver


def webhook(receiver: Receiver, **more: object) -> WebhookChannel:
    """A webhook channel that leads to the receiver."""
    return WebhookChannel.model_validate({"type": "webhook", "url": receiver.url(), "secret": [SECRET], **more})


def run(database: Database, sources: dict[str, ChannelBase], *names: str, within_s: float = 20.0) -> None:
    """Have the channels `names` drained once, as a job does."""
    dispatcher = Dispatcher(database, lambda: sources, rng=Random(1), patience=timedelta(0))
    for future in [dispatcher.drain(name) for name in names]:
        future.result(within_s)
    assert dispatcher.close()


def stored(database: Database, count: int, *names: str) -> None:
    """Raise alerts numbered from 0 on these channels."""
    with database.write() as connection:
        raise_alerts(connection, range(count), names, at=NOW.now() - timedelta(seconds=1))


def statuses(database: Database) -> list[str]:
    """The status of every delivery, the oldest alert's first."""
    with database.read() as connection:
        return [one.status for one in reversed(deliveries.listing(connection))]


def test_every_alert_arrives_signed_and_in_order(database: Database, receiver: Receiver) -> None:
    """A receiver gets each alert once, oldest first, with a signature that the reference library accepts."""
    stored(database, 70, "audit")
    run(database, {"audit": webhook(receiver)}, "audit")
    assert [one.json["data"]["alert"]["id"] for one in receiver.requests] == [f"a-{n}" for n in range(70)]
    for one in receiver.requests:
        Webhook(SECRET).verify(one.body, one.headers)
    assert len({one.headers["webhook-id"] for one in receiver.requests}) == 70
    assert set(statuses(database)) == {DeliveryStatus.DELIVERED}


def test_a_retry_has_the_same_id_and_body(database: Database, receiver: Receiver) -> None:
    """A failed alert is sent again at once under its id, before the ones behind it."""
    receiver.answer = one_by_one(status(503), ok)
    stored(database, 2, "audit")
    run(database, {"audit": webhook(receiver)}, "audit")
    first, again, second = receiver.requests
    assert (first.headers["webhook-id"], first.body) == (again.headers["webhook-id"], again.body)
    assert second.headers["webhook-id"] != first.headers["webhook-id"]
    with database.read() as connection:
        (delivery,) = [one for one in deliveries.listing(connection) if one.id == first.headers["webhook-id"]]
        tried = attempts.of(connection, delivery.id)
    assert (delivery.attempts, delivery.last_error) == (2, None)
    assert [(one.http_status, one.answer) for one in tried] == [(503, "so be it"), (204, "")]


def test_a_hanging_receiver_delays_nobody_else(database: Database, receiver: Receiver) -> None:
    """While one receiver never answers, another gets all its alerts."""
    with Receiver(hang) as hung:
        stored(database, 5, "stuck", "audit")
        sources: dict[str, ChannelBase] = {"stuck": webhook(hung, timeout="30s"), "audit": webhook(receiver)}
        dispatcher = Dispatcher(database, lambda: sources, patience=timedelta(0))
        stuck = dispatcher.drain("stuck")
        hung.wait_for(1)
        dispatcher.drain("audit").result(20)
        assert len(receiver.requests) == 5
        assert not stuck.done()
        assert not dispatcher.close(timedelta(0))
    assert statuses(database).count(DeliveryStatus.SENDING) == 5


def test_refused_content_is_a_dead_letter_and_the_rest_goes_on(database: Database, receiver: Receiver) -> None:
    """400 says that this alert is not wanted; the next one may well be."""
    receiver.answer = one_by_one(status(400), ok)
    stored(database, 2, "audit")
    run(database, {"audit": webhook(receiver)}, "audit")
    assert statuses(database) == [DeliveryStatus.DEAD, DeliveryStatus.DELIVERED]


def test_410_pauses_the_channel_until_it_leads_elsewhere(database: Database, receiver: Receiver) -> None:
    """A receiver that says goodbye is left alone; nothing is lost, and a new address gets it all."""
    receiver.answer = status(410)
    stored(database, 3, "audit")
    run(database, {"audit": webhook(receiver)}, "audit")
    run(database, {"audit": webhook(receiver)}, "audit")
    assert len(receiver.requests) == 1
    with database.read() as connection:
        assert channels.load(connection, "audit").paused
        assert deliveries.due_channels(connection, NOW.now()) == ()
    with Receiver() as moved:
        run(database, {"audit": webhook(moved)}, "audit")
        assert len(moved.requests) == 3


def test_five_failures_in_a_row_rest_the_channel(database: Database, receiver: Receiver) -> None:
    """A receiver that is down is tested, not flooded: the alerts behind burn no attempt."""
    receiver.answer = status(500)
    stored(database, 20, "audit")
    run(database, {"audit": webhook(receiver)}, "audit")
    assert len(receiver.requests) == 5
    with database.read() as connection:
        assert sorted((one.attempts for one in deliveries.listing(connection)), reverse=True) == [2, 2, 1] + [0] * 17
        assert deliveries.due_channels(connection, NOW.now()) == ()


def test_retry_after_makes_the_channel_wait(database: Database, receiver: Receiver) -> None:
    """A receiver that asks for a pause gets it, for every alert."""
    receiver.answer = status(429, **{"Retry-After": "120"})
    stored(database, 3, "audit")
    run(database, {"audit": webhook(receiver)}, "audit")
    assert len(receiver.requests) == 1
    with database.read() as connection:
        state = channels.load(connection, "audit")
        assert deliveries.due_channels(connection, NOW.now() + timedelta(seconds=100)) == ()
    assert state.open_until is not None
    assert state.open_until > NOW.now() + timedelta(seconds=100)


def test_redirects_are_not_followed(database: Database, receiver: Receiver) -> None:
    """An alert goes to the address in the configuration and to no other."""
    with Receiver() as elsewhere:
        receiver.answer = status(307, Location=elsewhere.url())
        stored(database, 1, "audit")
        run(database, {"audit": webhook(receiver)}, "audit")
        assert elsewhere.requests == []
    assert statuses(database) == [DeliveryStatus.PENDING]


def test_a_file_gets_exactly_the_webhooks_bodies(database: Database, receiver: Receiver, tmp_path: Path) -> None:
    """One line per alert, byte for byte what the webhook sends; a line torn by a crash is taken away."""
    path = tmp_path / "deep" / "alerts.jsonl"
    stored(database, 3, "audit", "log")
    sources: dict[str, ChannelBase] = {"audit": webhook(receiver), "log": FileChannel(type="file", path=path)}
    path.parent.mkdir()
    path.write_bytes(b'{"type":"alert.created","timesta')
    run(database, sources, "audit", "log")
    assert path.read_bytes() == b"".join(one.body + b"\n" for one in receiver.requests)
    assert [json.loads(line)["type"] for line in path.read_text().splitlines()] == ["alert.created"] * 3


def test_a_burst_on_slack_is_one_digest_that_names_every_alert(database: Database, receiver: Receiver) -> None:
    """More than 20 messages at once are one; none is missing from it."""
    stored(database, 45, "desk")
    slack = SlackChannel.model_validate({"type": "slack", "url": receiver.url(), "rate": 1000})
    run(database, {"desk": slack}, "desk")
    (digest,) = receiver.requests
    text = "\n".join(block["text"]["text"] for block in digest.json["blocks"])
    assert all(f"report {number}" in text for number in range(45))
    assert set(statuses(database)) == {DeliveryStatus.DELIVERED}


def test_several_workers_keep_the_order_of_a_channel(database: Database, receiver: Receiver) -> None:
    """However many workers are asked, each alert goes out once and in order: the turn passes between them."""
    stored(database, 60, "audit")
    sources: dict[str, ChannelBase] = {"audit": webhook(receiver, rate=10_000)}
    crew = [Dispatcher(database, lambda: sources, patience=timedelta(0)) for _ in range(3)]
    while DeliveryStatus.PENDING in statuses(database):
        for future in [one.drain("audit") for one in crew]:
            future.result(20)
    assert all(one.close() for one in crew)
    assert [one.json["data"]["alert"]["id"] for one in receiver.requests] == [f"a-{n}" for n in range(60)]


def test_slack_gets_one_message_a_second(database: Database, receiver: Receiver) -> None:
    """The second alert is sent when a second has passed since the first."""
    clock, sent = WaitedOnly(), list[datetime]()

    async def note(request: web.Request) -> web.StreamResponse:
        sent.append(clock.now())
        return await ok(request)

    receiver.answer = note
    stored(database, 2, "desk")
    slack = SlackChannel.model_validate({"type": "slack", "url": receiver.url()})
    dispatcher = Dispatcher(database, lambda: {"desk": slack}, clock=clock, patience=timedelta(seconds=5))
    dispatcher.drain("desk")
    until(lambda: len(sent) == 2)
    assert dispatcher.close()
    assert sent[1] - sent[0] == timedelta(seconds=1)


def test_alerts_for_a_channel_that_is_gone_are_kept_as_dead_letters(database: Database) -> None:
    """Taking a channel out of the configuration loses nothing silently."""
    stored(database, 1, "old")
    run(database, {}, "old")
    with database.read() as connection:
        (one,) = deliveries.listing(connection, status=DeliveryStatus.DEAD)
    assert one.last_error == "there is no channel of this name"


def test_a_stopping_process_waits_for_the_answer_in_hand(database: Database, receiver: Receiver) -> None:
    """SIGTERM during a delivery: its answer still counts and nothing behind it is begun."""
    stored(database, 3, "audit")
    dispatcher = Dispatcher(database, lambda: {"audit": webhook(receiver)}, patience=timedelta(0))
    receiver.answer = status(200)
    future = dispatcher.drain("audit")
    receiver.wait_for(1)
    assert dispatcher.close()
    assert future.done()
    sent = len(receiver.requests)
    assert sorted(statuses(database)) == ["delivered"] * sent + ["pending"] * (3 - sent)
