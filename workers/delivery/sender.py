"""Send finished messages. Every failure is a result, and no result names the receiver's address."""

from __future__ import annotations

import asyncio
import inspect
import os
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar, cast

from monitor.domain.delivery import AttemptResult, Outcome
from monitor.domain.text import printable
from workers.channels.kind import ChannelKind
from workers.delivery.http_post import HttpPoster, cut_off, failure_reason

_MAX_CHARACTERS = 500
_MAX_THREADS = 32
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
M = TypeVar("M")


class Sender:
    """Sends the messages of every kind of channel. To be used and closed within one event loop.

    `answer_s` is how long the body of an HTTP answer is waited for, once its status has come.
    """

    def __init__(self, *, now: Callable[[], datetime], answer_s: float = 2.0) -> None:
        self._now = now
        self._poster = HttpPoster(now=now, answer_s=answer_s)
        # Threads of our own: a receiver that hangs must not take those with which the database is spoken to.
        self._threads = ThreadPoolExecutor(max_workers=_MAX_THREADS, thread_name_prefix="send")

    async def send(self, kind: ChannelKind[Any, M], message: M, *, within: timedelta) -> AttemptResult:
        """Send one message of a kind of channel and return the result, within this time in all."""
        at, started = self._now(), time.monotonic()
        try:
            async with asyncio.timeout(within.total_seconds()) as deadline:
                result = await self._send(kind, message, at, within, deadline)
        except TimeoutError:
            result = AttemptResult(
                outcome=Outcome.FAILED, at=at, reason=f"no answer within {within.total_seconds():g} s", unanswered=True
            )
        except Exception as error:  # noqa: BLE001 - whatever a channel raises, its message is tried again later
            result = AttemptResult(outcome=Outcome.FAILED, at=at, reason=_reason(error), unanswered=cut_off(error))
        return replace(result, answer=_shown(result.answer), duration_s=round(time.monotonic() - started, 4))

    async def close(self) -> None:
        """Close every connection."""
        await self._poster.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _send(
        self, kind: ChannelKind[Any, Any], message: Any, at: datetime, within: timedelta, deadline: asyncio.Timeout
    ) -> AttemptResult:
        if kind.send is None:
            return await self._poster.post(message, at, deadline)
        if inspect.iscoroutinefunction(kind.send):
            result: AttemptResult = await kind.send(message, at, within)
            return result
        blocking = cast("Callable[[], AttemptResult]", partial(kind.send, message, at, within))
        return await asyncio.get_running_loop().run_in_executor(self._threads, blocking)


def _shown(answer: str) -> str:
    """Return what is kept of an answer: printable, without addresses, at most 500 characters."""
    return _ADDRESS.sub("(address)", printable(answer))[:_MAX_CHARACTERS]


def _reason(error: Exception) -> str:
    """Return what went wrong, in words that name no address."""
    if (reason := failure_reason(error)) is not None:
        return reason
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno) if error.errno > 0 else "the connection failed"
    return _shown(str(error)) if isinstance(error, ValueError) else type(error).__name__
