"""Decide which requests are served, and set the headers that keep a browser from misusing the answers.

With a token, everything but the two health checks and the signed links of messages needs it, as a bearer token or as the cookie that the login form sets. Without one,
only this machine can connect, and the `Host` header must name this machine: that of a page of another site whose name resolves to
127.0.0.1 does not. What a browser asks for on behalf of a page of another origin is refused in either case, unless somebody follows a link.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import SecretStr
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.domain.action_link import PATH as ACTION_PATH
from monitor.settings.model import WebSettings
from monitor.web.login_guard import LoginGuard
from monitor.web.login_sessions import Sessions
from monitor.web.masked_response import MaskedResponse
from monitor.web.responses import ApiError, error_response

OPEN_PATHS = frozenset({"/healthz", "/readyz"})
LOGIN_PATH = "/login"
COOKIE = "news-monitor"
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
WRONG_WAIT_S = 0.5
"""How long the answer to a wrong token waits, so that guessing is slow."""
SEND_S = 30.0
"""How long a client may take to receive a part of an answer before its connection is given up."""
_READS = frozenset({"GET", "HEAD"})
_OWN_SITES = frozenset({"same-origin", "none"})


class AccessControl:
    """ASGI middleware. `settings` is called at every request, so that a changed token counts at once; `login_form` answers a browser."""

    def __init__(
        self,
        app: ASGIApp,
        settings: Callable[[], WebSettings],
        login_form: Callable[[Request], Response],
        sessions: Sessions,
        guard: LoginGuard,
    ) -> None:
        self._app = app
        self._settings = settings
        self._login_form = login_form
        self._sessions = sessions
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve or refuse one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(SEND_S):
                await send(message)

        static = scope["path"].startswith("/static/")
        send_masked = send_in_time if static else MaskedResponse(send_in_time)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-cache" if static else "no-store")
            await send_masked(message)

        try:
            refusal = await self._refusal(Request(scope))
        except HTTPException as error:
            refusal = error_response(error)
        await (refusal or self._app)(scope, receive, send_guarded)

    async def _refusal(self, request: Request) -> Response | None:
        """Return the answer to a request that is not served. Raises ApiError for one that is not even judged."""
        settings = self._settings()
        path = request.url.path
        if path in OPEN_PATHS:
            return None
        check_origin(request)
        if path.startswith(ACTION_PATH):
            return None
        if settings.token is None or not has_token(settings.token):
            check_host(request.headers, settings)
            return None
        if (path == LOGIN_PATH and request.method == "POST") or await self._is_known(request, settings.token):
            return None
        if request.method in _READS and "text/html" in request.headers.get("accept", ""):
            return self._login_form(request)
        return error_response(
            ApiError(401, "this needs the token: send `Authorization: Bearer …`", headers={"www-authenticate": "Bearer"})
        )

    async def _is_known(self, request: Request, token: SecretStr) -> bool:
        """Return whether the request has the cookie of a session or the token; a wrong token is counted, and its answer waits."""
        cookie = session_cookie(request.headers)
        if cookie is not None and await self._sessions.knows(cookie, token):
            return True
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not given.strip():
            return False
        return await is_right_token(
            self._guard, request, given.strip().encode("latin-1", "replace"), token
        )  # the bytes as they were sent


async def is_right_token(guard: LoginGuard, request: Request, given: bytes, token: SecretStr) -> bool:
    """Return whether `given` is the token in UTF-8; compared in constant time. Raises ApiError with 429 while nothing is judged."""
    guard.check()
    if hmac.compare_digest(given, token.get_secret_value().encode("utf-8", "surrogatepass")):
        guard.worked()
        return True
    guard.failed(request.client.host if request.client else "?")
    await asyncio.sleep(WRONG_WAIT_S)
    return False


def has_token(token: SecretStr | None) -> bool:
    """Return whether a token is set."""
    return token is not None and bool(token.get_secret_value())


def session_cookie(headers: Headers) -> str | None:
    """Return the cookie of a session, None where there is none."""
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return None
    return cookies[COOKIE].value if COOKIE in cookies else None


def check_origin(request: Request) -> None:
    """Raise ApiError with 403 for a request that a browser sends for a page of another origin, unless somebody follows a link to a page."""
    headers = request.headers
    follows_link = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest", "document") == "document"
    if is_foreign(request) and not (request.method in _READS and follows_link):
        raise ApiError(403, "this request comes from a page of another site")


def is_foreign(request: Request) -> bool:
    """Return whether a browser says that the request is for a page of another origin."""
    origin = request.headers.get("origin")
    elsewhere = origin is not None and urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower()
    return elsewhere or request.headers.get("sec-fetch-site", "same-origin") not in _OWN_SITES


def check_host(headers: Headers, settings: WebSettings) -> None:
    """Raise ApiError with 421 for a `Host` that does not name this machine."""
    name = _host_name(headers.get("host", ""))
    if name in {"localhost", settings.host.lower()} or name.endswith(".localhost") or _is_loopback(name):
        return
    raise ApiError(421, "this dashboard answers only to its own address; set `web.token` to reach it under another name")


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
