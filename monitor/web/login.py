"""The form that asks a person for the token, and the cookie that remembers that it was given."""

from __future__ import annotations

import asyncio
import hashlib
from base64 import b64encode
from importlib.resources import files
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from monitor.web.access_control import COOKIE, HEADERS, has_token, right_token, session_of
from monitor.web.app_state import app_state_of
from monitor.web.rendering import render
from monitor.web.responses import body_of

WRONG_WAIT_S = 0.5
"""After a wrong token the answer waits, so that guessing is slow."""
_LASTS_S = 30 * 86400
_STYLE = (files("monitor.web") / "static" / "login.css").read_text("utf-8")
_STYLE_HASH = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


def ask(request: Request, *, wrong: bool = False) -> Response:
    """401 with the form, which carries its own style, since nothing else is given out before the token."""
    wanted = request.url.path if request.url.path != "/login" else "/"
    page = render("login.html", style=_STYLE, wrong=wrong, wanted=wanted)
    policy = HEADERS["content-security-policy"].replace("style-src 'self'", f"style-src 'sha256-{_STYLE_HASH}'")
    return HTMLResponse(page, 401, {"content-security-policy": policy, "www-authenticate": "Bearer"})


async def login(request: Request) -> Response:
    """`POST /login`: the cookie and the page that was asked for, or the form again."""
    token = app_state_of(request).settings.web.token
    form = parse_qs((await body_of(request, 10_000)).decode("utf-8", "replace"))
    wanted = _local(form.get("wanted", ["/"])[0])
    if token is None or not has_token(token):
        return RedirectResponse(wanted, 303)
    if not right_token(form.get("token", [""])[0].strip().encode(), token):
        await asyncio.sleep(WRONG_WAIT_S)
        return ask(request, wrong=True)
    answer = RedirectResponse(wanted, 303)
    secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
    answer.set_cookie(COOKIE, session_of(token), max_age=_LASTS_S, path="/", httponly=True, samesite="strict", secure=secure)
    return answer


async def logout(_request: Request) -> Response:
    """`POST /logout`: forget the cookie."""
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return answer


def _local(path: str) -> str:
    """A path of ours, never another site's address."""
    parts = urlsplit(path)
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme else "/"
