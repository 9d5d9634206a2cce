"""Files of agencies and authorities in a folder: one story in several files, and why a file is skipped."""

from __future__ import annotations

import os
from itertools import permutations

import pytest
from sqlalchemy import select

from monitor.domain.source import SourceStatus
from monitor.folders.folder_kind import NAME
from monitor.storage import source_states
from monitor.storage.tables import articles
from tests.integration.folders.harness import FolderHarness
from tests.unit.parse.agency_documents import ANPA, NITF, cap, newsml, reference

FILES = {
    "alert.cap": cap("H1"),
    "cancel.xml": cap("H2", kind="Cancel", references=reference("H1"), hour=9),
}


@pytest.mark.parametrize("order", [("alert.cap", "cancel.xml"), ("cancel.xml", "alert.cap")])
async def test_a_cancelled_warning_is_an_update_of_its_article(harness: FolderHarness, order: tuple[str, ...]) -> None:
    """Whichever file is read first, there is one article, and it ends as cancelled."""
    for name in order:
        (harness.folder / name).write_text(FILES[name])
        await harness.watcher.read_all()
    with harness.database.read() as connection:
        (row,) = connection.execute(select(articles)).all()
    assert row.title == "Cancelled: Flood warning for the Halden valley"
    assert row.revision == (2 if order[0] == "alert.cap" else 1)
    assert {"Flood", "Severe", "Upper Halden"} <= set(row.tags)


@pytest.mark.parametrize("order", list(permutations(("1.cap", "2.cap", "3.cap"))))
@pytest.mark.parametrize("together", [True, False])
async def test_a_chain_of_warnings_is_one_article(harness: FolderHarness, order: tuple[str, ...], *, together: bool) -> None:
    """Each message names only the one before it, and they come together or one by one, in any order; the tags are those of the last."""
    chain = {
        "1.cap": cap("H1"),
        "2.cap": cap("H2", kind="Update", references=reference("H1"), hour=9, event="Flash flood"),
        "3.cap": cap("H3", kind="Cancel", references=reference("H2", 9), hour=10),
    }
    for name in order:
        (harness.folder / name).write_text(chain[name])
        if not together:
            await harness.watcher.read_all()
    await harness.watcher.read_all()
    with harness.database.read() as connection:
        rows = connection.execute(select(articles)).all()
    newest = max(rows, key=lambda row: str(row.updated_at))
    assert newest.title == "Cancelled: Flood warning for the Halden valley"
    assert "Cancel" in newest.tags
    assert "Flash flood" not in newest.tags
    assert len(rows) == (2 if not together and order[:2] in {("1.cap", "3.cap"), ("3.cap", "1.cap")} else 1)


async def test_versions_that_lie_there_together_are_one_article(harness: FolderHarness) -> None:
    """The newest version counts, whatever the times of the files say."""
    for number in (3, 1, 2):
        path = harness.folder / f"{number}.xml"
        path.write_text(newsml(number, headline=f"Version {number}"))
        os.utime(path, (1_700_000_000 - number, 1_700_000_000 - number))
    await harness.watcher.read_all()
    with harness.database.read() as connection:
        assert connection.execute(select(articles.c.title)).scalars().all() == ["Version 3"]


async def test_every_format_is_read_and_a_skipped_file_says_why(harness: FolderHarness) -> None:
    """Wire texts and NITF are articles; the health of the folder names the file that is none, and what it is."""
    (harness.folder / "wire.txt").write_bytes(ANPA)
    (harness.folder / "story.xml").write_text(NITF)
    (harness.folder / "drawing.xml").write_text("<svg/>")
    await harness.watcher.read_all()
    with harness.database.read() as connection:
        assert connection.execute(select(articles.c.title)).scalars().all() == ["Harbour reopens"] * 2
    assert [name for name, _ in harness.failures()] == ["drawing.xml"]
    await harness.watcher.read_all()
    with harness.database.read() as connection:
        (state,) = source_states.known(connection, NAME).values()
    assert state.status is SourceStatus.OK
    assert state.reason is not None
    assert "drawing.xml (XML, but not RSS" in state.reason
