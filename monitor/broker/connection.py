"""Connect to Redis. A connection is made at the first command, so a daemon may start before its Redis."""

from __future__ import annotations

from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry

from monitor.domain.errors import ServiceUnavailable, UsageError

CONNECT_TIMEOUT_S = 2.0
PRODUCER_TIMEOUT_S = 2.0
WORKER_TIMEOUT_S = 5


def connect(url: str) -> redis.Redis:
    """Return a connection for a worker, which waits for its next job for a second at a time, and otherwise fails at once.

    Raises UsageError for what is no Redis URL.
    """
    return _from_url(
        url,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        socket_timeout=WORKER_TIMEOUT_S,
        socket_keepalive=True,
        health_check_interval=30,
        retry=Retry(NoBackoff(), 1),
    )


def connect_producer(url: str, *, timeout_s: float = PRODUCER_TIMEOUT_S) -> redis.Redis:
    """Return a connection for a producer, which fails at once, since the relay is the retry.

    Raises UsageError for what is no Redis URL.
    """
    return _from_url(
        url,
        socket_connect_timeout=min(CONNECT_TIMEOUT_S, timeout_s),
        socket_timeout=timeout_s,
        retry=Retry(NoBackoff(), 0),
        retry_on_error=[],
    )


def ping(connection: redis.Redis) -> None:
    """Check that Redis answers. Raises ServiceUnavailable, which names the address without the password."""
    try:
        connection.ping()
    except RedisError as error:
        raise ServiceUnavailable(f"Redis at {server_address(connection)} cannot be reached: {error}") from error


def check_writable(connection: redis.Redis) -> None:
    """Check that Redis takes what is written. Raises ServiceUnavailable, which says why it does not."""
    try:
        connection.set("news-monitor:probe", 1, ex=60)
    except ResponseError as error:
        raise ServiceUnavailable(f"Redis at {server_address(connection)} refuses writes: {error}") from error
    except RedisError as error:
        raise ServiceUnavailable(f"Redis at {server_address(connection)} cannot be reached: {error}") from error


def server_address(connection: redis.Redis) -> str:
    """Return the address of a connection without user and password."""
    settings: dict[str, Any] = connection.connection_pool.connection_kwargs
    if "path" in settings:
        return str(settings["path"])
    return f"{settings.get('host', 'localhost')}:{settings.get('port', 6379)}"


def _from_url(url: str, **options: Any) -> redis.Redis:
    if url.startswith("unix:"):
        options.pop("socket_keepalive", None)
    try:
        return redis.Redis.from_url(url, **options)
    except ValueError as error:
        raise UsageError("redis_url is not a Redis URL; expected redis://…, rediss://… or unix://…") from error
