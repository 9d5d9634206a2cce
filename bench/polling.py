"""Polls per second of CPU (what one core does in a second), beside lemon24/reader's update of the same feeds in the same run.

    python bench/polling.py [--feeds 300] [--rounds 5]

The whole daemon path: claim, fetch over loopback, hash, parse in the parser's process, decide, store in SQLite. CPU time of both processes counts,
that of the server does not; of all rounds the best is shown, on both sides, since other work on the machine only makes them worse. Changed: one of fifty entries is new.
$READER_PYTHON names an interpreter that has `reader`, if this one has not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from monitor import logs
from monitor.polling.fetch import Fetcher
from monitor.polling.parsing import ParserProcess
from monitor.polling.poller import Poller, Tools
from monitor.settings.feeds import FeedSettings, HttpSettings, PollingSettings
from monitor.settings.model import Settings
from monitor.storage import feeds
from monitor.storage.engine import Database, sqlite_url
from monitor.storage.tables import metadata

HERE = Path(__file__).parent
POLLING = PollingSettings.model_validate({"host_gap": "0s", "host_connections": 10})


class Clock:
    """Moves five minutes a round."""

    now = datetime(2026, 3, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The time it is."""
        return self.now


@contextmanager
def server(folder: Path) -> Iterator[int]:
    """The feed server in its own process; its port."""
    port_file = folder / "port"
    process = subprocess.Popen([sys.executable, str(HERE / "beside" / "feed_server.py"), str(port_file)])
    deadline = time.monotonic() + 10
    while not (port_file.exists() and port_file.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    try:
        yield int(port_file.read_text())
    finally:
        process.terminate()
        process.wait()


def cpu_s() -> float:
    """CPU seconds of this process and its parser so far."""
    me = psutil.Process()
    own = [me, *(child for child in me.children() if "feed_server" not in " ".join(child.cmdline()))]
    return sum(sum(process.cpu_times()[:2]) for process in own)


def next_turn(port: int) -> None:
    """One new entry in every feed."""
    urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/turn", method="POST")).read()


async def measure(folder: Path, port: int, count: int, rounds: int) -> dict[str, float]:
    """CPU seconds a poll in the best round: the first one, unchanged ones, changed ones; and memory."""
    configured = tuple(FeedSettings(url=f"http://127.0.{n // 250}.{n % 250 + 1}:{port}/feed") for n in range(count))
    crowd = tuple(FeedSettings(url=f"http://host{n}.invalid/feed", name=f"Feed {n}") for n in range(10_000))
    database, clock, parse = Database(sqlite_url(folder / "bench.db")), Clock(), ParserProcess()
    settings = Settings(feeds=configured, polling=POLLING)
    with database.write() as connection:
        metadata.create_all(connection)
        feeds.sync(connection, configured, clock())
    async with Fetcher(POLLING, HttpSettings()) as fetcher:
        poller = Poller(Tools(database=database, fetcher=fetcher, parse=parse), settings, on_stored=lambda _: None, clock=clock)

        async def everything() -> float:
            clock.now += timedelta(minutes=5)
            with database.write() as connection:
                feeds.make_due(connection, clock())
            started, done = cpu_s(), 0
            while done < count:
                done += await poller.tick()
                await poller.drain()
            return cpu_s() - started

        await parse(b"<rss/>", "http://warm.example/", {}, clock())
        first = await everything()
        unchanged, changed = [], []
        for _ in range(rounds):
            unchanged.append(await everything())
            await asyncio.to_thread(next_turn, port)
            changed.append(await everything())
        with database.write() as connection:
            feeds.sync(connection, crowd, clock())
        poller.configure(Settings(feeds=crowd, polling=POLLING))
        memory = psutil.Process().memory_info().rss
        await poller.close()
    parse.close()
    database.close()
    return {"first_s": first / count, "unchanged_s": min(unchanged) / count, "changed_s": min(changed) / count, "memory": memory}


def reader_s(port: int, count: int, rounds: int) -> dict[str, float] | None:
    """The same for reader; None where it is not installed."""
    python = os.environ.get("READER_PYTHON", sys.executable)
    done = subprocess.run(
        [python, str(HERE / "beside" / "polling_reader.py"), str(port), str(count), str(rounds)],
        capture_output=True,
        text=True,
        check=False,
    )
    line = done.stdout.strip().splitlines()[-1:] or [done.stderr.strip()[-200:]]
    if not line[0].startswith("{"):
        print(line[0])
        return None
    figures: dict[str, float] = json.loads(line[0])
    return figures


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    logs.configure(level="error")
    with tempfile.TemporaryDirectory() as name, server(Path(name)) as port:
        ours = asyncio.run(measure(Path(name), port, arguments.feeds, arguments.rounds))
        theirs = reader_s(port, min(arguments.feeds, 60), arguments.rounds)
    print(f"{'polls per second of CPU':28}{'news-monitor':>14}{'reader':>10}{'ratio':>8}")
    for label, key in (("unchanged (304)", "unchanged_s"), ("changed (1 of 50 new)", "changed_s")):
        beside = f"{1 / theirs[key]:10.0f}{theirs[key] / ours[key]:7.1f}x" if theirs else ""
        print(f"{label:28}{1 / ours[key]:14.0f}{beside}")
    print(f"{'first (50 of 50 new)':28}{1 / ours['first_s']:14.0f}")
    print(f"memory of the scheduler with 10 000 feeds configured: {ours['memory'] / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
