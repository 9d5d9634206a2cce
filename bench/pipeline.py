"""The whole path: articles a second through one scan worker, and the time from a file's appearance to its webhook.

    python bench/pipeline.py [--articles 3000] [--files 100]

Each figure stands beside one measured in the same run: scanning beside the same matching without queue and database, and with one id a
job; a file's time beside a bare watcher that posts each file as it appears, without parsing, storing, matching or queueing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import aiohttp
from watchfiles import awatch

from monitor.broker import EmbeddedServer, connect_producer
from monitor.domain.article import Entry, Origin
from monitor.domain.ids import ScanId
from monitor.domain.watch import EntityType, Term, TermKind
from monitor.relay import BATCH, Relay
from monitor.settings.load import load_config
from monitor.storage import articles, scans, schema
from monitor.storage.engine import Database, sqlite_url
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.examine import examine
from workers.scanning.load import ScanTask

WORDS = (
    "minister harbour council river engineer market bridge winter teacher railway garden island doctor factory border festival "
    "library museum valley captain village station forest storm treaty budget strike election harvest refugee convoy aid talks"
).split()
"""The vocabulary of the generated articles; each also carries numbers, so that every article is a story of its own."""

TERMS = 1000


class Arrivals(ThreadingHTTPServer):
    """A receiver that notes when each marker arrives first."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: dict[str, float] = {}
        self.changed = threading.Condition()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def wait(self, marker: str, within_s: float = 60.0) -> float:
        """When `marker` arrived, on the monotonic clock."""
        with self.changed:
            if not self.changed.wait_for(lambda: marker in self.seen, within_s):
                raise SystemExit(f"{marker} did not arrive within {within_s:g} s")
            return self.seen[marker]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Arrivals

    def do_POST(self) -> None:
        """Note the marker in the body."""
        now = time.monotonic()
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        start = body.find("marker-")
        with self.server.changed:
            self.server.seen.setdefault(body[start : start + 12], now)
            self.server.changed.notify_all()
        self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""


