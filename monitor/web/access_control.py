"""Decide which requests are served, and set the headers that keep a browser from misusing the answers.

With a token, everything but the two health checks needs it, as a bearer token or as the cookie that the login form sets. Without one,
only this machine can connect, and the `Host` header must name this machine: that of a page of another site whose name resolves to
127.0.0.1 does not. A POST that a browser sends for a page of another origin is refused in either case.
"""

from __future__ import annotations

import hashlib
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

from monitor.settings.model import WebSettings
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
_READS = frozenset({"GET", "HEAD"})


class AccessControl:
    """ASGI middleware. `settings` is called at every request, so that a changed token counts at once; `login_form` answers a browser."""

    def __init__(self, app: ASGIApp, settings: Callable[[], WebSettings], login_form: Callable[[Request], Response]) -> None:
        self._app = app
        self._settings = settings
        self._login_form = login_form

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve or refuse one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-cache" if scope["path"].startswith("/static/") else "no-store")
            await send(message)

        refusal = self._refusal(Request(scope))
        await (refusal or self._app)(scope, receive, send_guarded)

    def _refusal(self, request: Request) -> Response | None:
        settings = self._settings()
        path = request.url.path
        try:
            if path in OPEN_PATHS:
                return None
            check_origin(request)
            if not has_token(settings.token):
                check_host(request.headers, settings)
                return None
        except HTTPException as error:
            return error_response(error)
        assert settings.token is not None
        if carries_token(request.headers, settings.token) or (path == LOGIN_PATH and request.method == "POST"):
            return None
        if request.method in _READS and "text/html" in request.headers.get("accept", ""):
            return self._login_form(request)
        return error_response(
            ApiError(401, "this needs the token: send `Authorization: Bearer …`", headers={"www-authenticate": "Bearer"})
        )


def has_token(token: SecretStr | None) -> bool:
    """Return whether a token is set."""
    return token is not None and bool(token.get_secret_value())


def carries_token(headers: Headers, token: SecretStr) -> bool:
    """Return whether a request has the token, as a bearer token or as the cookie; compared in constant time."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and is_token(given.strip().encode("latin-1", "replace"), token):  # the bytes as they were sent
        return True
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return False
    return COOKIE in cookies and hmac.compare_digest(
        cookies[COOKIE].value.encode("utf-8", "replace"), session_cookie(token).encode()
    )


def is_token(given: bytes, token: SecretStr) -> bool:
    """Return whether `given` is the token in UTF-8; compared in constant time."""
    return hmac.compare_digest(given, _bytes(token))


def session_cookie(token: SecretStr) -> str:
    """Return the value of the cookie: derived from the token, so that a new token ends every session."""
    return hmac.new(_bytes(token), b"news-monitor session", hashlib.sha256).hexdigest()


def check_origin(request: Request) -> None:
    """Raise ApiError with 403 for a request other than GET or HEAD that a browser sends for a page of another origin."""
    if request.method in _READS:
        return
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise ApiError(403, "this request comes from a page of another site")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower():
        raise ApiError(403, "this request comes from a page of another site")


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


def _bytes(token: SecretStr) -> bytes:
    return token.get_secret_value().encode("utf-8", "surrogatepass")
