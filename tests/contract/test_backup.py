"""A backup holds every row, whichever database it was taken from and is put into."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from sqlalchemy import text

from monitor.domain.errors import MonitorError, SchemaMismatch, UsageError
from monitor.storage import schema
from monitor.storage.backup_file import read_backup, restore_backup, write_backup
from monitor.storage.engine import Database, sqlite_url
from tests.made_rows import Size, fill
from tests.made_text import made_statement

NOW = datetime(2026, 3, 21, 8, tzinfo=UTC)
SOME = Size(feeds=3, articles=60, indexed=60, alerts=12, deliveries=24, terms=4)
MODELS = [
    made_statement(f"A flood in town {number}", f"The river rose by {number} metres in Rivertown.", NOW) for number in range(2, 5)
]


@pytest.fixture
def filled(database_url: str) -> Iterator[Database]:
    """A database of each kind in turn, with rows in it."""
    database = Database(database_url)
    schema.upgrade(database)
    fill(database, SOME, MODELS, NOW)
    yield database
    database.close()


@pytest.fixture
def empty(postgres_database_url: str, tmp_path: Path, database_url: str) -> Iterator[Database]:
    """An empty database of the other kind."""
    other = postgres_database_url if database_url.startswith("sqlite") else sqlite_url(tmp_path / "other.db")
    database = Database(other)
    yield database
    database.close()


def lines(path: Path) -> list[bytes]:
    """The lines of a backup."""
    with gzip.open(path) as file:
        return list(file)


def test_a_backup_goes_to_the_other_kind_of_database_and_back(filled: Database, empty: Database, tmp_path: Path) -> None:
    """What is restored gives the same backup, byte for byte, and new rows get numbers of their own."""
    written = write_backup(filled, tmp_path / "one", now=NOW)
    assert written.rows["articles"] == SOME.articles
    assert restore_backup(empty, tmp_path / "one") == written
    write_backup(empty, tmp_path / "two", now=NOW)
    assert lines(tmp_path / "two") == lines(tmp_path / "one")
    assert (tmp_path / "one").stat().st_mode & 0o077 == 0


def test_a_database_that_holds_something_is_left_alone(filled: Database, tmp_path: Path) -> None:
    """Nothing is restored over what is there."""
    write_backup(filled, tmp_path / "one", now=NOW)
    with pytest.raises(UsageError, match=r"not empty .*articles"):
        restore_backup(filled, tmp_path / "one")


@pytest.mark.parametrize("change", ["cut", "row", "end", "other", "none"])
def test_a_file_that_is_no_whole_backup_restores_nothing(change: str, tmp_path: Path) -> None:
    """Cut off anywhere, changed, or something else: it is refused before a row is written."""
    path = tmp_path / "backup"
    with closing(Database(sqlite_url(tmp_path / "source.db"))) as source:
        schema.upgrade(source)
        fill(source, SOME, MODELS, NOW)
        write_backup(source, path, now=NOW)
    found = lines(path)
    spoiled = {
        "cut": path.read_bytes()[:-200],
        "row": gzip.compress(b"".join([*found[:3], found[3].replace(b"a", b"b"), *found[4:]])),
        "end": gzip.compress(b"".join(found[:-1])),
        "other": gzip.compress(b'{"name": "a feed"}\n'),
        "none": b"feeds: []\n",
    }
    path.write_bytes(spoiled[change])
    with closing(Database(sqlite_url(tmp_path / "target.db"))) as target:
        with pytest.raises(MonitorError, match="backup"):
            restore_backup(target, path)
        assert schema.current(target) is None


def test_a_backup_of_an_older_version_is_upgraded(database_url: str, tmp_path: Path) -> None:
    """Rows go into the schema that they were made for, which is brought up to date then; one of a newer version is refused."""
    moment = {"t": NOW.isoformat()}
    rows = [{"table": "silences", "columns": ["id", "term", "since", "until"]}, ["one", "Rafah", moment, moment]]
    with closing(Database(database_url)) as database:
        restore_backup(database, write_lines(tmp_path / "old", "0008", rows))
        assert schema.current(database) == schema.HEAD
        with database.read() as connection:
            assert connection.execute(text("SELECT count(*) FROM silences")).scalar() == 1
        with pytest.raises(SchemaMismatch):
            restore_backup(database, write_lines(tmp_path / "new", "9999", []))


def test_a_backup_that_cannot_be_written_is_an_error_in_words(database: Database, tmp_path: Path) -> None:
    """A folder that is not there; the backup of before and nothing else is left of one that fails."""
    with pytest.raises(MonitorError, match="no such file"):
        write_backup(database, tmp_path / "nowhere" / "one", now=NOW)
    (tmp_path / "folder").mkdir()
    with pytest.raises(MonitorError, match="cannot be written"):
        write_backup(database, tmp_path / "folder", now=NOW)
    assert not list(tmp_path.glob("*.part")) + list(tmp_path.glob(".*"))


def write_lines(path: Path, revision: str, body: Sequence[object]) -> Path:
    """Write a backup with these rows."""
    head = [{"format": "news-monitor backup 1", "schema": revision, "made_at": "2026-03-21T08:00:00Z"}, *body]
    data = b"".join(orjson.dumps(line) + b"\n" for line in head)
    rows = sum(isinstance(line, list) for line in body)
    path.write_bytes(gzip.compress(data + orjson.dumps({"end": rows, "sha256": hashlib.sha256(data).hexdigest()}) + b"\n"))
    assert read_backup(path).schema == revision
    return path
