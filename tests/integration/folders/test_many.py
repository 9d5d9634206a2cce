"""Many files, and files of many articles: what is new does not wait for them, and neither does anybody else."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from monitor.daemon.parser_client import ParserPool
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.folders import ingest
from monitor.folders.file_reader import FileRead, FoundFile, walk
from monitor.folders.ingest import DocumentIngester
from monitor.folders.read_queue import ReadQueue
from monitor.parse.documents import parse_document
from monitor.storage import files
from monitor.storage.engine import Database, sqlite_url
from monitor.storage.tables import articles, metadata, scans
from tests.integration.folders.harness import FolderHarness, watching

LONG_AGO = 1_000_000_000


def fill(folder: Path, count: int, directories: int) -> None:
    """Old documents, each unlike the others."""
    for number in range(count):
        path = folder / str(number % directories) / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"document {number} says what no other says: {number * 7919}")
        os.utime(path, (LONG_AGO + number, LONG_AGO + number))


def records(count: int) -> str:
    """A document of many articles."""
    return "\n".join(json.dumps({"id": n, "title": f"Record {n}", "text": f"What record {n} has to say"}) for n in range(count))


async def test_new_files_are_read_before_old_ones(harness: FolderHarness) -> None:
    """Of a folder full of old documents those written last are articles first, wherever they lie."""
    fill(harness.folder, 2000, 20)
    for number in range(20):
        new = harness.folder / str(number) / "new.txt"
        new.write_text(f"new in directory {number}")
        os.utime(new, (LONG_AGO + 1_000_000,) * 2)
    first: set[str] = set()
    harness.on_stored(lambda: first.update(() if first else harness.texts()))
    await harness.watcher.read_all()
    assert first >= {f"new in directory {number}" for number in range(20)}
    assert len(first) < 500
    assert len(harness.texts()) == 2020


async def test_a_new_file_overtakes_a_directory_moved_in(harness: FolderHarness, tmp_path: Path) -> None:
    """A file written after a directory full of documents was moved in is an article long before the last of those."""
    fill(tmp_path / "outside", 3000, 30)
    async with watching(harness):
        (harness.folder / "first.txt").write_text("here to see that watching has begun")
        await harness.until(lambda: len(harness.scans) == 1)
        (tmp_path / "outside").rename(harness.folder / "inside")
        await harness.until(lambda: len(harness.scans) > 1)
        (harness.folder / "new.txt").write_text("written after they had come")
        await harness.until(lambda: "written after they had come" in harness.texts())
        assert len(harness.texts()) < 2500
        await harness.until(lambda: len(harness.texts()) == 3002)


async def test_old_files_wait_for_those_who_scan(harness: FolderHarness, parsers: ParserPool) -> None:
    """While nobody scans, old files stay unread and a new one is an article at once; they are read as soon as somebody does."""
    fill(harness.folder, 2000, 20)
    careful = FolderHarness(harness.database, harness.folder, harness.log, parsers, scans_ahead=100)
    async with watching(careful):
        await careful.until(lambda: len(careful.scans) >= 200)
        (harness.folder / "new.txt").write_text("written while they wait")
        await careful.until(lambda: "written while they wait" in careful.texts())
        assert len(careful.texts()) < 1000
        await careful.until(lambda: scanned(harness.database) and len(careful.texts()) == 2001)


async def test_a_new_file_overtakes_a_file_of_many_articles(harness: FolderHarness) -> None:
    """A small file is an article while a large one, written before it, is still being stored."""
    async with watching(harness):
        (harness.folder / "large.jsonl").write_text(records(4000))
        await harness.until(lambda: len(harness.scans) > 0)
        (harness.folder / "small.txt").write_text("written after the large one")
        await harness.until(lambda: "written after the large one" in harness.texts())
        assert len(harness.texts()) < 3000
        await harness.until(lambda: len(harness.texts()) == 4001)


def test_a_file_of_many_articles_counts_as_read_with_the_last(database: Database, tmp_path: Path) -> None:
    """Killed in the middle of a large file, the program reads it again and stores what is missing, nothing twice."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "large.jsonl").write_text(records(1000))
    found = list(walk(tmp_path / "in"))
    portions = iter(ingester(database).store(read(found), {}))
    before = next(portions)
    del portions
    again = ingester(database)
    assert again.unread(found) == found
    after = [len(portion) for portion in again.store(read(found), {})]
    assert (len(before), sum(after)) == (250, 750)
    assert max(after) <= 250
    assert again.unread(found) == []
    assert ingester(database).unread(found) == []
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(articles)).scalar_one() == 1000
        assert files.known(connection, [found[0].name])[found[0].name].error is None


