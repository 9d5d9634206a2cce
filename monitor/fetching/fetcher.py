"""Fetch documents politely and without trusting the server. Everything that the daemon reads from the web comes through here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from monitor.domain.clock import SYSTEM_CLOCK, Clock
from monitor.domain.feed import Validators
from monitor.domain.retry import wait_asked_for
from monitor.domain.urls import Url, parse_url
from monitor.fetching import address_guard
from monitor.fetching.access import Access, CertificateUnusable, may_carry_secrets, tls_of, user_agent
from monitor.fetching.content_encoding import ACCEPTED, BrokenEncoding
from monitor.fetching.failures import explain_error, explain_status
from monitor.fetching.name_lookup import NameLookup
from monitor.fetching.outcome import FetchFailure, NotModified, Outcome, Problem, Redirect
from monitor.fetching.received_body import ReceivedBody
from monitor.fetching.request_target import redirect_target, request_target
from monitor.fetching.tolerant_http import TolerantConnector
from monitor.settings.feeds import HttpSettings, PollingSettings

MAX_REDIRECTS = 10
UNCONDITIONAL = Validators()
NO_ACCESS = Access()
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONGEST_HEADER = 64 * 1024
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, "
    "application/json;q=0.8, text/html;q=0.7, */*;q=0.5"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """One call of `get`: the operator's URL it is made for, and what is sent with it."""

    origin: Url | None
    access: Access
    validators: Validators
    accept: str
    received: ReceivedBody


@dataclass(frozen=True, slots=True, kw_only=True)
class _Redirected:
    """An answer that redirects, and the cookies that it sets."""

    redirect: Redirect
    cookies: SimpleCookie


