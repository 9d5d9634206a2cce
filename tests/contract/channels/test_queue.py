"""Every registered kind of channel, from the database to its receiver: dead letters, digests, and trouble that stays with one channel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aiohttp import web

from monitor.domain.delivery import AttemptResult, DeliveryStatus
from monitor.domain.virtual_clock import VirtualClock
from monitor.settings.channels import ChannelBase
from monitor.storage import deliveries
from monitor.storage.engine import Database, sqlite_url
from monitor.storage.tables import metadata
from tests.alerting import EPOCH, claimed_delivery, raise_alerts
from tests.answers import GOOD
from tests.channels import Example, examples
from tests.receiving import Receiver
from workers.channels.kind import ChannelKind, Limits
from workers.delivery.dispatcher import Dispatcher
from workers.delivery.sender import Sender

POSTING = pytest.mark.parametrize("example", [one for one in examples() if one.kind.send is None], ids=str)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A SQLite file; what differs between databases is tested elsewhere."""
    database = Database(sqlite_url(tmp_path / "news.db"))
    with database.write() as connection:
        metadata.create_all(connection)
    yield database
    database.close()


def drain(database: Database, channel: ChannelBase, *, count: int) -> None:
    """Raise `count` alerts on the channel `desk` and work on it until nothing more can be sent."""
    with database.write() as connection:
        raise_alerts(connection, range(count), ["desk"], at=EPOCH)
    clock = VirtualClock(EPOCH + timedelta(seconds=1))
    dispatcher = Dispatcher(database, lambda: {"desk": channel}, clock=clock, rng=Random(1), patience=timedelta(0))
    for _ in range(count + 2):
        dispatcher.drain("desk").result(30)
        clock.advance(seconds=2)
    assert dispatcher.close()


def statuses(database: Database) -> list[DeliveryStatus]:
    """The status of every delivery, the oldest alert's first."""
    with database.read() as connection:
        return [one.status for one in reversed(deliveries.listing(connection))]


def answering(refused: str = "") -> Any:
    """A receiver's answer: 400 to what contains `refused`, a success to the rest."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if refused and re.search(refused, await request.text()):
            return web.Response(status=400)
        return web.Response(text=GOOD)

    return answer


@POSTING
def test_refused_content_is_a_dead_letter_and_the_rest_is_sent(example: Example, database: Database) -> None:
    """One alert that the receiver refuses takes no others with it, whether they were sent alone or in a digest."""
    with Receiver(answering(r"report 1\b")) as receiver:
        drain(database, example.channel(receiver.url("")).model_copy(update={"digest_over": 2}), count=4)
    expected = [DeliveryStatus.DELIVERED, DeliveryStatus.DEAD, DeliveryStatus.DELIVERED, DeliveryStatus.DELIVERED]
    assert statuses(database) == expected
    with database.read() as connection:
        (dead,) = deliveries.listing(connection, status=DeliveryStatus.DEAD)
    assert dead.last_error == "HTTP 400"


@POSTING
def test_a_backlog_becomes_a_digest_where_people_read_it(example: Example, database: Database) -> None:
    """More than `digest_over` alerts are one message for people and one each for programs; every alert is in them."""
    with Receiver(answering()) as receiver:
        drain(database, example.channel(receiver.url("")).model_copy(update={"digest_over": 5}), count=6)
        sent = [request.body.decode() for request in receiver.requests]
    assert len(sent) == (1 if example.kind.limits.digests else 6)
    assert [number for number in range(6) if not re.search(rf"report {number}\b", "".join(sent))] == []
    assert set(statuses(database)) == {DeliveryStatus.DELIVERED}


async def test_a_broken_plug_in_fails_and_no_more() -> None:
    """Whatever the code of a channel raises, it is a failure that is tried again."""

    def send(_message: str, _at: object, _within: object) -> AttemptResult:
        raise RuntimeError("https://secret.example")

    kind: ChannelKind[ChannelBase, str] = ChannelKind(
        name="broken", settings=ChannelBase, limits=Limits(), render=lambda *_: "", send=send, leads_to=(), examples=()
    )
    sender = Sender(now=lambda: EPOCH)
    result = await sender.send(
        kind, kind.render(ChannelBase(type="broken"), [claimed_delivery()], EPOCH), within=timedelta(seconds=5)
    )
    await sender.close()
    assert (result.outcome, result.reason) == ("failed", "RuntimeError")
