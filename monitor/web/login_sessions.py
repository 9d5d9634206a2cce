"""Remember who has logged in: a random cookie for each login, of which the database holds a hash.

The hash includes the token, so that a new token ends every session.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from pydantic import SecretStr
from starlette.concurrency import run_in_threadpool

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import MonitorError
from monitor.domain.hashing import hash_parts
from monitor.storage import sessions
from monitor.storage.engine import Database

LASTS: Final = timedelta(days=30)
_TRUSTED_S: Final = 5.0
"""How long a session that was found in the database is not looked up again."""
_MOST_REMEMBERED: Final = 1000


class Sessions:
    """The sessions of one web process. While the database is away, those that it knows go on. `seconds` is a clock that never goes back."""

    def __init__(self, database: Database, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._seconds = seconds
        self._seen_at: dict[bytes, float] = {}

    async def begin(self, token: SecretStr) -> str:
        """Begin a session; return its cookie. Raises MonitorError if it cannot be stored."""
        cookie = secrets.token_urlsafe(32)
        await run_in_threadpool(self._add, _digest(cookie, token))
        return cookie

    async def knows(self, cookie: str, token: SecretStr) -> bool:
        """Return whether a session with this cookie has begun, and has neither ended nor run out."""
        digest, now = _digest(cookie, token), self._seconds()
        seen_at = self._seen_at.get(digest)
        if seen_at is not None and now - seen_at < _TRUSTED_S:
            return True
        try:
            known = await run_in_threadpool(self._is_stored, digest)
        except MonitorError:
            return seen_at is not None
        if known:
            if len(self._seen_at) >= _MOST_REMEMBERED:
                self._seen_at.clear()
            self._seen_at[digest] = now
        else:
            self._seen_at.pop(digest, None)
        return known

    async def end(self, cookie: str, token: SecretStr) -> None:
        """End a session. Other web processes notice within 5 seconds. Raises MonitorError if that cannot be stored."""
        digest = _digest(cookie, token)
        self._seen_at.pop(digest, None)
        await run_in_threadpool(self._remove, digest)

    def _add(self, digest: bytes) -> None:
        now = SYSTEM_CLOCK.now()
        with self._database.write() as connection:
            sessions.add(connection, digest, now=now, expires_at=now + LASTS)

    def _is_stored(self, digest: bytes) -> bool:
        with self._database.read() as connection:
            return sessions.exists(connection, digest, SYSTEM_CLOCK.now())

    def _remove(self, digest: bytes) -> None:
        with self._database.write() as connection:
            sessions.remove(connection, digest)


def _digest(cookie: str, token: SecretStr) -> bytes:
    return hash_parts("session", cookie, token.get_secret_value())
