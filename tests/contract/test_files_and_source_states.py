"""What is remembered of files that were read, and of sources that keep no state of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.domain.source import SourceStatus
from monitor.storage import files, source_states
from monitor.storage.engine import Database
from monitor.storage.files import KnownFile

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_file_is_known_as_it_was_last_read(database: Database) -> None:
    """Read again, it replaces what was known; of several with one path the last counts; those that failed are listed."""
    first = KnownFile(path="/in/a.txt", size=3, mtime_ns=1 << 60, digest=b"d" * 32, error=None)
    broken = KnownFile(path="/in/b.pdf", size=9, mtime_ns=2, digest=None, error="not a PDF")
    changed = replace(first, size=4, digest=b"e" * 32)
    with database.write() as connection:
        files.record(connection, [], NOW)
        files.record(connection, [first, broken], NOW)
        files.record(connection, [first, changed], NOW + timedelta(minutes=1))
    with database.read() as connection:
        assert files.known(connection, ["/in/a.txt", "/in/b.pdf", "/in/c"]) == {"/in/a.txt": changed, "/in/b.pdf": broken}
        assert files.failing(connection) == (broken,)


def test_a_source_that_fails_keeps_the_time_when_it_last_worked(database: Database) -> None:
    """Until it works again; one that never worked has no such time, and another kind may have the same address."""
    later = NOW + timedelta(minutes=1)
    with database.write() as connection:
        source_states.record(connection, "folder", {"/a": None, "/b": "no such folder"}, NOW)
        source_states.record(connection, "board", {"/a": "wiped"}, NOW)
        source_states.record(connection, "folder", {"/a": "no such folder", "/b": "no such folder"}, later)
    with database.read() as connection:
        known = source_states.known(connection, "folder")
    assert {address: (state.status, state.last_success_at) for address, state in known.items()} == {
        "/a": (SourceStatus.FAILING, NOW),
        "/b": (SourceStatus.FAILING, None),
    }
    assert {(state.reason, state.last_read_at) for state in known.values()} == {("no such folder", later)}
    with database.write() as connection:
        source_states.record(connection, "folder", {"/a": None}, later)
        state = source_states.known(connection, "folder")["/a"]
    assert (state.status, state.reason, state.last_success_at) == (SourceStatus.OK, None, later)
