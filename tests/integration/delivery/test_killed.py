"""Kill -9 in the middle of a delivery, and a long day of failures: nothing lost, nothing leaked."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from aiohttp import web

from monitor.domain.clock import Clock
from monitor.storage import deliveries
from monitor.storage.engine import Database, sqlite_url
from monitor.storage.tables import metadata
from tests.alerting import claimed_delivery, raise_alerts
from tests.channels import send
from tests.receiving import Receiver, hang, ok, one_by_one, status
from tests.story_scenes import ChatService, Scene, chat, methods
from workers.channels.webhook import WebhookChannel
from workers.delivery.channel_sender import MOST_UNSETTLED
from workers.delivery.deliver_worker import expire_leases_of_dead_processes
from workers.delivery.dispatcher import Dispatcher
from workers.delivery.sender import Sender

WORKER = """
import sys
from workers.channels.webhook import WebhookChannel
from monitor.storage.engine import Database
from workers.delivery.dispatcher import Dispatcher

database, url = Database(sys.argv[1]), sys.argv[2]
Dispatcher(database, lambda: {"audit": WebhookChannel(type="webhook", url=url)}).drain("audit").result()
"""


STORY_WORKER = """
import sys
from monitor.storage.engine import Database
from tests.story_scenes import chat
from workers.delivery.dispatcher import Dispatcher

database, kind, base = Database(sys.argv[1]), sys.argv[2], sys.argv[3]
Dispatcher(database, lambda: {"desk": chat(kind, base)}).drain("desk").result()
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A SQLite file that two processes can open."""
    database = Database(sqlite_url(tmp_path / "news.db"))
    with database.write() as connection:
        metadata.create_all(connection)
    yield database
    database.close()


def test_a_process_killed_while_sending_loses_nothing(database: Database, tmp_path: Path) -> None:
    """Once its end is known, the alert in hand is sent again under the same id with the same body, and the others follow, each once."""
    with database.write() as connection:
        raise_alerts(connection, range(4), ["audit"], at=Clock().now() - timedelta(seconds=1))
    with Receiver(one_by_one(ok, hang)) as receiver:
        url = receiver.url()
        worker = subprocess.Popen([sys.executable, "-c", WORKER, sqlite_url(tmp_path / "news.db"), url])
        receiver.wait_for(2)
        worker.kill()
        worker.wait(10)
        receiver.answer = ok
        sources = {"audit": WebhookChannel.model_validate({"type": "webhook", "url": url})}
        at_once = Dispatcher(database, lambda: sources, patience=timedelta(0))
        at_once.drain("audit").result(20)
        assert at_once.close()
        assert len(receiver.requests) == 2, "the killed process's lease still holds"
        expire_leases_of_dead_processes(database)
        after = Dispatcher(database, lambda: sources, patience=timedelta(0))
        after.drain("audit").result(20)
        assert after.close()
        seen = [(one.headers["webhook-id"], one.body) for one in receiver.requests]
    assert len(dict(seen)) == len(set(seen)) == 4
    assert seen[1] in seen[2:], "the alert in hand came again"
    assert [body for _, body in seen[2:]] == sorted(
        (body for _, body in seen[2:]), key=lambda body: body.split(b'"timestamp":"')[1][:30]
    )
    with database.read() as connection:
        assert deliveries.counts(connection)["delivered"] == 4


def test_a_process_killed_in_the_middle_of_a_batch_repeats_few(database: Database, tmp_path: Path) -> None:
    """Answers are settled while the batch goes on: of the forty alerts only the last few before the end come twice."""
    count = 40
    with database.write() as connection:
        raise_alerts(connection, range(count), ["audit"], at=Clock().now() - timedelta(seconds=1))
    with Receiver(one_by_one(*[ok] * 29, hang)) as receiver:
        worker = subprocess.Popen([sys.executable, "-c", WORKER, sqlite_url(tmp_path / "news.db"), receiver.url()])
        receiver.wait_for(30)
        worker.kill()
        worker.wait(10)
        with database.read() as connection:
            settled = deliveries.counts(connection)["delivered"]
    assert 29 - MOST_UNSETTLED <= settled <= 29


@pytest.mark.parametrize("kind", ["slack", "telegram", "discord"])
@pytest.mark.parametrize("posted", [False, True], ids=["post", "news"])
def test_a_story_in_hand_is_told_again_with_all_that_has_come_meanwhile(
    database: Database, tmp_path: Path, kind: str, *, posted: bool
) -> None:
    """Killed before the answer to a post or to news of it: the same deliveries go out once more, and nothing that joined them is lost."""
    service = ChatService()
    with Receiver(service) as receiver:
        story = Scene(database, chat(kind, receiver.url("")), at=Clock().now() - timedelta(seconds=1))
        story.report("Gulf Wire", "Rafah")
        if posted:
            story.drain()
            story.develop("Second Wire", "12 → 14 dead")
        before, receiver.answer = len(receiver.requests), hang
        worker = subprocess.Popen([sys.executable, "-c", STORY_WORKER, sqlite_url(tmp_path / "news.db"), kind, receiver.url("")])
        receiver.wait_for(before + 1)
        worker.kill()
        worker.wait(10)
        receiver.answer = service
        story.grow("Third Wire")
        with database.read() as connection:
            ids = {one.id for one in deliveries.listing(connection)}
        expire_leases_of_dead_processes(database)
        story.now = Clock().now() + timedelta(minutes=1)
        story.drain()
        done = methods(receiver.requests[before:])
        shown = receiver.requests[-1].body.decode()
    told = "answer" if posted and kind != "discord" else "post"
    assert done in ([told, told, "edit"], [told, told]), "growth is in the message that is told again, or changes it"
    assert f"{3 if posted else 2} outlets" in shown
    with database.read() as connection:
        settled = deliveries.listing(connection)
    assert {one.id for one in settled} == ids
    assert {one.status for one in settled} == {"delivered"}


async def test_a_day_of_failures_leaks_nothing() -> None:
    """Hundreds of refused, reset and timed-out attempts leave no connection and no thread behind."""

    async def reset(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    process = psutil.Process()
    with Receiver() as receiver:
        channel = WebhookChannel.model_validate({"type": "webhook", "url": receiver.url()})
        sender = Sender(now=Clock().now)

        async def tried(times: int) -> None:
            for number in range(times):
                receiver.answer = (status(503), reset, hang, status(302, Location="/x"))[number % 4]
                within_s = 0.02 if number % 4 == 2 else 5
                await send(sender, channel, [claimed_delivery()], now=Clock().now(), within_s=within_s)

        await tried(40)
        before = (len(process.net_connections()), threading.active_count())
        await tried(200)
        after = (len(process.net_connections()), threading.active_count())
        await sender.close()
    assert after[0] <= before[0] + 4
    assert after[1] <= before[1]
