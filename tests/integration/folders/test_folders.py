"""Folders: every document is read once, changes are revisions, and what cannot be read is reported once."""

from __future__ import annotations

import asyncio
import io
import os
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from monitor.storage import files
from monitor.storage.engine import Database
from monitor.storage.tables import appearances, articles, revisions
from tests.integration.folders.desk import DEADLINE_S, Desk


async def test_documents_are_read_once(database: Database, tmp_path: Path, log: io.StringIO) -> None:
    """Every document in the folder, nested ones too, is an article; a second look brings nothing."""
    folder = tmp_path / "in"
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "one.txt").write_text(" date 2024-03-21 First document here.")
    (folder / "a" / "b" / "two.md").write_text("# Two\n\nSecond document here.")
    (folder / "a" / ".hidden.txt").write_text("hidden")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    desk = Desk(database, folder, log)
    await desk.watcher.read_all()
    assert desk.texts() == {"First document here.", "Second document here."}
    assert len(desk.scans) == 2
    with database.read() as connection:
        row = connection.execute(select(articles).where(articles.c.text.startswith("First"))).one()
        assert row.published_at == datetime(2024, 3, 21, tzinfo=UTC)
        assert (row.source, row.url, row.alertable) == ("in", (folder / "one.txt").as_uri(), True)
    again = Desk(database, folder, log)
    await again.watcher.read_all()
    assert again.scans == []


async def test_names_that_are_no_text_stay_apart(desk: Desk) -> None:
    """Two names that differ in a byte that no text has are two documents."""
    for byte in (b"\xfe", b"\xff"):
        (desk.folder / os.fsdecode(b"report " + byte + b".txt")).write_text(f"What {byte.hex()} says.")
    await desk.watcher.read_all()
    assert desk.texts() == {"What fe says.", "What ff says."}
    with desk.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(revisions)).scalar_one() == 0


async def test_a_changed_document_is_a_revision_and_a_touched_one_is_nothing(desk: Desk) -> None:
    """A new text under the old name is matched again; a new time alone is not."""
    path = desk.folder / "one.txt"
    path.write_text("The first version of this text.")
    await desk.watcher.read_all()
    os.utime(path, (0, 0))
    await desk.watcher.read_all()
    assert len(desk.scans) == 1
    path.write_text("The second version of this text.")
    await desk.watcher.read_all()
    assert len(desk.scans) == 2
    with desk.database.read() as connection:
        assert connection.execute(select(articles.c.revision)).scalar_one() == 2
        assert connection.execute(select(func.count()).select_from(revisions)).scalar_one() == 1


async def test_deleted_documents_stay_in_the_archive(desk: Desk) -> None:
    """What was read is kept when its file goes; the same file coming back is nothing new."""
    path = desk.folder / "one.txt"
    path.write_text("A text that goes and comes back.")
    await desk.watcher.read_all()
    path.unlink()
    await desk.watcher.read_all()
    path.write_text("A text that goes and comes back.")
    await desk.watcher.read_all()
    assert len(desk.scans) == 1
    assert desk.texts() == {"A text that goes and comes back."}


async def test_a_file_is_read_when_its_writer_has_finished(desk: Desk) -> None:
    """A file written in small steps becomes one article with its whole text."""
    path = desk.folder / "slow.txt"
    with path.open("w") as writer:
        reading = asyncio.create_task(desk.watcher.read_all())
        for number in range(30):
            writer.write(f"word{number} ")
            writer.flush()
            await asyncio.sleep(0.01)
    await reading
    assert len(desk.scans) == 1
    assert next(iter(desk.texts())).endswith("word29")


async def test_unreadable_files_are_reported_once(desk: Desk) -> None:
    """Empty, binary and too large files: one line in the log each, the reason in the database, and no effect on others."""
    (desk.folder / "empty.txt").touch()
    (desk.folder / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    (desk.folder / "utf16.txt").write_bytes("Text in another encoding".encode("utf-16"))
    with (desk.folder / "huge.txt").open("wb") as huge:
        huge.truncate(50_000_000)
    for _ in range(2):
        await desk.watcher.read_all()
    again = Desk(desk.database, desk.folder, desk.log)
    await again.watcher.read_all()
    expected = [("empty.txt", "the file is empty"), ("huge.txt", "larger than 10 MB"), ("picture.txt", "a PNG picture, not text")]
    assert sorted(desk.failures()) == expected
    assert desk.texts() == {"Text in another encoding"}
    with desk.database.read() as connection:
        assert [(Path(file.path).name, file.error) for file in files.failing(connection)] == expected


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_a_file_that_may_not_be_read_is_tried_again(desk: Desk) -> None:
    """Once its permissions are right, it is read, although its content did not change."""
    path = desk.folder / "secret.txt"
    path.write_text("may not be read by us")
    path.chmod(0)
    await desk.watcher.read_all()
    await desk.watcher.read_all()
    assert desk.failures() == [("secret.txt", "cannot be read: Permission denied")]
    path.chmod(0o600)
    await desk.watcher.read_all()
    assert desk.texts() == {"may not be read by us"}


async def test_links_that_lead_in_a_circle(desk: Desk, tmp_path: Path) -> None:
    """A link to a directory above is followed once; a broken one, a pipe and a strange name do no harm."""
    (desk.folder / "circle").symlink_to(desk.folder)
    (desk.folder / "broken.txt").symlink_to(tmp_path / "nowhere")
    os.mkfifo(desk.folder / "pipe.txt")
    (tmp_path / "elsewhere.txt").write_text("behind a link to a file")
    (desk.folder / "link.txt").symlink_to(tmp_path / "elsewhere.txt")
    (desk.folder / os.fsdecode(b"caf\xe9.txt")).write_text("under a name that is no text")
    async with asyncio.timeout(DEADLINE_S):
        await desk.watcher.read_all()
        await desk.watcher.read_all()
    assert desk.texts() == {"behind a link to a file", "under a name that is no text"}
    assert len(desk.scans) == 2


async def test_a_folder_inside_another_is_its_own_source(desk: Desk) -> None:
    """Each document belongs to the innermost folder that is configured, once."""
    inner = desk.folder / "inner"
    inner.mkdir()
    (inner / "a.txt").write_text("in the inner folder")
    desk.watcher.configure([desk.folder, inner])
    await desk.watcher.read_all()
    with desk.database.read() as connection:
        assert connection.execute(select(appearances.c.origin_id)).scalars().all() == [str(inner)]


async def test_many_files_leave_the_event_loop_free(desk: Desk) -> None:
    """While thousands of files are looked through, nothing else waits for a second."""
    for number in range(3000):
        directory = desk.folder / str(number % 20)
        directory.mkdir(exist_ok=True)
        (directory / f"{number}.txt").write_text(f"document {number} has something to say. " * 50)
    longest = await _longest_pause(desk.watcher.read_all)
    assert longest < 1.0
    assert len(desk.texts()) == 3000


async def _longest_pause(work: Callable[[], Awaitable[None]]) -> float:
    longest = 0.0
    working = asyncio.ensure_future(work())
    while not working.done():
        before = time.monotonic()
        await asyncio.sleep(0)
        longest = max(longest, time.monotonic() - before)
        await asyncio.sleep(0.005)
    await working
    return longest


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
