"""Open the database and the relay that the settings name."""

from __future__ import annotations

import time

from monitor.broker import connect_producer, ping
from monitor.domain.errors import MonitorError, ServiceUnavailable, UsageError
from monitor.relay import Relay
from monitor.settings.model import Settings
from monitor.storage import schema
from monitor.storage.engine import Database, sqlite_url

REACH_WITHIN_S = 5.0


def database_url(settings: Settings) -> str:
    """Return the database's URL: as configured, else a SQLite file in the data directory."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return sqlite_url(settings.data_dir / "news.db")


def open_database(settings: Settings) -> Database:
    """Open the database and make sure of its schema: SQLite is created and upgraded, a server's schema must be right already."""
    if settings.database_url is None:
        make_data_dir(settings)
    database = Database(database_url(settings))
    if database.dialect == "sqlite":
        schema.upgrade(database)
    else:
        schema.require(database)
    return database


def make_data_dir(settings: Settings) -> None:
    """Create the data directory, for this user alone."""
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise MonitorError(f"data_dir: cannot create {settings.data_dir}: {error.strerror}") from error


def redis_url(settings: Settings) -> str:
    """Return the URL of Redis. Raises UsageError where none is set: a role that runs alone cannot bring its own."""
    if settings.redis_url is None:
        raise UsageError(
            "no redis_url: set it (or $REDIS_URL) to run one role alone, or use `news-monitor run`, which brings its own server"
        )
    return settings.redis_url.get_secret_value()


def open_relay(settings: Settings) -> Relay:
    """Open the relay from the outbox to the queues."""
    return Relay(connect_producer(redis_url(settings)))


def reach_redis(url: str) -> None:
    """Wait some seconds for Redis to answer. Raises ServiceUnavailable."""
    with connect_producer(url) as connection:
        deadline = time.monotonic() + REACH_WITHIN_S
        while True:
            try:
                return ping(connection)
            except ServiceUnavailable:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(0.2)