def text(number: int, words: int = 450) -> str:
    """About 3 KB of text unlike that of any other number."""
    chosen = (f"{WORDS[(number * 7 + step * (number % 11 + 3)) % len(WORDS)]} {number}k{step}" for step in range(words // 2))
    return " ".join(chosen)


def watch_list() -> list[Term]:
    """A thousand terms, few of which ever fire."""
    names = [
        Term(name=f"Person{n} Name{n}", kind=TermKind.ENTITY, type=EntityType.PERSON, phrases=(f"Person{n} Name{n}",))
        for n in range(TERMS - 1)
    ]
    return [*names, Term(name="convoy", kind=TermKind.KEYWORD, phrases=("convoy 1k1",))]


@contextmanager
def child(*argv: str, **env: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the program until the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", *argv], env={**os.environ, **env}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def store(database: Database, first: int, count: int) -> list[ScanId]:
    """Put articles into the outbox."""
    origin = Origin(id="bench", name="bench")
    entries = [Entry(key=str(n), title=f"Report {n}", text=text(n)) for n in range(first, first + count)]
    with database.write() as connection:
        return list(articles.ingest(connection, origin, entries, now=datetime.now(UTC), alertable=lambda _: True).scans)


def drained(database: Database) -> bool:
    """Whether the outbox is empty."""
    with database.read() as connection:
        return scans.backlog(connection).count == 0


def timed_scan(database: Database, relay: Relay, ids: Sequence[ScanId], size: int) -> float:
    """Articles a second from the relay to an empty outbox."""
    began = time.perf_counter()
    relay.scan(ids, size=size)
    while not drained(database):
        time.sleep(0.005)
    return len(ids) / (time.perf_counter() - began)


def scanning(folder: Path, count: int) -> None:
    """Articles a second through one scan worker."""
    config = folder / "monitor.yaml"
    watch = [{"name": term.name, **({"type": "person"} if term.type else {"any": list(term.phrases)})} for term in watch_list()]
    config.write_text(json.dumps({"data_dir": "data", "watch": watch}))
    settings = load_config(config, {})
    server = EmbeddedServer(settings.data_dir)
    server.start()
    try:
        database = Database(sqlite_url(settings.data_dir / "news.db"))
        schema.upgrade(database)
        relay = Relay(connect_producer(server.url))
        ready = CompiledSettings.build(settings)
        with child("scan-worker", "--config", str(config), REDIS_URL=server.url):
            timed_scan(database, relay, store(database, 0, 200), BATCH)
            batched = timed_scan(database, relay, store(database, 1000, count), BATCH)
            single = timed_scan(database, relay, store(database, 1_000_000, count // 10), 1)
        bare = bare_matching(database, ready, count // 3)
    finally:
        server.stop()
    print(f"scan worker, {TERMS} terms, 3 KB articles, {BATCH} ids a job: {batched:7.0f} articles/s")
    print(f"  beside one id a job:                                  {single:7.0f} articles/s ({batched / single:.1f} times)")
    print(f"  beside matching alone, no queue, no database:         {bare:7.0f} articles/s ({batched / bare:.2f} of it)")


def bare_matching(database: Database, ready: CompiledSettings, count: int) -> float:
    """Articles a second that are only examined."""
    ids = store(database, 5_000_000, count)
    with database.read() as connection:
        waiting = scans.load(connection, ids)
        found = {article.id: article for article in articles.load(connection, [scan.article_id for scan in waiting])}
    work = [ScanTask(scan=scan, article=found[scan.article_id], earlier=None, loaded=1) for scan in waiting]
    began = time.perf_counter()
    for one in work:
        examine(ready, one)
    return len(work) / (time.perf_counter() - began)


def percentiles(values: Sequence[float]) -> str:
    """p50 and p95 in milliseconds."""
    cuts = statistics.quantiles(values, n=20)
    return f"p50 {1000 * statistics.median(values):5.0f} ms   p95 {1000 * cuts[18]:5.0f} ms"


def drop(folder: Path, arrivals: Arrivals, prefix: str, count: int) -> list[float]:
    """Seconds from each file's appearance to its arrival, one file after the other."""
    took = []
    for number in range(count):
        marker = f"marker-{prefix}{number:04}"
        body = f"Report {marker} on a ceasefire.\n\n{text(number)}"
        began = time.monotonic()
        (folder / f"{marker}.txt").write_text(body)
        took.append(arrivals.wait(marker) - began)
    return took


def latency(folder: Path, count: int) -> None:
    """From a file's appearance to the webhook's arrival, through the whole daemon and through a bare watcher."""
    inbox, bare_inbox = folder / "inbox", folder / "bare"
    inbox.mkdir()
    bare_inbox.mkdir()
    arrivals = Arrivals()
    config = folder / "daemon.yaml"
    config.write_text(
        json.dumps(
            {
                "data_dir": "daemon",
                "folders": ["inbox"],
                "watch": ["ceasefire"],
                "channels": {"hook": {"type": "webhook", "url": arrivals.url}},
                "workers": {"scan": 1},
            }
        )
    )
    with child("run", "--no-web", "--config", str(config)):
        (inbox / "first.txt").write_text("marker-z0000 a ceasefire to begin with")
        arrivals.wait("marker-z0000")
        whole = drop(inbox, arrivals, "a", count)
    with bare_watcher(bare_inbox, arrivals.url):
        time.sleep(1)
        bare = drop(bare_inbox, arrivals, "b", count)
    print(f"file to webhook, whole daemon: {percentiles(whole)}")
    print(f"  beside a bare watcher:       {percentiles(bare)}")


@contextmanager
def bare_watcher(folder: Path, url: str) -> Iterator[None]:
    """A thread that posts each file as soon as it appears."""
    stop = threading.Event()

    async def watch() -> None:
        async with aiohttp.ClientSession() as session:
            async for changes in awatch(folder, stop_event=stop, step=10, debounce=100):
                for _, path in changes:
                    await session.post(url, data=await asyncio.to_thread(Path(path).read_bytes))

    thread = threading.Thread(target=lambda: asyncio.run(watch()), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--articles", type=int, default=3000)
    parser.add_argument("--files", type=int, default=100)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scanning(Path(name), arguments.articles)
        latency(Path(name), arguments.files)


if __name__ == "__main__":
    main()
