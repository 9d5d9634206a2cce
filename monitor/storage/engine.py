"""Open the database: transactions that read, and transactions that begin as writers.

On SQLite a transaction that reads first and writes later fails under contention whatever its timeout, so a writer begins
IMMEDIATE and waits its turn for up to 15 seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError, StatementError
from sqlalchemy.pool import QueuePool, StaticPool

from monitor.domain.errors import DatabaseError, ServiceUnavailable, UsageError
from monitor.settings.extras import extra_needed

__all__ = ["Connection", "Database", "sqlite_url"]

BUSY_TIMEOUT_S = 15
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    f"busy_timeout={BUSY_TIMEOUT_S * 1000}",
    "foreign_keys=ON",
    "temp_store=MEMORY",
)


class Database:
    """The database. `url` is `sqlite:///FILE`, `sqlite://` (in memory) or `postgresql://…`."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._writing = self.engine.execution_options(writer=True)

    @property
    def dialect(self) -> str:
        """Return `sqlite` or `postgresql`."""
        return self.engine.dialect.name

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads. Raises DatabaseError and ServiceUnavailable."""
        with _translated(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that writes: committed at the end, rolled back on any exception. Raises as `read`."""
        with _translated(), self._writing.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection; the database opens new ones when it is used again."""
        self.engine.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    """Raise every error of SQLAlchemy as one of ours, without the URL's password and without the statement's values."""
    try:
        yield
    except OperationalError as error:
        text = _first_line(error.orig)
        if "disk is full" in text or "No space left" in text:
            raise DatabaseError(f"the database cannot be written: {text}; free some space, nothing is lost") from error
        raise ServiceUnavailable(f"the database cannot be reached: {text}") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise ServiceUnavailable(f"the database went away: {_first_line(error.orig)}") from error
        raise DatabaseError(f"the database refused a statement: {type(error).__name__}: {_first_line(error.orig)}") from error
    except SQLAlchemyError as error:
        reason = _first_line(error.orig) if isinstance(error, StatementError) else type(error).__name__
        raise DatabaseError(f"the database could not be used: {reason}") from error


def _first_line(error: BaseException | None) -> str:
    return str(error).strip().partition("\n")[0]


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
            return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=5, max_overflow=10)
        except ImportError as error:
            raise UsageError(f"database_url: {extra_needed('PostgreSQL', 'postgres')}") from error
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
    writer = connection.get_execution_options().get("writer", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")
