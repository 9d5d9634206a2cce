"""Watching: new and changed documents become articles within a moment, whatever is done to the folder."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from tests.integration.folders.desk import Desk, eventually, watching


async def test_new_files_are_noticed_at_once(desk: Desk) -> None:
    """From a file's appearance to its article well under a second; the best of a few, since others use this machine."""
    async with watching(desk):
        (desk.folder / "warm.txt").write_text("warming up the watcher")
        await desk.until(lambda: len(desk.scans) == 1)
        took = []
        for number in range(5):
            (desk.folder / f"{number}.txt").write_text(f"document with the number {number}")
            took.append(await desk.until(lambda expected=number + 2: len(desk.scans) == expected))  # type: ignore[misc]
    assert min(took) < 0.5


async def test_folders_come_and_go(desk: Desk, tmp_path: Path) -> None:
    """A folder that does not exist yet is reported once and read when it appears; one that is replaced is watched again."""
    later = tmp_path / "later"
    desk.watcher.configure([desk.folder, later])
    async with watching(desk):
        (desk.folder / "a.txt").write_text("in the folder that exists")
        await desk.until(lambda: len(desk.texts()) == 1)
        assert [name for name, _ in desk.failures()] == ["later"]
        later.mkdir()
        (later / "b.txt").write_text("in the folder that came later")
        await desk.until(lambda: len(desk.texts()) == 2)
        shutil.rmtree(desk.folder)
        await eventually(lambda: [name for name, _ in desk.failures()] == ["later", "in"])
        desk.folder.mkdir()
        (desk.folder / "c.txt").write_text("in the folder that came back")
        await desk.until(lambda: len(desk.texts()) == 3)


async def test_configuration_changes_whilewatching(desk: Desk, tmp_path: Path) -> None:
    """A folder added to the configuration is read without a restart."""
    async with watching(desk):
        (tmp_path / "new").mkdir()
        (tmp_path / "new" / "a.txt").write_text("in the folder configured later")
        desk.watcher.configure([desk.folder, tmp_path / "new"])
        await desk.until(lambda: len(desk.texts()) == 1)


async def test_directories_moved_in_and_files_renamed_in(desk: Desk, tmp_path: Path) -> None:
    """Atomic renames, of files and of whole directories, are noticed like anything else."""
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    (outside / "deep" / "a.txt").write_text("moved in with its directory")
    (tmp_path / "b.txt").write_text("renamed into its place")
    async with watching(desk):
        (desk.folder / "c.txt").write_text("here to see that watching has begun")
        await desk.until(lambda: len(desk.texts()) == 1)
        outside.rename(desk.folder / "outside")
        (tmp_path / "b.txt").rename(desk.folder / "b.txt")
        await desk.until(lambda: len(desk.texts()) == 3)


async def test_a_file_written_on_and_on_is_read_and_revised(desk: Desk) -> None:
    """A file that never rests is read as it stands, and again when it has grown."""
    path = desk.folder / "log.txt"
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
    async with watching(desk):
        await desk.until(lambda: len(desk.scans) >= 2)
        stop.set()
        await writing
        await eventually(lambda: path.read_text().split() == next(iter(desk.texts())).split())


async def test_an_unreachable_database_costs_no_document(desk: Desk, tmp_path: Path) -> None:
    """What could not be stored is stored when the database is back."""
    (desk.folder / "a.txt").write_text("written while the database is away")
    place = tmp_path / "news.db"
    desk.database.close()
    place.rename(tmp_path / "away.db")
    place.mkdir()
    async with watching(desk):
        await eventually(lambda: "tick.failed" in desk.log.getvalue())
        place.rmdir()
        (tmp_path / "away.db").rename(place)
        await desk.until(lambda: bool(desk.scans))
    assert desk.texts() == {"written while the database is away"}


async def test_a_folder_may_be_named_in_any_way(desk: Desk, tmp_path: Path) -> None:
    """A folder that is a link, or whose path goes up and down again, is watched like any other."""
    (tmp_path / "link").symlink_to(desk.folder)
    (tmp_path / "other").mkdir()
    desk.watcher.configure([tmp_path / "link", desk.folder / ".." / "other"])
    async with watching(desk):
        (tmp_path / "other" / "a.txt").write_text("here to see that watching has begun")
        await desk.until(lambda: len(desk.texts()) == 1)
        (desk.folder / "b.txt").write_text("behind a link to the folder")
        (tmp_path / "other" / "c.txt").write_text("in a folder with a roundabout path")
        assert await desk.until(lambda: len(desk.texts()) == 3) < 10
