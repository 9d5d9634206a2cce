"""Open connections to PostgreSQL on which no wait is endless, whatever happens to the server or the net between.

The server gives up a statement by itself, and ends a transaction whose process stands still. A server that hangs, or a connection that some
firewall has forgotten, says nothing at all: then this side gives up a little later and closes the connection, whose work is done again on another.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
from psycopg import waiting
from sqlalchemy import URL, Connection, Engine, create_engine, event

_R = TypeVar("_R")

STATEMENT_S = 15
"""How long the server works on a statement, waiting for others included."""
PATIENCE_S = 18.0
"""How long an answer is waited for: a little longer, so that the server can say itself what is wrong."""
_STANDSTILL_S = 30
_CONNECT_S = 5
_WAKE_EVERY_S = 0.5
_SOCKET = {
    "connect_timeout": str(_CONNECT_S),
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
}
"""What libpq is told, as far as the URL does not say it."""


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that is closed when an answer does not come in time. `patience_s` None waits for as long as it takes."""

    patience_s: float | None = PATIENCE_S

    def wait(self, gen: Generator[Any, Any, _R], *_arguments: Any, **_options: Any) -> _R:
        """Run what waits for the server. Raises OperationalError when that takes too long."""
        if self.patience_s is None:
            return super().wait(gen)
        bounded = self._within(gen, time.monotonic() + self.patience_s)
        return waiting.wait(bounded, self.pgconn.socket, interval=_WAKE_EVERY_S)

    def _within(self, gen: Generator[Any, Any, _R], deadline: float) -> Generator[Any, Any, _R]:
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() > deadline:
                    gen.close()
                    self.pgconn.finish()
                    raise psycopg.OperationalError(f"the server has not answered for {self.patience_s:.0f} s")
                wanted = gen.send(ready)
        except StopIteration as done:
            result: _R = done.value
            return result


def postgres_engine(url: URL) -> Engine:
    """Return the engine of a PostgreSQL database."""
    missing = {name: value for name, value in _SOCKET.items() if name not in url.query}
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args=missing,
        pool_pre_ping=True,
        pool_size=5,
        max_overflow=10,
        pool_timeout=PATIENCE_S,
    )
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "checkin", _hurry_again)
    if "options" not in url.query:
        event.listen(engine, "connect", _limit)
    return engine


def take_time(connection: Connection) -> None:
    """Let the statements of this transaction take as long as they need: those that change the schema."""
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    driver: Any = connection.connection.driver_connection
    driver.patience_s = None


def _connect(_dialect: Any, _record: Any, arguments: Any, options: Any) -> BoundedConnection:
    return BoundedConnection.connect(*arguments, **options)


def _limit(connection: Any, _record: Any) -> None:
    connection.autocommit = True
    connection.execute(f"SET statement_timeout = '{STATEMENT_S}s'")
    connection.execute(f"SET idle_in_transaction_session_timeout = '{_STANDSTILL_S}s'")
    connection.autocommit = False


def _hurry_again(connection: Any, _record: Any) -> None:
    if connection is not None:
        connection.patience_s = PATIENCE_S
