"""A folder with many files: how long anything else has to wait for its intake, and how long a new file has to wait for the old ones.

    python bench/folders.py [--files 20000] [--database URL]

Made prose of 1 to 4 KB as text, Markdown, HTML and JSON in nested directories, read by the watcher that the scheduler runs. Each start is a
process of its own. Meanwhile a 50 ms ticker runs on its event loop (a pause is how much too late it comes), and another writer asks for the
database ten times a second, to strike off what is to be scanned. Beside it, the same files only read and parsed, without the database and the watching. At last the whole daemon
takes in some of them, and a new file's alert is waited for meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, func, select

from bench.beside.made_files import document, fill
from bench.pipeline import Arrivals, child, text
from monitor import logs
from monitor.domain.errors import MonitorError
from monitor.folders.file_reader import FileContent, load, modified_at, walk
from monitor.folders.watcher import FolderWatcher
from monitor.parse.documents import MAX_BYTES, parse_document
from monitor.storage import schema
from monitor.storage.engine import Database, sqlite_url
from monitor.storage.tables import articles, files, scans

FRESH = 10
ALERTED = 5000
LARGE = 5000
DEADLINE_S = 1800.0


@dataclass
class Waits:
    """The longest of each kind, in seconds."""

    pause: float = 0.0
    transaction: float = 0.0
    other_writer: float = 0.0

    def __str__(self) -> str:
        return (
            f"pause {1000 * self.pause:5.0f} ms   write transaction {1000 * self.transaction:5.0f} ms   "
            f"another writer waits {1000 * self.other_writer:5.0f} ms"
        )


class Timed(Database):
    """A database that notes how long its longest write transaction was open."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.waits = Waits()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction, timed from its beginning to its commit."""
        with super().write() as connection:
            began = time.perf_counter()
            yield connection
        self.waits.transaction = max(self.waits.transaction, time.perf_counter() - began)


def peak_bytes() -> int:
    """The most memory this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@asynccontextmanager
async def observed(database: Timed) -> AsyncIterator[Waits]:
    """A ticker and another writer for the length of the block."""
    waits = database.waits = Waits()
    other = Database(database.engine.url.render_as_string(hide_password=False))

    async def tick() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.05)
            waits.pause = max(waits.pause, time.perf_counter() - before - 0.05)

    def write() -> None:
        with other.write() as connection:
            connection.execute(scans.delete())

    async def ask() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.to_thread(write)
            waits.other_writer = max(waits.other_writer, time.perf_counter() - before)
            await asyncio.sleep(0.1)

    tasks = [asyncio.create_task(tick()), asyncio.create_task(ask())]
    try:
        yield waits
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        other.close()


@asynccontextmanager
async def watching(database: Database, folder: Path) -> AsyncIterator[None]:
    """Watch `folder` for the length of the block."""
    watcher = FolderWatcher(database, on_stored=lambda _: None)
    watcher.configure([folder])
    task = asyncio.create_task(watcher.watch())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def known_files(database: Database) -> int:
    """How many files were read so far."""
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(files)).scalar_one()


def has_begun(database: Database) -> bool:
    """Whether a daemon that was just started has read any file."""
    try:
        return known_files(database) > 0
    except MonitorError:
        return False


def is_known(database: Database, path: Path) -> bool:
    """Whether `path` was read as it is now."""
    with database.read() as connection:
        mtime_ns = connection.execute(select(files.c.mtime_ns).where(files.c.path == str(path))).scalar()
    return mtime_ns == path.stat().st_mtime_ns


async def until(holds: Callable[[], bool], every_s: float) -> float:
    """Seconds until `holds`."""
    began = time.perf_counter()
    async with asyncio.timeout(DEADLINE_S):
        while not await asyncio.to_thread(holds):  # noqa: ASYNC110 - what is waited for is in the database, which sends no event
            await asyncio.sleep(every_s)
    return time.perf_counter() - began


async def fresh(database: Database, folder: Path, number: int) -> float:
    """Seconds from a new file's appearance to its article."""
    name, content = document(number)
    path = folder / "3" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    return await until(lambda: is_known(database, path), 0.01)


