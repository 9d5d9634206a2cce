"""One site for each test: SQLite, since the storage itself is tested on both databases elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.broker import EmbeddedServer
from monitor.storage.engine import Database, sqlite_url
from monitor.storage.tables import metadata
from tests.integration.web.serving import Site, serving


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    """A SQLite file with the schema."""
    database = Database(sqlite_url(tmp_path / "news.db"))
    with database.write() as connection:
        metadata.create_all(connection)
    yield database
    database.close()


@pytest.fixture
def site(tmp_path: Path, store: Database, redis_url: str) -> Iterator[Site]:
    """A site without a token."""
    with serving(tmp_path, store, redis_url) as site:
        yield site


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory, valkey: EmbeddedServer) -> Iterator[Site]:
    """One site for all tests of a module that leave it as it is."""
    folder = tmp_path_factory.mktemp("still")
    database = Database(sqlite_url(folder / "news.db"))
    with database.write() as connection:
        metadata.create_all(connection)
    with serving(folder, database, valkey.url) as site:
        yield site
    database.close()
