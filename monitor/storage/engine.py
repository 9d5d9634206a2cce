"""Open the database: transactions that read, and transactions that begin as writers.

On SQLite a transaction that reads first and writes later fails under contention whatever its timeout, so a writer begins
IMMEDIATE and waits its turn for up to 15 seconds.

A commit on SQLite is in the file's log, where it outlives a kill; a `durable` one, with all before it, is on the disk and outlives a loss of power.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import QueuePool, StaticPool

from monitor.domain.errors import UsageError
from monitor.settings.extras import extra_needed
from monitor.storage.database_errors import damaged, translated

__all__ = ["Connection", "Database", "check_file", "sqlite_url"]

BUSY_TIMEOUT_S = 15
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    f"busy_timeout={BUSY_TIMEOUT_S * 1000}",
    "foreign_keys=ON",
    "temp_store=MEMORY",
)
_SAMPLED = ("articles", "appearances", "alerts", "relations", "mentions", "statements", "statement_keys", "word_counts")
"""Not the outboxes: SQLite keeps an average only, by which the few rows that wait would look like the many that are done."""


class Database:
    """The database. `url` is `sqlite:///FILE`, `sqlite://` (in memory) or `postgresql://…`."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._writing = self.engine.execution_options(writer=True)
        self._durable = self.engine.execution_options(writer=True, durable=True)

    @property
    def dialect(self) -> str:
        """Return `sqlite` or `postgresql`."""
        return self.engine.dialect.name

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads. Raises DatabaseError and ServiceUnavailable."""
        with _translated(self.engine.url), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Open a transaction that only reads, and sees all the while what was committed before its first statement. Raises as `read`."""
        options = {"isolation_level": "REPEATABLE READ"} if self.dialect == "postgresql" else {}
        with _translated(self.engine.url), self.engine.execution_options(**options).begin() as connection:
            yield connection

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[Connection]:
        """Open a transaction that writes: committed at the end, rolled back on any exception. Raises as `read`.

        `durable`: once it is committed, it and all that was committed before it outlive a loss of power.
        """
        with _translated(self.engine.url), (self._durable if durable else self._writing).begin() as connection:
            if durable and self.dialect == "postgresql":
                connection.execute(text("SET LOCAL synchronous_commit TO on"))
            yield connection

    def refresh_statistics(self) -> None:
        """Let SQLite look at some hundred rows of each index, by which it chooses among them; PostgreSQL does it by itself."""
        if self.dialect == "sqlite":
            with self.write() as connection:
                connection.exec_driver_sql("PRAGMA analysis_limit = 400")
                for table in _SAMPLED:
                    connection.exec_driver_sql(f"ANALYZE {table}")

    def close(self) -> None:
        """Close every connection; the database opens new ones when it is used again."""
        self.engine.dispose()


@contextmanager
def _translated(url: URL) -> Iterator[None]:
    """Raise every error of SQLAlchemy as one of ours, without the URL's password and without the statement's values."""
    try:
        yield
    except SQLAlchemyError as error:
        raise translated(error, url.database if url.get_backend_name() == "sqlite" else None) from error


def sqlite_url(path: Path) -> str:
    """Return the URL of a SQLite file."""
    return f"sqlite:///{path}"


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise UsageError("database_url is not a database URL; expected postgresql://… or sqlite:///FILE") from error
    if parsed.get_backend_name() in {"postgresql", "postgres"}:
        try:
            from monitor.storage.postgres_engine import postgres_engine  # noqa: PLC0415 - its driver is an extra
        except ImportError as error:
            raise UsageError(f"database_url: {extra_needed('PostgreSQL', 'postgres')}") from error
        return postgres_engine(parsed)
    return _sqlite_engine(parsed)


def _sqlite_engine(parsed: URL) -> Engine:
    if parsed.get_backend_name() != "sqlite":
        raise UsageError(f"database_url: {parsed.get_backend_name()} is not supported; expected postgresql://… or sqlite:///FILE")
    memory = parsed.database in {None, "", ":memory:"}
    engine = create_engine(
        parsed,
        poolclass=StaticPool if memory else QueuePool,
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("writer", False):
        connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if options.get('durable', False) else 'NORMAL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writer", False) else "BEGIN")


def check_file(database: Database, *, within_s: float) -> None:
    """Look for damage in the file of an SQLite database for at most `within_s` seconds. Raises DatabaseDamaged."""
    file = database.engine.url.database
    if database.dialect != "sqlite" or not file or not Path(file).exists():
        return
    with database.read() as connection:
        driver: Any = connection.connection.driver_connection
        deadline = time.monotonic() + within_s
        driver.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
        try:
            found = driver.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.OperationalError as error:
            if "interrupted" not in str(error):
                raise damaged(file, str(error)) from error
            return
        except sqlite3.DatabaseError as error:
            raise damaged(file, str(error)) from error
        finally:
            driver.set_progress_handler(None, 0)
        if found != "ok":
            raise damaged(file, found.partition("\n")[0])
