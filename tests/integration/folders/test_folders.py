"""Folders: every document is read once, changes are revisions, and what cannot be read is reported once."""

from __future__ import annotations

import asyncio
import io
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from monitor.daemon.parser_client import ParserPool
from monitor.daemon.parser_protocol import Task
from monitor.domain.source import SourceStatus
from monitor.folders.folder_kind import NAME
from monitor.storage import files, source_states
from monitor.storage.engine import Database
from monitor.storage.tables import appearances, articles, revisions
from tests.growth import FLOOR_S, longest_stretch
from tests.integration.folders.harness import DEADLINE_S, FolderHarness, eventually, watching


async def test_documents_are_read_once(database: Database, tmp_path: Path, log: io.StringIO, parsers: ParserPool) -> None:
    """Every document in the folder, nested ones too, is an article; a second look brings nothing."""
    folder = tmp_path / "in"
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "one.txt").write_text(" date 2024-03-21 First document here.")
    (folder / "a" / "b" / "two.md").write_text("# Two\n\nSecond document here.")
    (folder / "a" / ".hidden.txt").write_text("hidden")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    harness = FolderHarness(database, folder, log, parsers)
    await harness.watcher.read_all()
    assert harness.texts() == {"First document here.", "Second document here."}
    assert len(harness.scans) == 2
    with database.read() as connection:
        row = connection.execute(select(articles).where(articles.c.text.startswith("First"))).one()
        assert row.published_at == datetime(2024, 3, 21, tzinfo=UTC)
        assert (row.source, row.url, row.alertable) == ("in", (folder / "one.txt").as_uri(), True)
    again = FolderHarness(database, folder, log, parsers)
    await again.watcher.read_all()
    assert again.scans == []


async def test_names_that_are_no_text_stay_apart(harness: FolderHarness) -> None:
    """Two names that differ in a byte that no text has are two documents."""
    for byte in (b"\xfe", b"\xff"):
        (harness.folder / os.fsdecode(b"report " + byte + b".txt")).write_text(f"What {byte.hex()} says.")
    await harness.watcher.read_all()
    assert harness.texts() == {"What fe says.", "What ff says."}
    with harness.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(revisions)).scalar_one() == 0


async def test_a_changed_document_is_a_revision_and_a_touched_one_is_nothing(harness: FolderHarness) -> None:
    """A new text under the old name is matched again; a new time alone is not."""
    path = harness.folder / "one.txt"
    path.write_text("The first version of this text.")
    await harness.watcher.read_all()
    os.utime(path, (0, 0))
    await harness.watcher.read_all()
    assert len(harness.scans) == 1
    path.write_text("The second version of this text.")
    await harness.watcher.read_all()
    assert len(harness.scans) == 2
    with harness.database.read() as connection:
        assert connection.execute(select(articles.c.revision)).scalar_one() == 2
        assert connection.execute(select(func.count()).select_from(revisions)).scalar_one() == 1


async def test_deleted_documents_stay_in_the_archive(harness: FolderHarness) -> None:
    """What was read is kept when its file goes; the same file coming back is nothing new."""
    path = harness.folder / "one.txt"
    path.write_text("A text that goes and comes back.")
    await harness.watcher.read_all()
    path.unlink()
    await harness.watcher.read_all()
    path.write_text("A text that goes and comes back.")
    await harness.watcher.read_all()
    assert len(harness.scans) == 1
    assert harness.texts() == {"A text that goes and comes back."}


async def test_a_file_is_read_when_its_writer_has_finished(harness: FolderHarness) -> None:
    """A file written in small steps becomes one article with its whole text."""
    path = harness.folder / "slow.txt"
    with path.open("w") as writer:
        reading = asyncio.create_task(harness.watcher.read_all())
        for number in range(30):
            writer.write(f"word{number} ")
            writer.flush()
            await asyncio.sleep(0.01)
    await reading
    assert len(harness.scans) == 1
    assert next(iter(harness.texts())).endswith("word29")


