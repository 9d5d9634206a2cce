"""Watching: new and changed documents become articles within a moment, whatever is done to the folder."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
from pathlib import Path

import pytest

from monitor.daemon.parser_client import ParserPool
from monitor.folders import watcher
from monitor.storage.engine import Database
from tests.integration.folders.harness import FolderHarness, eventually, watching


async def test_new_files_are_noticed_at_once(harness: FolderHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is an article because it was reported: nothing is walked through in the meantime."""
    for every in ("WALK_EVERY_S", "WALK_EVERY_WITHOUT_NOTIFICATIONS_S"):
        monkeypatch.setattr(watcher, every, 1_000_000.0)
    async with watching(harness):
        (harness.folder / "warm.txt").write_text("warming up the watcher")
        await harness.until(lambda: len(harness.scans) == 1)
        for number in range(5):
            (harness.folder / f"{number}.txt").write_text(f"document with the number {number}")
            await harness.until(lambda expected=number + 2: len(harness.scans) == expected)  # type: ignore[misc]


async def test_folders_come_and_go(harness: FolderHarness, tmp_path: Path) -> None:
    """A folder that does not exist yet is reported once and read when it appears; one that is replaced is watched again."""
    later = tmp_path / "later"
    harness.watcher.configure([harness.folder, later])
    async with watching(harness):
        (harness.folder / "a.txt").write_text("in the folder that exists")
        await harness.until(lambda: len(harness.texts()) == 1)
        assert [name for name, _ in harness.failures()] == ["later"]
        later.mkdir()
        (later / "b.txt").write_text("in the folder that came later")
        await harness.until(lambda: len(harness.texts()) == 2)
        shutil.rmtree(harness.folder)
        await eventually(lambda: [name for name, _ in harness.failures()] == ["later", "in"])
        harness.folder.mkdir()
        (harness.folder / "c.txt").write_text("in the folder that came back")
        await harness.until(lambda: len(harness.texts()) == 3)


async def test_configuration_changes_whilewatching(harness: FolderHarness, tmp_path: Path) -> None:
    """A folder added to the configuration is read without a restart."""
    async with watching(harness):
        (tmp_path / "new").mkdir()
        (tmp_path / "new" / "a.txt").write_text("in the folder configured later")
        harness.watcher.configure([harness.folder, tmp_path / "new"])
        await harness.until(lambda: len(harness.texts()) == 1)


async def test_directories_moved_in_and_files_renamed_in(harness: FolderHarness, tmp_path: Path) -> None:
    """Atomic renames, of files and of whole directories, are noticed like anything else."""
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    (outside / "deep" / "a.txt").write_text("moved in with its directory")
    (tmp_path / "b.txt").write_text("renamed into its place")
    async with watching(harness):
        (harness.folder / "c.txt").write_text("here to see that watching has begun")
        await harness.until(lambda: len(harness.texts()) == 1)
        outside.rename(harness.folder / "outside")
        (tmp_path / "b.txt").rename(harness.folder / "b.txt")
        await harness.until(lambda: len(harness.texts()) == 3)


async def test_a_file_written_on_and_on_is_read_and_revised(harness: FolderHarness) -> None:
    """A file that never rests is read as it stands, and again when it has grown."""
    path = harness.folder / "log.txt"
    stop = asyncio.Event()

    async def write() -> None:
        with path.open("w") as writer:
            number = 0
            while not stop.is_set():
                writer.write(f"line {number}\n")
                writer.flush()
                number += 1
                await asyncio.sleep(0.01)

    writing = asyncio.create_task(write())
    async with watching(harness):
        await harness.until(lambda: len(harness.scans) >= 2)
        stop.set()
        await writing
        await eventually(lambda: path.read_text().split() == next(iter(harness.texts())).split())


async def test_an_unreachable_database_costs_no_document(harness: FolderHarness, tmp_path: Path) -> None:
    """What could not be stored is stored when the database is back."""
    (harness.folder / "a.txt").write_text("written while the database is away")
    place = tmp_path / "news.db"
    harness.database.close()
    place.rename(tmp_path / "away.db")
    place.mkdir()
    async with watching(harness):
        await eventually(lambda: "tick.failed" in harness.log.getvalue())
        place.rmdir()
        (tmp_path / "away.db").rename(place)
        await harness.until(lambda: bool(harness.scans))
    assert harness.texts() == {"written while the database is away"}


async def test_a_folder_may_be_named_in_any_way(harness: FolderHarness, tmp_path: Path) -> None:
    """A folder that is a link, or whose path goes up and down again, is watched like any other."""
    (tmp_path / "link").symlink_to(harness.folder)
    (tmp_path / "other").mkdir()
    harness.watcher.configure([tmp_path / "link", harness.folder / ".." / "other"])
    async with watching(harness):
        (tmp_path / "other" / "a.txt").write_text("here to see that watching has begun")
        await harness.until(lambda: len(harness.texts()) == 1)
        (harness.folder / "b.txt").write_text("behind a link to the folder")
        (tmp_path / "other" / "c.txt").write_text("in a folder with a roundabout path")
        await harness.until(lambda: len(harness.texts()) == 3)


@pytest.mark.parametrize("inner", [b"\xff\xfe.txt", b"caf\xe9/note.txt"])
async def test_a_name_that_is_not_utf8_costs_no_notice(
    harness: FolderHarness, monkeypatch: pytest.MonkeyPatch, inner: bytes
) -> None:
    """It is read, and what comes after it is reported as before: nothing is walked through now and then."""
    for every in ("WALK_EVERY_S", "WALK_EVERY_WITHOUT_NOTIFICATIONS_S"):
        monkeypatch.setattr(watcher, every, 1_000_000.0)
    async with watching(harness):
        (harness.folder / "warm.txt").write_text("warming up the watcher")
        await harness.until(lambda: len(harness.scans) == 1)
        for number in range(3):
            odd = harness.folder / os.fsdecode(inner)
            odd.parent.mkdir(exist_ok=True)
            odd.write_text(f"odd {number}")
            await harness.until(lambda expected=f"odd {number}": expected in harness.texts())  # type: ignore[misc]
            (harness.folder / f"{number}.txt").write_text(f"plain {number}")
            await harness.until(lambda expected=f"plain {number}": expected in harness.texts())  # type: ignore[misc]


async def test_a_folder_whose_name_is_not_utf8_is_watched(
    sqlite: Database, tmp_path: Path, log: io.StringIO, parsers: ParserPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its documents are noticed at once."""
    for every in ("WALK_EVERY_S", "WALK_EVERY_WITHOUT_NOTIFICATIONS_S"):
        monkeypatch.setattr(watcher, every, 1_000_000.0)
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    harness = FolderHarness(sqlite, folder, log, parsers)
    async with watching(harness):
        for number in range(3):
            (folder / f"{number}.txt").write_text(f"plain {number}")
            await harness.until(lambda expected=f"plain {number}": expected in harness.texts())  # type: ignore[misc]
