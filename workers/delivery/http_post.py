"""Send HTTP POSTs over connections that are kept open. It is the only outgoing POST of the program."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

import aiohttp
import orjson

from monitor.domain.delivery import AttemptResult, Outcome, outcome_of_status
from monitor.domain.retry import retry_after
from monitor.fetching.name_lookup import NameLookup
from workers.channels.post import Post, Tls

_MAX_ANSWER_BYTES = 8_000
_MAX_REPLY_BYTES = 1_000_000


class HttpPoster:
    """Keeps one session for each set of certificates. To be used and closed within one event loop.

    `answer_s` is how long the body of an answer is waited for, once its status has come.
    """

    def __init__(self, *, now: Callable[[], datetime], answer_s: float) -> None:
        self._now = now
        self._answer_s = answer_s
        self._sessions: dict[Tls | None, aiohttp.ClientSession] = {}

    async def post(self, post: Post, at: datetime, deadline: asyncio.Timeout) -> AttemptResult:
        """Send a POST and return its result. Raises OSError, ValueError and aiohttp's ClientError for what may pass.

        Once the status has come the message has its answer: the deadline is lifted, and the body has a short one of its own.
        """
        session = self._session(post.tls)
        async with session.request(
            post.method, post.url, data=post.body, headers=post.headers, proxy=post.proxy, allow_redirects=False
        ) as response:
            deadline.reschedule(None)
            answer = await _read_start(response, _MAX_REPLY_BYTES if post.read_reply else _MAX_ANSWER_BYTES, self._answer_s)
            outcome = outcome_of_status(response.status)
            result = AttemptResult(
                outcome=outcome,
                at=at,
                http_status=response.status,
                reason=None if outcome is Outcome.ACCEPTED else f"HTTP {response.status}",
                answer=answer,
                retry_after=retry_after(response.headers.get("Retry-After"), self._now()),
            )
        if post.read_reply is not None:
            result = post.read_reply(result, _json_object(answer))
        if post.then is not None and result.outcome is Outcome.ACCEPTED:
            return replace(result, then_failed=not await self._follow(post.then, at))
        return result

    async def _follow(self, post: Post, at: datetime) -> bool:
        """Send what follows an accepted message; return whether it was accepted, too."""
        with suppress(TimeoutError, aiohttp.ClientError, OSError):
            async with asyncio.timeout(self._answer_s) as short:
                return (await self.post(post, at, short)).outcome is Outcome.ACCEPTED
        return False

    async def close(self) -> None:
        """Close every connection."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    def _session(self, tls: Tls | None) -> aiohttp.ClientSession:
        key = None if tls in {None, Tls()} else tls
        session = self._sessions.get(key)
        if session is None:
            connector = aiohttp.TCPConnector(limit=0, ssl=_ssl_context(key), ttl_dns_cache=60, resolver=NameLookup())
            session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                headers={"User-Agent": "news-monitor", "Accept-Encoding": "identity"},
            )
            self._sessions[key] = session
        return session


def failure_reason(error: Exception) -> str | None:
    """Return what went wrong with a POST, in words that name no address; None for an error that is none of HTTP's."""
    for kinds, words in _REASONS:
        if isinstance(error, kinds):
            return words
    if isinstance(error, aiohttp.ClientError) and not (isinstance(error, OSError) and error.errno is not None):
        return f"not an HTTP answer ({type(error).__name__})"
    return None


def cut_off(error: Exception) -> bool:
    """Return whether the connection was lost while an answer was waited for, so that the POST may have arrived."""
    return isinstance(error, _CUT_OFF)


_CUT_OFF = (aiohttp.ServerDisconnectedError, ConnectionResetError)
_REASONS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    (
        (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError, ssl.SSLError),
        "the receiver's TLS certificate or handshake failed",
    ),
    ((aiohttp.ClientConnectorDNSError,), "the receiver's name cannot be resolved"),
    ((aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError), "the proxy cannot be used"),
    (_CUT_OFF, "the connection was closed without an answer"),
)


async def _read_start(response: aiohttp.ClientResponse, limit: int, within_s: float) -> str:
    """Return the start of the answer's body. The status has said what matters: a slow, broken or endless rest is not waited for."""
    content = b""
    with suppress(TimeoutError, aiohttp.ClientError, OSError):
        async with asyncio.timeout(within_s):
            while len(content) < limit and not response.content.at_eof():
                content += await response.content.read(limit - len(content))
    if not response.content.at_eof():
        response.close()
    return content.decode("utf-8", "replace")


def _json_object(text: str) -> dict[str, Any]:
    try:
        reply = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return reply if isinstance(reply, dict) else {}


def _ssl_context(tls: Tls | None) -> ssl.SSLContext | bool:
    if tls is None:
        return True
    context = ssl.create_default_context()
    if tls.authorities is not None:
        context.load_verify_locations(cafile=tls.authorities)
    if tls.certificate is not None:
        context.load_cert_chain(tls.certificate, tls.key)
    return context