async def first_start(url: str, folder: Path, count: int) -> None:
    """Everything is new; now and then one file more appears."""
    database = Timed(url)
    schema.upgrade(database)
    took: list[float] = []
    before = peak_bytes()
    async with observed(database) as waits, watching(database, folder):
        began = time.perf_counter()
        for number in range(FRESH):
            await until(lambda share=number: known_files(database) >= count * share // FRESH, 0.2)  # type: ignore[misc]
            took.append(await fresh(database, folder, 10_000_000 + number))
        await until(lambda: known_files(database) == count + FRESH, 0.2)
        whole = time.perf_counter() - began
    with database.read() as connection:
        stored = connection.execute(select(func.count()).select_from(articles)).scalar_one()
    print(f"first start, {count} files: {whole:6.1f} s, {count / whole:5.0f} files/s, {stored} articles")
    print(f"  longest: {waits}")
    print(
        f"  a new file meanwhile, to its article: median {1000 * statistics.median(took):.0f} ms, at most {1000 * max(took):.0f} ms"
    )
    print(f"  peak memory {peak_bytes() / 1e6:.0f} MB, {before / 1e6:.0f} before")
    database.close()


async def second_start(url: str, folder: Path, count: int) -> None:
    """Everything is known; then files are changed, added and removed."""
    database = Timed(url)
    before = peak_bytes()
    async with observed(database) as waits:
        watcher = FolderWatcher(database, on_stored=lambda _: None)
        watcher.configure([folder])
        began = time.perf_counter()
        await watcher.read_all()
        print(f"second start, nothing new: {time.perf_counter() - began:6.2f} s until all are known")
        print(f"  longest: {waits}")
    async with observed(database) as waits, watching(database, folder):
        print(
            f"  a file that appears right after the start, to its article: {1000 * await fresh(database, folder, 20_000_000):.0f} ms"
        )
        await later(database, folder, count)
    print(f"  longest: {waits}")
    print(f"  peak memory {peak_bytes() / 1e6:.0f} MB, {before / 1e6:.0f} before")
    database.close()


async def later(database: Database, folder: Path, count: int) -> None:
    """What happens to a folder that is being watched."""
    some = [path for _, path in zip(range(10), sorted((folder / "1").rglob("*.txt")), strict=False)]
    for path in some:
        path.touch()
    print(f"  10 files touched: {1000 * await until(lambda: all(is_known(database, path) for path in some), 0.01):.0f} ms")
    there = known_files(database)
    await asyncio.to_thread(fill, folder, range(count, count + 1000))
    print(f"  1000 new files, from the last: {1000 * await until(lambda: known_files(database) == there + 1000, 0.01):.0f} ms")
    large = folder / "large.jsonl"
    large.write_text("\n".join(json.dumps({"id": n, "title": f"Record {n}", "text": text(n, 40)}) for n in range(LARGE)))
    meanwhile = await fresh(database, folder, 40_000_000)
    took = meanwhile + await until(lambda: is_known(database, large), 0.01)
    print(f"  a file of {LARGE} articles: {took:.1f} s; a new file meanwhile, to its article: {1000 * meanwhile:.0f} ms")
    with database.read() as connection:
        stored = connection.execute(select(func.count()).select_from(articles)).scalar_one()
    await asyncio.to_thread(shutil.rmtree, folder / "5")
    print(f"  a directory removed, then a file, to its article: {1000 * await fresh(database, folder, 30_000_000):.0f} ms", end="")
    with database.read() as connection:
        print(f"; articles lost: {stored + 1 - connection.execute(select(func.count()).select_from(articles)).scalar_one()}")


async def alerts(_url: str, folder: Path, count: int) -> None:
    """The whole daemon takes a folder in; the times from a new file to the webhook meanwhile."""
    inbox, arrivals, config = folder.parent / "inbox", Arrivals(), folder.parent / "monitor.yaml"
    fill(inbox, range(min(count, ALERTED)))
    hook = {"type": "webhook", "url": arrivals.url}
    config.write_text(json.dumps({"data_dir": "data", "folders": [str(inbox)], "watch": ["ceasefire"], "channels": {"hook": hook}}))
    took: list[float] = []
    database = Database(sqlite_url(folder.parent / "data" / "news.db"))
    with child("run", "--no-web", "--config", str(config)):
        await until(lambda: has_begun(database), 0.2)
        while known_files(database) < min(count, ALERTED):
            marker = f"marker-a{len(took):04}"
            began = time.monotonic()
            (inbox / f"{marker}.txt").write_text(f"Report {marker} on a ceasefire.\n\n{text(1000 + 37 * len(took))}")
            took.append(await asyncio.to_thread(arrivals.wait, marker) - began)
    print(f"whole daemon takes in {min(count, ALERTED)} files; a new file meanwhile, to the webhook: ", end="")
    print(f"median {1000 * statistics.median(took):.0f} ms, at most {1000 * max(took):.0f} ms")
    database.close()


async def bare(_url: str, folder: Path, count: int) -> None:
    """The same files read and parsed, and nothing else."""
    began, now = time.perf_counter(), datetime.now(UTC)
    for found in walk(folder):
        content = load(found, max_bytes=MAX_BYTES)
        assert isinstance(content, FileContent)
        parse_document(content.data, path=found.name, mtime=modified_at(found) or now, now=now)
    took = time.perf_counter() - began
    print(f"beside reading and parsing alone: {took:6.1f} s, {count / took:5.0f} files/s")


def run(step: Callable[[str, Path, int], Coroutine[None, None, None]], url: str, folder: Path, count: int) -> None:
    """Run one step in this process."""
    logs.configure(level="error")
    asyncio.run(step(url, folder, count))


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--database", help="the URL of an empty database; a SQLite file if none is given")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "in"
        fill(folder, range(arguments.files))
        url = arguments.database or sqlite_url(Path(name) / "bench.db")
        for step in (bare, first_start, second_start, alerts):
            process = multiprocessing.get_context("spawn").Process(target=run, args=(step, url, folder, arguments.files))
            process.start()
            process.join()
            if process.exitcode:
                raise SystemExit(process.exitcode)


if __name__ == "__main__":
    main()
