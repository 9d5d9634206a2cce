"""An empty folder and its watcher."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor import logs
from monitor.daemon.parser_client import ParserPool
from monitor.daemon.parser_protocol import Task
from monitor.storage.engine import Database, sqlite_url
from monitor.storage.tables import metadata
from tests.integration.folders.harness import FolderHarness


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the program logs during the test."""
    stream = io.StringIO()
    logs.configure(stream=stream, strict=True)
    yield stream
    logs.configure(strict=True)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """A SQLite database with the schema in place."""
    database = Database(sqlite_url(tmp_path / "news.db"))
    with database.write() as connection:
        metadata.create_all(connection)
    yield database
    database.close()


@pytest.fixture(scope="session")
def parsers() -> Iterator[ParserPool]:
    """Parser processes for documents, shared because they start slowly."""
    pool = ParserPool(Task.DOCUMENT)
    yield pool
    pool.close()


@pytest.fixture
def harness(sqlite: Database, tmp_path: Path, log: io.StringIO, parsers: ParserPool) -> FolderHarness:
    """An empty folder, not yet watched."""
    folder = tmp_path / "in"
    folder.mkdir()
    return FolderHarness(sqlite, folder, log, parsers)
