"""Asking a server, politely and without trusting it: the one door through which the daemon reads the web."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from http.cookies import SimpleCookie
from types import TracebackType
from typing import Self
from urllib.parse import quote, urljoin, urlsplit

import aiohttp
from yarl import URL

from monitor.domain.clock import SYSTEM_CLOCK, Clock
from monitor.domain.feed import Validators
from monitor.domain.retry import retry_after
from monitor.domain.urls import is_http
from monitor.fetching import address_guard
from monitor.fetching.access import Access, client_context, may_carry_secrets, same_site, user_agent
from monitor.fetching.content_encoding import ACCEPTED, BrokenEncoding, Decoder
from monitor.fetching.failures import explain_error, explain_status
from monitor.fetching.outcome import Fetched, FetchFailure, NotModified, Outcome, Problem, Redirect
from monitor.fetching.tolerant_http import TolerantConnector
from monitor.settings.feeds import HttpSettings, PollingSettings

MAX_REDIRECTS = 10
UNCONDITIONAL = Validators()
NO_ACCESS = Access()
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONGEST_HEADER = 64 * 1024
_SURROGATE = re.compile("[\ud800-\udfff]")
_AS_IT_STANDS = bytes(range(0x21, 0x7F))
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, "
    "application/json;q=0.8, text/html;q=0.7, */*;q=0.5"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    """One call of `get`: the operator's URL it is for, and what travels with it."""

    origin: str | None
    access: Access
    validators: Validators
    accept: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Onwards:
    """An answer that sends us elsewhere, and the cookies it gave us for the way."""

    redirect: Redirect
    cookies: SimpleCookie


class Fetcher:
    """An HTTP client for feeds and pages; an async context manager.

    `permitted` says which addresses may be dialled for URLs that are not the operator's own.
    """

    def __init__(
        self,
        polling: PollingSettings,
        http: HttpSettings,
        *,
        permitted: Callable[[address_guard.Address], bool] = address_guard.is_public,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._permitted = permitted
        self._clock = clock
        self.configure(polling, http)

    def configure(self, polling: PollingSettings, http: HttpSettings) -> None:
        """Fetch by these settings from now on."""
        self._polling = polling
        self._agent = user_agent(http)

    async def __aenter__(self) -> Self:
        self._own = self._session(None)
        self._foreign = self._session(address_guard.ssrf_socket_factory(self._permitted))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._own.close()
        await self._foreign.close()

    def _session(self, socket_factory: Callable[..., object] | None) -> aiohttp.ClientSession:
        """Two pools, so that a connection opened for the operator's URL never serves a stranger's."""
        connector = TolerantConnector(
            limit=0,
            socket_factory=socket_factory,
            ttl_dns_cache=60,
        )
        return aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            max_line_size=_LONGEST_HEADER,
            max_field_size=_LONGEST_HEADER,
        )

    async def get(
        self,
        url: str,
        *,
        origin: str | None,
        access: Access = NO_ACCESS,
        validators: Validators = UNCONDITIONAL,
        accept: str = _ACCEPT,
        deadline_s: float | None = None,
    ) -> Outcome:
        """Fetch `url`, following redirects, within `deadline_s` in all (`polling.timeout`).

        `origin` is the operator's URL that this request is made for: only its host may be in a private network and be sent `access`.
        None says that a stranger named `url`.
        """
        steps: list[Redirect] = []
        ask = _Ask(origin=origin, access=access, validators=validators, accept=accept)
        try:
            async with asyncio.timeout(self._polling.timeout.total_seconds() if deadline_s is None else deadline_s):
                return await self._follow(url, ask, steps)
        except BrokenEncoding as error:
            return _failure(Problem.BAD_COMPRESSION, str(error), steps[-1].url if steps else url, steps)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            problem, reason = _explain(error)
            return FetchFailure(problem=problem, reason=reason, url=steps[-1].url if steps else url, redirects=tuple(steps))

    async def _follow(self, url: str, ask: _Ask, steps: list[Redirect]) -> Outcome:
        """Cookies live as long as one call: some sites set one, redirect to the same address, and want to see it there."""
        jar: aiohttp.CookieJar | None = None
        cookies = ""
        visited: set[tuple[str, str]] = set()
        while True:
            if (url, cookies) in visited:
                return _failure(Problem.REDIRECT_LOOP, "the redirects go round in a circle", url, steps)
            visited.add((url, cookies))
            refusal = self._refusal(url, ask)
            if refusal is not None:
                return _failure(*refusal, url, steps)
            answer = await self._once(url, ask, cookies, steps)
            if not isinstance(answer, _Onwards):
                return answer
            steps.append(answer.redirect)
            if len(steps) > MAX_REDIRECTS:
                return _failure(Problem.TOO_MANY_REDIRECTS, f"more than {MAX_REDIRECTS} redirects in a row", url, steps)
            jar = jar or aiohttp.CookieJar()
            jar.update_cookies(answer.cookies, URL(url))
            url = answer.redirect.url
            cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in jar.filter_cookies(URL(url)).items())

    def _refusal(self, url: str, ask: _Ask) -> tuple[Problem, str] | None:
        if not is_http(url):
            scheme = urlsplit(url).scheme[:20]
            if scheme in {"http", "https"}:
                return Problem.BAD_URL, "the address names no host"
            return Problem.BAD_REDIRECT, f"a redirect or link leads to something other than a web address ({scheme or 'no scheme'})"
        address = address_guard.literal(url)
        if address is not None and not self._is_own(url, ask) and not self._permitted(address):
            return Problem.FORBIDDEN_ADDRESS, f"a redirect or link leads into a private network: {address}"
        return None

    def _is_own(self, url: str, ask: _Ask) -> bool:
        return ask.origin is not None and same_site(url, ask.origin)

    async def _once(self, url: str, ask: _Ask, cookies: str, steps: list[Redirect]) -> Outcome | _Onwards:
        """One request and its answer. Through a proxy the target's address is the proxy's affair; the proxy's own may be private."""
        session = self._own if self._is_own(url, ask) or ask.access.proxy is not None else self._foreign
        trusted = ask.origin is not None and may_carry_secrets(url, ask.origin)
        async with session.get(
            _requested(url),
            headers={"User-Agent": self._agent, **_headers(ask, cookies, trusted=trusted)},
            allow_redirects=False,
            proxy=ask.access.proxy,
            ssl=_tls(ask.access) if trusted else True,
        ) as response:
            headers = {name.lower(): value for name, value in reversed(tuple(response.headers.items()))}
            if response.status in _REDIRECTS and headers.get("location"):
                redirect = Redirect(status=response.status, url=_target(url, headers["location"]))
                return _Onwards(redirect=redirect, cookies=response.cookies)
            if response.status == 304:
                if not ask.validators:
                    return _failure(
                        Problem.UNASKED_304, 'the server says "not changed" although nothing was asked', url, steps, 304
                    )
                return NotModified(url=url, headers=headers, redirects=tuple(steps))
            if response.status not in {200, 203, 226}:
                problem, reason = explain_status(response.status)
                now = self._clock.now()
                wait = retry_after(headers.get("retry-after"), now)
                at = None if wait is None else now + wait
                return FetchFailure(
                    problem=problem, reason=reason, url=url, status=response.status, retry_at=at, redirects=tuple(steps)
                )
            return await self._body(response, url, headers, steps)

    async def _body(self, response: aiohttp.ClientResponse, url: str, headers: Mapping[str, str], steps: list[Redirect]) -> Outcome:
        limit = self._polling.max_body
        decoder = Decoder(",".join(response.headers.getall("Content-Encoding", ())))
        body, received = bytearray(), 0
        async for chunk in response.content.iter_any():
            received += len(chunk)
            for piece in decoder.feed(chunk):
                body += piece
                if len(body) > limit:
                    break
                if len(piece) > len(chunk) * 8:
                    await asyncio.sleep(0)
            if max(len(body), received) > limit:
                response.close()
                return _failure(
                    Problem.TOO_LARGE, f"the body is larger than {limit:,} bytes (polling.max_body)", url, steps, response.status
                )
        for piece in decoder.finish():
            body += piece
        return Fetched(
            url=url, status=response.status, headers=headers, body=bytes(body), wire_bytes=received, redirects=tuple(steps)
        )


