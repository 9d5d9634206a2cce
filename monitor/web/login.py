"""Ask a person for the token with a form, and set the cookie that replaces it."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from importlib.resources import files
from typing import Final
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from monitor.web.access_control import COOKIE, HEADERS, has_token, is_right_token, session_cookie
from monitor.web.app_state import app_state_of
from monitor.web.login_sessions import LASTS
from monitor.web.rendering import render
from monitor.web.responses import body_of

STYLE = (files("monitor.web") / "static" / "login.css").read_text("utf-8")
STYLE_HASH = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


def login_form(request: Request, *, wrong: bool = False) -> Response:
    """Return 401 with the form. It contains its own style, since no other file is served without the token."""
    wanted = request.url.path if request.url.path != "/login" else "/"
    page = render("_login.html", style=STYLE, wrong=wrong, wanted=wanted)
    policy = HEADERS["content-security-policy"].replace("style-src 'self'", f"style-src 'sha256-{STYLE_HASH}'")
    return HTMLResponse(page, 401, {"content-security-policy": policy, "www-authenticate": "Bearer"})


async def _login(request: Request) -> Response:
    """Set the cookie and redirect to the page that was wanted, or show the form again."""
    app_state = app_state_of(request)
    token = app_state.settings.web.token
    form = parse_qs((await body_of(request, 10_000)).decode("utf-8", "replace"))
    wanted = _local(form.get("wanted", ["/"])[0])
    if token is None or not has_token(token):
        return RedirectResponse(wanted, 303)
    if not await is_right_token(app_state.login_guard, request, form.get("token", [""])[0].strip().encode(), token):
        return login_form(request, wrong=True)
    answer = RedirectResponse(wanted, 303)
    secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
    cookie, age = await app_state.sessions.begin(token), int(LASTS.total_seconds())
    answer.set_cookie(COOKIE, cookie, max_age=age, path="/", httponly=True, samesite="strict", secure=secure)
    return answer


async def _logout(request: Request) -> Response:
    """End the session, so that its cookie counts no more wherever it is, and delete the cookie."""
    app_state, cookie = app_state_of(request), session_cookie(request.headers)
    if cookie is not None and app_state.settings.web.token is not None:
        await app_state.sessions.end(cookie, app_state.settings.web.token)
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return answer


def _local(path: str) -> str:
    """Return `path` if it is a path of this site, else `/`."""
    parts = urlsplit(path)
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme else "/"


ROUTES: Final = (Route("/login", _login, methods=["POST"]), Route("/logout", _logout, methods=["POST"]))
