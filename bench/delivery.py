"""Deliveries: how many a second by one worker, and how late they are beside a receiver that hangs.

    python bench/delivery.py

Rate: signed webhooks from the database to a fast receiver on loopback, claimed, sent one after the other and settled, beside a plain
loop with httpx and Apprise's own notify over the same bodies in the same run; those two keep no books, so they show the price of ours.
Lateness: from raising 1 000 alerts at once on three channels, one of which never answers, to their arrival at the other two.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing import Process, Queue
from pathlib import Path

import apprise
import httpx
from sqlalchemy import func, select

sys.path.insert(0, str(Path(__file__).parent.parent))

from monitor import logs
from monitor.settings.channels import ChannelBase
from monitor.storage.engine import Database, sqlite_url
from monitor.storage.tables import deliveries, metadata
from tests.alerting import claimed_delivery, raise_alerts
from workers.channels.webhook import WebhookChannel
from workers.delivery.dispatcher import Dispatcher
from workers.rendering.alert_json import alert_json

COUNT, APPRISE_COUNT, BURST = 3_000, 500, 1_000
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ANSWER = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"


class Receiver:
    """A bare HTTP server in a process of its own: `/hang` never answers, `/times` tells when each path was asked, the rest is 204."""

    def __init__(self) -> None:
        ports: Queue[int] = Queue()
        self._process = Process(target=_receive, args=(ports,), daemon=True)
        self._process.start()
        self.base = f"http://127.0.0.1:{ports.get(timeout=10)}"

    def times(self, path: str) -> list[float]:
        """When the path was asked, in seconds of time.monotonic()."""
        with urllib.request.urlopen(f"{self.base}/times") as answer:
            return [at for asked, at in json.load(answer) if asked == path]

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.join()


def _receive(ports: Queue[int]) -> None:
    times: list[tuple[str, float]] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head(reader):
            path = head.split(b" ", 2)[1].decode()
            length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
            await reader.readexactly(length)
            times.append((path, time.monotonic()))
            if path == "/hang":
                await asyncio.Event().wait()
            content = json.dumps(times).encode() if path == "/times" else b""
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(content), content) if content else ANSWER)

    async def serve() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        ports.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


def _channel(url: str) -> ChannelBase:
    return WebhookChannel.model_validate({"type": "webhook", "url": url, "secret": [SECRET]})


def _database(folder: str, name: str) -> Database:
    database = Database(sqlite_url(Path(folder) / name))
    with database.write() as connection:
        metadata.create_all(connection)
    return database


def _raise(database: Database, count: int, names: list[str]) -> float:
    with database.write() as connection:
        raise_alerts(connection, range(count), names, at=datetime.now(UTC) - timedelta(seconds=1))
    return time.monotonic()


def rate(folder: str, receiver: Receiver) -> float:
    """Deliveries a second by one worker, all of them settled."""
    database = _database(folder, "rate.db")
    _raise(database, COUNT, ["audit"])
    sources = {"audit": _channel(f"{receiver.base}/rate")}
    dispatcher = Dispatcher(database, lambda: sources)
    began = time.perf_counter()
    dispatcher.drain("audit").result(120)
    took = time.perf_counter() - began
    dispatcher.close()
    with database.read() as connection:
        done = connection.execute(select(func.count()).where(deliveries.c.status == "delivered")).scalar()
    database.close()
    assert done == COUNT, done
    return COUNT / took


def plain_httpx(receiver: Receiver) -> float:
    """Posts a second of a plain loop, one connection, nothing signed or stored."""
    bodies = [alert_json(claimed_delivery(number)) for number in range(COUNT)]
    with httpx.Client() as client:
        return _a_second(COUNT, lambda n: client.post(f"{receiver.base}/httpx", content=bodies[n]).raise_for_status())


def apprise_notify(receiver: Receiver) -> float:
    """Notes a second by Apprise's own notify on its JSON service."""
    notifier = apprise.Apprise()
    notifier.add(receiver.base.replace("http", "json", 1) + "/apprise")
    bodies = [alert_json(claimed_delivery(number)).decode() for number in range(APPRISE_COUNT)]
    return _a_second(APPRISE_COUNT, lambda n: notifier.notify(body=bodies[n], title="Rafah"))


def _a_second(count: int, work: Callable[[int], object]) -> float:
    began = time.perf_counter()
    for number in range(count):
        work(number)
    return count / (time.perf_counter() - began)


def lateness(folder: str, receiver: Receiver) -> list[float]:
    """Seconds from raising to arrival, on the two channels that answer."""
    database = _database(folder, "late.db")
    sources = {"a": _channel(f"{receiver.base}/a"), "b": _channel(f"{receiver.base}/b"), "stuck": _channel(f"{receiver.base}/hang")}
    dispatcher = Dispatcher(database, lambda: sources)
    raised = _raise(database, BURST, list(sources))
    dispatcher.drain("stuck")
    for future in [dispatcher.drain("a"), dispatcher.drain("b")]:
        future.result(60)
    dispatcher.close(timedelta(0))
    database.close()
    found = [at - raised for path in ("/a", "/b") for at in receiver.times(path)]
    assert len(found) == 2 * BURST, len(found)
    return found


def main() -> None:
    """Print what was measured."""
    logs.configure(stream=open(os.devnull, "w"))  # noqa: SIM115, PTH123 - open for the whole run
    receiver = Receiver()
    try:
        with tempfile.TemporaryDirectory() as folder:
            ours, plain, theirs = rate(folder, receiver), plain_httpx(receiver), apprise_notify(receiver)
            print(f"deliveries/s by one worker, signed, claimed and settled in SQLite: {ours:8.0f}")
            print(f"posts/s by a plain loop with httpx, nothing kept:                  {plain:8.0f}")
            print(f"notes/s by Apprise's own notify, nothing kept:                     {theirs:8.0f}")
            late = sorted(lateness(folder, receiver))
            p99 = late[int(len(late) * 0.99)]
            print(f"{BURST} alerts at once on 3 channels, one hangs: alert to arrival on the others")
            print(f"  p50 {statistics.median(late):.3f} s   p99 {p99:.3f} s   ({2 * BURST / late[-1]:.0f} deliveries/s over both)")
    finally:
        receiver.close()


if __name__ == "__main__":
    main()