async def test_unreadable_files_are_reported_once(harness: FolderHarness, parsers: ParserPool) -> None:
    """Empty, binary and too large files: one line in the log each, the reason in the database, and no effect on others."""
    (harness.folder / "empty.txt").touch()
    (harness.folder / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    (harness.folder / "utf16.txt").write_bytes("Text in another encoding".encode("utf-16"))
    with (harness.folder / "huge.txt").open("wb") as huge:
        huge.truncate(50_000_000)
    for _ in range(2):
        await harness.watcher.read_all()
    again = FolderHarness(harness.database, harness.folder, harness.log, parsers)
    await again.watcher.read_all()
    expected = [("empty.txt", "the file is empty"), ("huge.txt", "larger than 10 MB"), ("picture.txt", "a PNG picture, not text")]
    assert sorted(harness.failures()) == expected
    assert harness.texts() == {"Text in another encoding"}
    with harness.database.read() as connection:
        assert [(Path(file.path).name, file.error) for file in files.failing(connection)] == expected


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_a_file_that_may_not_be_read_is_tried_again(harness: FolderHarness) -> None:
    """Once its permissions are right, it is read, although its content did not change."""
    path = harness.folder / "secret.txt"
    path.write_text("may not be read by us")
    path.chmod(0)
    await harness.watcher.read_all()
    await harness.watcher.read_all()
    assert harness.failures() == [("secret.txt", "cannot be read: Permission denied")]
    path.chmod(0o600)
    await harness.watcher.read_all()
    assert harness.texts() == {"may not be read by us"}


async def test_links_that_lead_in_a_circle(harness: FolderHarness, tmp_path: Path) -> None:
    """A link to a directory above is followed once; a broken one, a pipe and a strange name do no harm."""
    (harness.folder / "circle").symlink_to(harness.folder)
    (harness.folder / "broken.txt").symlink_to(tmp_path / "nowhere")
    os.mkfifo(harness.folder / "pipe.txt")
    (harness.folder / ".kept").mkdir()
    (harness.folder / ".kept" / "elsewhere.txt").write_text("behind a link to a file inside")
    (harness.folder / "link.txt").symlink_to(Path(".kept") / "elsewhere.txt")
    (harness.folder / os.fsdecode(b"caf\xe9.txt")).write_text("under a name that is no text")
    async with asyncio.timeout(DEADLINE_S):
        await harness.watcher.read_all()
        await harness.watcher.read_all()
    assert harness.texts() == {"behind a link to a file inside", "under a name that is no text"}


def lead_out(folder: Path, outside: Path) -> None:
    """Links of every kind that lead out of a folder."""
    (outside / "deep").mkdir(parents=True)
    (outside / "deep" / "key.txt").write_text("nobody's news")
    (outside / "plain.txt").write_text("nobody's news either")
    (folder / "file.txt").symlink_to(outside / "plain.txt")
    (folder / "sub").symlink_to(outside)
    (folder / "up.txt").symlink_to(Path("..") / outside.name / "plain.txt")
    (folder / "twice.txt").symlink_to("file.txt")


async def test_links_out_of_the_folder_are_not_followed(harness: FolderHarness, tmp_path: Path) -> None:
    """Nothing behind them is read, noticed or found by walking, and the log says so once for each file."""
    async with watching(harness):
        lead_out(harness.folder, tmp_path / "outside")
        (harness.folder / "own.txt").write_text("a plain file")
        await harness.until(lambda: bool(harness.texts()))
        await eventually(lambda: len(harness.failures()) == 3)
    await harness.watcher.read_all()
    assert harness.texts() == {"a plain file"}
    assert {name for name, _ in harness.failures()} == {"file.txt", "up.txt", "twice.txt"}
    assert all("follow_links" in reason for _, reason in harness.failures())


async def test_links_are_followed_where_that_is_asked_for(harness: FolderHarness, tmp_path: Path) -> None:
    """Also those that were refused before."""
    lead_out(harness.folder, tmp_path / "outside")
    await harness.watcher.read_all()
    assert harness.texts() == set()
    harness.watcher.configure([harness.folder], followed=[harness.folder])
    await harness.watcher.read_all()
    assert harness.texts() == {"nobody's news", "nobody's news either"}


async def test_a_document_that_takes_too_much_is_named_and_left_alone(harness: FolderHarness) -> None:
    """It is tried again when it has changed, and delays nobody."""
    parsers = ParserPool(Task.DOCUMENT, quick_s=0.3, timeout_s=0.4)
    impatient = FolderHarness(harness.database, harness.folder, harness.log, parsers)
    (harness.folder / "dear.json").write_text(json.dumps([{"title": f"number {number}"} for number in range(90_000)]))
    (harness.folder / "cheap.txt").write_text("read all the same")
    for _ in range(2):
        await impatient.watcher.read_all()
    assert harness.texts() == {"read all the same"}
    assert harness.failures() == [("dear.json", "reading it takes more than 0.4 s of CPU time")]
    with harness.database.read() as connection:
        (state,) = source_states.known(connection, NAME).values()
    assert state.status is SourceStatus.OK
    assert state.reason == "1 document cannot be read: dear.json (reading it takes more than 0.4 s of CPU time)"
    (harness.folder / "dear.json").write_text('{"title": "another", "text": "it is cheap now"}')
    await impatient.watcher.read_all()
    parsers.close()
    assert "it is cheap now" in harness.texts()


async def test_a_folder_inside_another_is_its_own_source(harness: FolderHarness) -> None:
    """Each document belongs to the innermost folder that is configured, once."""
    inner = harness.folder / "inner"
    inner.mkdir()
    (inner / "a.txt").write_text("in the inner folder")
    harness.watcher.configure([harness.folder, inner])
    await harness.watcher.read_all()
    with harness.database.read() as connection:
        assert connection.execute(select(appearances.c.origin_id)).scalars().all() == [str(inner)]


async def test_many_files_leave_the_event_loop_free(harness: FolderHarness) -> None:
    """Others wait no longer for the event loop, however many files are looked through."""

    async def read(count: int) -> float:
        for number in range(count):
            directory = harness.folder / str(count) / str(number % 20)
            directory.mkdir(parents=True, exist_ok=True)
            (directory / f"{number}.txt").write_text(f"document {number} of {count} has something to say. " * 50)
        return max(FLOOR_S, await longest_stretch(harness.watcher.read_all))

    few, many = await read(400), await read(1600)
    assert many < 3 * few
    assert len(harness.texts()) == 2000


def test_files_are_remembered_as_last_read(database: Database) -> None:
    """Both databases keep the state of a file, and only its newest."""
    now = datetime(2026, 11, 21, tzinfo=UTC)
    first = files.KnownFile(path="/a", size=1, mtime_ns=2**62, digest=b"\x00\xff", error=None)
    second = files.KnownFile(path="/a", size=2, mtime_ns=3, digest=None, error="gone bad")
    other = files.KnownFile(path="/b", size=0, mtime_ns=0, digest=b"", error=None)
    with database.write() as connection:
        files.record(connection, [first, other], now)
        files.record(connection, [second], now + timedelta(seconds=1))
        files.record(connection, [], now)
    with database.read() as connection:
        assert files.known(connection, ["/a", "/b", "/c"]) == {"/a": second, "/b": other}
        assert files.failing(connection) == (second,)