class Fetcher:
    """An HTTP client for feeds and pages; an async context manager.

    `permitted` says to which addresses a connection may be opened for URLs that are not the operator's own.
    """

    def __init__(
        self,
        polling: PollingSettings,
        http: HttpSettings,
        *,
        permitted: Callable[[address_guard.Address], bool] = address_guard.is_public,
        clock: Clock = SYSTEM_CLOCK,
        names: NameLookup | None = None,
    ) -> None:
        self._names = names or NameLookup()
        self._permitted = permitted
        self._clock = clock
        self.configure(polling, http)

    def configure(self, polling: PollingSettings, http: HttpSettings) -> None:
        """Fetch by these settings from now on."""
        self._polling = polling
        self._agent = user_agent(http)

    async def __aenter__(self) -> Self:
        self._operator_session = self._session(None)
        self._guarded_session = self._session(address_guard.ssrf_socket_factory(self._permitted))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._operator_session.close()
        await self._guarded_session.close()

    def _session(self, socket_factory: Callable[..., object] | None) -> aiohttp.ClientSession:
        # Each session has a pool of its own: a connection opened for the operator's URL never serves a stranger's.
        connector = TolerantConnector(
            limit=0,
            socket_factory=socket_factory,
            ttl_dns_cache=60,
            resolver=self._names,
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
        url: Url,
        *,
        origin: Url | None,
        access: Access = NO_ACCESS,
        validators: Validators = UNCONDITIONAL,
        accept: str = _ACCEPT,
        deadline_s: float | None = None,
        partial: bool = False,
    ) -> Outcome:
        """Fetch `url`, following redirects, within `deadline_s` in all; None means `polling.timeout`.

        `origin` is the operator's URL that this request is made for: only its host is sent `access`, and may be in a private network if
        it is written as one there or `access.private`.
        None means that `url` comes from a stranger. With `partial`, a body that ends early or is too large is returned as far as it came.
        """
        steps: list[Redirect] = []
        received = ReceivedBody(limit=self._polling.max_body)
        request = _Request(origin=origin, access=access, validators=validators, accept=accept, received=received)
        outcome = await self._within(
            url, request, steps, self._polling.timeout.total_seconds() if deadline_s is None else deadline_s
        )
        if partial and received.body and isinstance(outcome, FetchFailure):
            return received.as_fetched(broken=outcome)
        return outcome

    async def post_form(self, url: Url, form: Mapping[str, str], *, origin: Url, access: Access | None = None) -> str | None:
        """Post a form to an address that the document at `origin` names. Return why it was not accepted; None if it was."""
        request = _Request(
            origin=origin, access=access or NO_ACCESS, validators=UNCONDITIONAL, accept="*/*", received=ReceivedBody(limit=0)
        )
        refusal = self._refusal(url, request)
        if refusal is not None:
            return refusal[1]
        trusted = may_carry_secrets(url, origin)
        try:
            async with (
                asyncio.timeout(self._polling.timeout.total_seconds()),
                self._session_for(url, request).post(
                    request_target(url),
                    data=form,
                    headers={"User-Agent": self._agent, **(request.access.headers if trusted else {})},
                    allow_redirects=False,
                    proxy=request.access.proxy,
                    ssl=tls_of(request.access) if trusted else True,
                ) as response,
            ):
                return None if response.ok and response.status < 300 else f"it answers with status {response.status}"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return _explain(error)[1]

    async def _within(self, url: Url, request: _Request, steps: list[Redirect], deadline_s: float) -> Outcome:
        try:
            async with asyncio.timeout(deadline_s):
                return await self._follow(url, request, steps)
        except BrokenEncoding as error:
            return _failure(Problem.BAD_COMPRESSION, str(error), steps[-1].url if steps else url.text, steps)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            problem, reason = _explain(error)
            if (
                problem is Problem.FORBIDDEN_ADDRESS
                and not steps
                and request.origin is not None
                and url.is_same_site(request.origin)
            ):
                reason = "the name of its server leads to an address inside our network; if that is meant, set `private: true`"
            return FetchFailure(problem=problem, reason=reason, url=steps[-1].url if steps else url.text, redirects=tuple(steps))

    async def _follow(self, url: Url, request: _Request, steps: list[Redirect]) -> Outcome:
        # Cookies are kept for one call: some sites set one, redirect to the same address, and want to see it there.
        jar: aiohttp.CookieJar | None = None
        cookies = ""
        visited: set[tuple[str, str]] = set()
        while True:
            if (url.text, cookies) in visited:
                return _failure(Problem.REDIRECT_LOOP, "the redirects go round in a circle", url.text, steps)
            visited.add((url.text, cookies))
            refusal = self._refusal(url, request)
            if refusal is not None:
                return _failure(*refusal, url.text, steps)
            answer = await self._send(url, request, cookies, steps)
            if not isinstance(answer, _Redirected):
                return answer
            steps.append(answer.redirect)
            if len(steps) > MAX_REDIRECTS:
                return _failure(Problem.TOO_MANY_REDIRECTS, f"more than {MAX_REDIRECTS} redirects in a row", url.text, steps)
            jar = jar or aiohttp.CookieJar()
            jar.update_cookies(answer.cookies, URL(url.text))
            url = parse_url(answer.redirect.url)
            cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in jar.filter_cookies(URL(url.text)).items())

    def _refusal(self, url: Url, request: _Request) -> tuple[Problem, str] | None:
        if not url.is_http:
            scheme = url.scheme[:20]
            if scheme in {"http", "https"}:
                return Problem.BAD_URL, "the address names no host"
            return Problem.BAD_REDIRECT, f"a redirect or link leads to something other than a web address ({scheme or 'no scheme'})"
        address = address_guard.literal_address(url.host)
        if address is not None and not self._may_be_inside(url, request) and not self._permitted(address):
            return Problem.FORBIDDEN_ADDRESS, f"a redirect or link leads into a private network: {address}"
        return None

    def _may_be_inside(self, url: Url, request: _Request) -> bool:
        """Return whether the URL is on the operator's own site, and that is written as one inside or said to be private."""
        if request.origin is None or not url.is_same_site(request.origin):
            return False
        return request.access.private or address_guard.is_internal(request.origin.host)

    def _session_for(self, url: Url, request: _Request) -> aiohttp.ClientSession:
        # Through a proxy the proxy connects to the target; the address of the proxy itself may be private.
        inside = self._may_be_inside(url, request) or request.access.proxy is not None
        return self._operator_session if inside else self._guarded_session

    async def _send(self, url: Url, request: _Request, cookies: str, steps: list[Redirect]) -> Outcome | _Redirected:
        session = self._session_for(url, request)
        trusted = request.origin is not None and may_carry_secrets(url, request.origin)
        async with session.get(
            request_target(url),
            headers={"User-Agent": self._agent, **_headers(request, cookies, trusted=trusted)},
            allow_redirects=False,
            proxy=request.access.proxy,
            ssl=tls_of(request.access) if trusted else True,
        ) as response:
            headers = {name.lower(): value for name, value in reversed(tuple(response.headers.items()))}
            if response.status in _REDIRECTS and headers.get("location"):
                redirect = Redirect(status=response.status, url=redirect_target(url.text, headers["location"]))
                return _Redirected(redirect=redirect, cookies=response.cookies)
            if response.status == 304:
                if not request.validators:
                    return _failure(
                        Problem.UNASKED_304, 'the server says "not changed" although nothing was asked', url.text, steps, 304
                    )
                return NotModified(url=url.text, headers=headers, redirects=tuple(steps))
            if response.status not in {200, 203, 226}:
                problem, reason = explain_status(response.status, headers)
                now = self._clock.now()
                wait = wait_asked_for(headers, now, refused=response.status == 429)
                at = None if wait is None else now + wait
                return FetchFailure(
                    problem=problem, reason=reason, url=url.text, status=response.status, retry_at=at, redirects=tuple(steps)
                )
            received = request.received
            received.url, received.status, received.headers, received.redirects = url.text, response.status, headers, tuple(steps)
            if await received.read(response):
                return received.as_fetched()
            reason = f"the body is larger than {received.limit:,} bytes (polling.max_body)"
            return _failure(Problem.TOO_LARGE, reason, url.text, steps, response.status)


def _headers(request: _Request, cookies: str, *, trusted: bool) -> dict[str, str]:
    headers = {"Accept": request.accept, "Accept-Encoding": ACCEPTED}
    if request.validators.etag is not None:
        headers["If-None-Match"] = request.validators.etag
    if request.validators.last_modified is not None:
        headers["If-Modified-Since"] = request.validators.last_modified
    if request.validators:
        headers["A-IM"] = "feed"
    if trusted:
        headers |= request.access.headers
    if cookies:
        headers["Cookie"] = "; ".join(part for part in (headers.get("Cookie"), cookies) if part)
    return headers


def _explain(error: Exception) -> tuple[Problem, str]:
    if isinstance(error, CertificateUnusable):
        return Problem.CREDENTIALS, str(error)
    if isinstance(error, ValueError) and not isinstance(error, aiohttp.ClientError | OSError):
        return Problem.BAD_URL, "the address is not a usable URL"
    return explain_error(error)


def _failure(problem: Problem, reason: str, url: str, steps: list[Redirect], status: int | None = None) -> FetchFailure:
    return FetchFailure(problem=problem, reason=reason, url=url, status=status, redirects=tuple(steps))
