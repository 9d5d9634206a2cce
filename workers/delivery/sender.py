"""The only outgoing POST. Every failure is a receipt, and no receipt, log line or error names the address."""

from __future__ import annotations

import asyncio
import os
import smtplib
import ssl
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import aiohttp

from monitor.domain.delivery import AttemptResult, Outcome, judge
from monitor.domain.retry import retry_after
from monitor.logs import get_logger
from workers.channels.messages import AppriseMessage, FileLines, LogLines, Mail, Message, Post, Tls
from workers.channels.replies import understood
from workers.delivery import transports

_MOST_BYTES = 8_000
_MOST_REPLY_BYTES = 1_000_000
_THREADS = 32
_T = TypeVar("_T")


class Sender:
    """Sends finished messages over connections that are kept open. To be used and closed within one event loop.

    `answer_s` is how long the body of an answer is waited for, once its status is there.
    """

    def __init__(self, *, now: Callable[[], datetime], answer_s: float = 2.0) -> None:
        self._now = now
        self._answer_s = answer_s
        self._sessions: dict[Tls | None, aiohttp.ClientSession] = {}
        self._threads = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="send")

    async def send(self, message: Message, *, within: timedelta) -> AttemptResult:
        """Send one message and say what came of it, within this time in all."""
        at, began = self._now(), time.monotonic()
        try:
            async with asyncio.timeout(within.total_seconds()) as deadline:
                receipt = await self._dispatch(message, at, deadline, within.total_seconds())
        except TimeoutError:
            receipt = AttemptResult(outcome=Outcome.FAILED, at=at, reason=f"no answer within {within.total_seconds():g} s")
        except (aiohttp.ClientError, smtplib.SMTPException, OSError, ValueError) as error:
            receipt = AttemptResult(outcome=Outcome.FAILED, at=at, reason=_why(error))
        return replace(receipt, duration_s=round(time.monotonic() - began, 4))

    async def close(self) -> None:
        """Give every connection back."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _dispatch(self, message: Message, at: datetime, deadline: asyncio.Timeout, seconds: float) -> AttemptResult:
        match message:
            case Post():
                return await self._post(message, at, deadline)
            case FileLines():
                await self._in_thread(partial(transports.append, message.path, message.lines))
            case LogLines():
                for line in message.lines:
                    get_logger().info("alert.shown", **line)
            case AppriseMessage():
                return await self._in_thread(partial(transports.note, message, at=at, timeout_s=seconds))
            case Mail():
                return await self._in_thread(partial(transports.mail, message, at=at, timeout_s=seconds))
        return AttemptResult(outcome=Outcome.ACCEPTED, at=at)

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        """Threads of our own: one that hangs must not take those with which the database is spoken to."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def _post(self, post: Post, at: datetime, deadline: asyncio.Timeout) -> AttemptResult:
        """Once there is a status the message has its answer: the deadline is lifted, and the rest has short ones of its own."""
        session = self._session(post.tls)
        async with session.post(
            post.url, data=post.body, headers=post.headers, proxy=post.proxy, allow_redirects=False
        ) as response:
            deadline.reschedule(None)
            answer = await _beginning(response, _MOST_REPLY_BYTES if post.replies else _MOST_BYTES, self._answer_s)
            receipt = AttemptResult(
                outcome=judge(response.status),
                at=at,
                http_status=response.status,
                reason=f"HTTP {response.status}",
                answer=transports.shown(answer),
                retry_after=retry_after(response.headers.get("Retry-After"), self._now()),
            )
        receipt = understood(receipt, answer, post.replies)
        if post.then is not None and receipt.outcome is Outcome.ACCEPTED:
            with suppress(TimeoutError, aiohttp.ClientError, OSError):
                async with asyncio.timeout(self._answer_s) as short:
                    await self._post(post.then, at, short)
        return receipt

    def _session(self, tls: Tls | None) -> aiohttp.ClientSession:
        plain = None if tls in {None, Tls()} else tls
        session = self._sessions.get(plain)
        if session is None:
            connector = aiohttp.TCPConnector(limit=0, ssl=_context(plain), ttl_dns_cache=60)
            session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                headers={"User-Agent": "news-monitor", "Accept-Encoding": "identity"},
            )
            self._sessions[plain] = session
        return session


async def _beginning(response: aiohttp.ClientResponse, most: int, within_s: float) -> str:
    """The start of the answer. The status has already said what matters: a slow, broken or endless rest is not waited for."""
    parts = b""
    with suppress(TimeoutError, aiohttp.ClientError, OSError):
        async with asyncio.timeout(within_s):
            while len(parts) < most and not response.content.at_eof():
                parts += await response.content.read(most - len(parts))
    if not response.content.at_eof():
        response.close()
    return parts.decode("utf-8", "replace")


def _context(tls: Tls | None) -> ssl.SSLContext | bool:
    if tls is None:
        return True
    context = ssl.create_default_context()
    if tls.authorities is not None:
        context.load_verify_locations(cafile=tls.authorities)
    if tls.certificate is not None:
        context.load_cert_chain(tls.certificate, tls.key)
    return context


_REASONS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    (
        (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError, ssl.SSLError),
        "the receiver's TLS certificate or handshake failed",
    ),
    ((aiohttp.ClientConnectorDNSError,), "the receiver's name cannot be resolved"),
    ((aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError), "the proxy cannot be used"),
    ((aiohttp.ServerDisconnectedError, ConnectionResetError), "the connection was closed without an answer"),
)


def _why(error: Exception) -> str:
    """What went wrong, in words that name no address."""
    for kinds, words in _REASONS:
        if isinstance(error, kinds):
            return words
    if isinstance(error, OSError) and error.errno is not None and not isinstance(error, smtplib.SMTPException):
        return os.strerror(error.errno) if error.errno > 0 else "the connection failed"
    if isinstance(error, aiohttp.ClientError):
        return f"not an HTTP answer ({type(error).__name__})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"SMTP {error.smtp_code}"
    return transports.shown(str(error)) if isinstance(error, ValueError) else type(error).__name__
