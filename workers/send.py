"""The only outgoing POST. Every failure is a receipt, and no receipt, log line or error names the address."""

from __future__ import annotations

import asyncio
import os
import re
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp

from monitor.domain.delivery import Outcome, Receipt, judge, retry_after
from monitor.domain.text import printable
from monitor.logs import get_logger
from workers.render.outgoing import Append, LogLines, Outgoing, Post, Tls

MOST_CHARACTERS = 500
_MOST_BYTES = 4 * MOST_CHARACTERS
_ANSWER_S = 2.0
_LONGEST_LINE = 64 * 1024
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)


class Sender:
    """Sends finished messages over connections that are kept open. To be used and closed within one event loop."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self._now = now
        self._sessions: dict[Tls | None, aiohttp.ClientSession] = {}

    async def send(self, outgoing: Outgoing, *, within: timedelta) -> Receipt:
        """Send one message and say what came of it, within this time in all."""
        at, began = self._now(), time.monotonic()
        try:
            async with asyncio.timeout(within.total_seconds()):
                receipt = await self._dispatch(outgoing, at)
        except TimeoutError:
            receipt = Receipt(outcome=Outcome.FAILED, at=at, reason=f"no answer within {within.total_seconds():g} s")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            receipt = Receipt(outcome=Outcome.FAILED, at=at, reason=_why(error))
        return _timed(receipt, time.monotonic() - began)

    async def close(self) -> None:
        """Give every connection back."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    async def _dispatch(self, outgoing: Outgoing, at: datetime) -> Receipt:
        match outgoing:
            case Post():
                return await self._post(outgoing, at)
            case Append():
                await asyncio.to_thread(append, outgoing.path, outgoing.lines)
            case LogLines():
                for line in outgoing.lines:
                    get_logger().info("alert.shown", **line)
            case _:
                raise ValueError("there is no way to send this")
        return Receipt(outcome=Outcome.ACCEPTED, at=at)

    async def _post(self, post: Post, at: datetime) -> Receipt:
        session = self._session(post.tls)
        async with session.post(
            post.url, data=post.body, headers=post.headers, proxy=post.proxy, allow_redirects=False
        ) as response:
            outcome = judge(response.status)
            answer = await _beginning(response)
            return Receipt(
                outcome=outcome,
                at=at,
                http_status=response.status,
                reason=None if outcome is Outcome.ACCEPTED else f"HTTP {response.status}",
                answer=answer,
                retry_after=retry_after(response.headers.get("Retry-After"), self._now()),
            )

    def _session(self, tls: Tls | None) -> aiohttp.ClientSession:
        plain = None if tls in {None, Tls()} else tls
        session = self._sessions.get(plain)
        if session is None:
            connector = aiohttp.TCPConnector(limit=0, ssl=_context(plain), ttl_dns_cache=60)
            session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                headers={"User-Agent": "news-monitor"},
                auto_decompress=False,
            )
            self._sessions[plain] = session
        return session


def append(path: Path, lines: bytes) -> None:
    """Put whole lines at the end of a file, on the disk before this returns; all of them or none. Raises OSError.

    An alert of which a crash left only a part at the end is taken away: it was never settled and comes again.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o640)
    try:
        size = os.fstat(handle).st_size
        separator = _mended(handle, size)
        size = os.fstat(handle).st_size
        try:
            _write(handle, separator + lines)
            os.fsync(handle)
        except OSError:
            with suppress(OSError):
                os.ftruncate(handle, size)
            raise
    finally:
        os.close(handle)


def _mended(handle: int, size: int) -> bytes:
    """Take a torn alert off the end. The line break that is needed after a torn line of somebody else's, which stays."""
    if size == 0 or os.pread(handle, 1, size - 1) == b"\n":
        return b""
    begins = max(0, size - _LONGEST_LINE)
    tail = os.pread(handle, size - begins, begins)
    line = tail.rfind(b"\n") + 1
    if not tail[line:].startswith(b'{"type":"alert.'):
        return b"\n"
    os.ftruncate(handle, begins + line)
    return b""


def _write(handle: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]


async def _beginning(response: aiohttp.ClientResponse) -> str:
    """The start of the answer. The status has already said what matters: a slow, broken or endless rest is not waited for."""
    parts = b""
    with suppress(TimeoutError, aiohttp.ClientError, OSError):
        async with asyncio.timeout(_ANSWER_S):
            while len(parts) < _MOST_BYTES and not response.content.at_eof():
                parts += await response.content.read(_MOST_BYTES - len(parts))
    if not response.content.at_eof():
        response.close()
    return shown(parts.decode("utf-8", "replace"))


def shown(answer: str) -> str:
    """What is kept of an answer: printable, without addresses, at most 500 characters."""
    return _ADDRESS.sub("(address)", printable(answer))[:MOST_CHARACTERS]


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
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno) if error.errno > 0 else "the connection failed"
    if isinstance(error, aiohttp.ClientError):
        return f"not an HTTP answer ({type(error).__name__})"
    return shown(str(error))


def _timed(receipt: Receipt, seconds: float) -> Receipt:
    return Receipt(
        outcome=receipt.outcome,
        at=receipt.at,
        duration_s=round(seconds, 4),
        reason=receipt.reason,
        http_status=receipt.http_status,
        answer=receipt.answer,
        retry_after=receipt.retry_after,
        reference=receipt.reference,
    )