def _headers(ask: _Ask, cookies: str, *, trusted: bool) -> dict[str, str]:
    headers = {"Accept": ask.accept, "Accept-Encoding": ACCEPTED}
    if ask.validators.etag is not None:
        headers["If-None-Match"] = ask.validators.etag
    if ask.validators.last_modified is not None:
        headers["If-Modified-Since"] = ask.validators.last_modified
    if ask.validators:
        headers["A-IM"] = "feed"
    if trusted:
        headers |= ask.access.headers
    if cookies:
        headers["Cookie"] = "; ".join(part for part in (headers.get("Cookie"), cookies) if part)
    return headers


@lru_cache(maxsize=16_384)
def _requested(url: str) -> URL:
    """With a path: some proxies and servers do not take an absolute request target without one."""
    parts = urlsplit(url)
    return URL(url if parts.path else parts._replace(path="/").geturl())


def _target(url: str, location: str) -> str:
    """Where `location` leads; bytes of an old encoding, which aiohttp hands on as surrogates, go out as the bytes they are."""
    if _SURROGATE.search(location):
        location = quote(location.encode("utf-8", "surrogateescape"), safe=_AS_IT_STANDS)
    target = urljoin(url, location.strip())
    return target.partition("#")[0]


def _tls(access: Access) -> ssl.SSLContext | bool:
    if access.client_cert is None:
        return True
    try:
        return client_context(access.client_cert, access.client_key)
    except (OSError, ssl.SSLError) as error:
        raise _CertificateUnusable(
            f"the client certificate {access.client_cert.name} cannot be used: {error.strerror or error}"
        ) from error


class _CertificateUnusable(ValueError):
    """The operator's client certificate cannot be read."""


def _explain(error: Exception) -> tuple[Problem, str]:
    if isinstance(error, _CertificateUnusable):
        return Problem.CREDENTIALS, str(error)
    if isinstance(error, ValueError) and not isinstance(error, aiohttp.ClientError | OSError):
        return Problem.BAD_URL, "the address is not a usable URL"
    return explain_error(error)


def _failure(problem: Problem, reason: str, url: str, steps: list[Redirect], status: int | None = None) -> FetchFailure:
    return FetchFailure(problem=problem, reason=reason, url=url, status=status, redirects=tuple(steps))