def test_what_is_still_to_be_scanned_is_counted_as_far_as_needed(database: Database, tmp_path: Path) -> None:
    """Old files wait if more articles than so many are to be scanned, not if there are just as many."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "large.jsonl").write_text(records(300))
    reader = ingester(database)
    assert not reader.is_ahead(0)
    assert sum(map(len, reader.store(read(list(walk(tmp_path / "in"))), {}))) == 300
    assert reader.is_ahead(299)
    assert not reader.is_ahead(300)


def test_other_writers_get_their_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two transactions of a large file SQLite is free for as long as the first took, up to a limit: who waits for it gets in."""
    lasting = [0.05, 0.1, 0.01, 3.0, 0.2, 0.1, 0.02, 0.1]
    database = Lasting(sqlite_url(tmp_path / "news.db"), lasting)
    monkeypatch.setattr(ingest, "time", database)
    with database.engine.begin() as connection:
        metadata.create_all(connection)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "large.jsonl").write_text(records(2000))
    assert sum(map(len, ingester(database).store(read(list(walk(tmp_path / "in"))), {}))) == 2000
    database.close()
    assert len(database.spans) == len(lasting)
    pauses = [after[0] - before[1] for before, after in pairwise(database.spans)]
    assert pauses == pytest.approx([0.05, 0.1, 0.01, 0.2, 0.2, 0.1, 0.02])


def test_the_backlog_gives_the_newest_first() -> None:
    """Files come out by the time of their last change, each once, however often it was found."""
    backlog = ReadQueue()
    backlog.add([found("/b", 2), found("/a", 1), found("/c", 3)])
    backlog.add([found("/c", 3), found("/d", 0)])
    assert (len(backlog), "/c" in backlog) == (4, True)
    assert backlog.pop(2) == ["/c", "/b"]
    assert "/c" not in backlog
    backlog.add([found("/c", 5)])
    assert backlog.pop(10) == ["/c", "/a", "/d"]
    assert (len(backlog), backlog.pop(1)) == (0, [])


def scanned(database: Database) -> bool:
    """Delete everything that is to be scanned, as if it had been."""
    with database.write() as connection:
        connection.execute(scans.delete())
    return True


def found(path: str, mtime_ns: int) -> FoundFile:
    """A file that was changed at this time."""
    return FoundFile(folder=Path("/"), path=path, name=path, size=1, mtime_ns=mtime_ns)


def ingester(database: Database) -> DocumentIngester:
    """As after a start of the program."""
    return DocumentIngester(database, clock=SYSTEM_CLOCK)


def read(files: Sequence[FoundFile]) -> list[FileRead]:
    """What reading these files gives."""
    now = SYSTEM_CLOCK.now()
    contents = [(file, Path(file.path).read_bytes()) for file in files]
    parsed = [(file, data, parse_document(data, path=file.name, mtime=now, now=now)) for file, data in contents]
    return [
        FileRead(file=file, digest=hashlib.sha256(data).digest(), entries=entries)
        for file, data, entries in parsed
        if isinstance(entries, tuple)
    ]


class Lasting(Database):
    """A database and the time of its world: each write transaction lasts as long as the list says, and notes when it began and ended."""

    def __init__(self, url: str, lasting: Sequence[float]) -> None:
        super().__init__(url)
        self._left = list(lasting)
        self._now = 100.0
        self.spans: list[tuple[float, float]] = []

    def monotonic(self) -> float:
        """The time."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[Connection]:
        """A write transaction."""
        began = self._now
        with super().write(durable=durable) as connection:
            yield connection
        self._now += self._left.pop(0)
        self.spans.append((began, self._now))
