"""Polls per second of CPU (what one core does in a second), beside lemon24/reader's update of the same feeds, round by round in the same run.

    python bench/polling.py [--feeds 300] [--rounds 7]

The whole daemon path: claim, fetch over loopback, hash, parse in the parser's process, decide, store in SQLite. CPU time of both processes counts,
that of the server does not; of all rounds the best is shown, on both sides, since other work on the machine only makes them worse. Changed: one of
fifty entries is new. $READER_PYTHON names an interpreter that has `reader`, if this one has not.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from monitor import logs
from monitor.daemon.parser_client import ParserPool
from monitor.daemon.processes import freeze_gc
from monitor.domain.virtual_clock import VirtualClock
from monitor.fetching.fetcher import Fetcher
from monitor.polling.poller import Poller, PollerResources
from monitor.settings.feeds import FeedSettings, HttpSettings, PollingSettings
from monitor.settings.model import Settings
from monitor.storage import due_feeds, feeds
from monitor.storage.engine import Database, sqlite_url
from monitor.storage.tables import metadata

HERE = Path(__file__).parent
POLLING = PollingSettings.model_validate({"host_gap": "0s", "host_connections": 10})


START = datetime(2026, 3, 2, tzinfo=UTC)


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
    others = [child for child in psutil.Process().children() if not {"feed_server.py", "polling_reader.py"} & _names(child)]
    return time.process_time() + sum(map(_cpu_s, others))


def _names(process: psutil.Process) -> set[str]:
    try:
        return {Path(part).name for part in process.cmdline()}
    except psutil.ZombieProcess:  # a reader that is not installed has ended at once
        return {"polling_reader.py"}


def _cpu_s(process: psutil.Process) -> float:
    """To the nanosecond where the system has a clock for each process (Linux numbers them so), else as psutil has it."""
    if sys.platform == "linux":
        return time.clock_gettime(~process.pid << 3 | 2)
    return sum(process.cpu_times()[:2])


def next_turn(port: int) -> None:
    """One new entry in every feed."""
    urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/turn", method="POST")).read()


class Reader:
    """lemon24/reader in a process of its own, told round by round what to do."""

    def __init__(self, port: int, feeds: int) -> None:
        python = os.environ.get("READER_PYTHON", sys.executable)
        script = str(HERE / "beside" / "polling_reader.py")
        self._process = subprocess.Popen(
            [python, script, str(port), str(feeds)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self.available = self._answer() == "ready"

    def round_s(self) -> float:
        """CPU seconds a feed for one update of them all."""
        assert self._process.stdin is not None
        self._process.stdin.write("update\n")
        return float(self._answer())

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@dataclass(frozen=True, slots=True)
class Figures:
    """CPU seconds a poll in each round, ours and theirs; the first poll; bytes of memory with 10 000 feeds."""

    unchanged: list[tuple[float, float]]
    changed: list[tuple[float, float]]
    first: float
    memory: int


async def measure(folder: Path, port: int, count: int, rounds: int, reader: Reader) -> Figures:
    """Both sides in turn, round by round."""
    configured = tuple(FeedSettings(url=f"http://127.0.{n // 250}.{n % 250 + 1}:{port}/feed") for n in range(count))
    crowd = tuple(FeedSettings(url=f"http://host{n}.invalid/feed", name=f"Feed {n}") for n in range(10_000))
    database, clock, parse = Database(sqlite_url(folder / "bench.db")), VirtualClock(START), ParserPool()
    settings = Settings(feeds=configured, polling=POLLING)
    with database.write() as connection:
        metadata.create_all(connection)
        feeds.sync(connection, configured, clock.now())
    async with Fetcher(POLLING, HttpSettings()) as fetcher:
        poller = Poller(
            PollerResources(database=database, fetcher=fetcher, parse=parse), settings, on_stored=lambda _: None, clock=clock
        )

        async def ours() -> float:
            clock.advance(minutes=5)
            with database.write() as connection:
                due_feeds.make_due(connection, clock.now())
            started, done = cpu_s(), 0
            while done < count:
                done += await poller.tick()
                await poller.drain()
            return (cpu_s() - started) / count

        async def both() -> tuple[float, float]:
            return await ours(), await asyncio.to_thread(reader.round_s) if reader.available else math.nan

        await parse(b"<rss/>", "http://warm.example/", {}, clock.now())
        freeze_gc()
        first = await ours()
        unchanged, changed = [], []
        for _ in range(rounds):
            unchanged.append(await both())
            await asyncio.to_thread(next_turn, port)
            changed.append(await both())
        with database.write() as connection:
            feeds.sync(connection, crowd, clock.now())
        poller.configure(Settings(feeds=crowd, polling=POLLING))
        memory = psutil.Process().memory_info().rss
        await poller.close()
    parse.close()
    database.close()
    return Figures(unchanged, changed, first, memory)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    logs.configure(level="error")
    with tempfile.TemporaryDirectory() as name, server(Path(name)) as port:
        reader = Reader(port, min(arguments.feeds, 60))
        figures = asyncio.run(measure(Path(name), port, arguments.feeds, arguments.rounds, reader))
        reader.close()
    print(f"{'polls per second of CPU':28}{'news-monitor':>14}{'reader':>10}{'ratio':>8}")
    for label, rounds in (("unchanged (304)", figures.unchanged), ("changed (1 of 50 new)", figures.changed)):
        ours, theirs = (min(side) for side in zip(*rounds, strict=True))
        beside = f"{1 / theirs:10.0f}{theirs / ours:7.1f}x" if reader.available else ""
        print(f"{label:28}{1 / ours:14.0f}{beside}")
    print(f"{'first (50 of 50 new)':28}{1 / figures.first:14.0f}")
    print(f"memory of the scheduler with 10 000 feeds configured: {figures.memory / 1e6:.0f} MB")
    if not reader.available:
        print("reader is not installed: pip install 'news-monitor[bench]'")


if __name__ == "__main__":
    main()
