"""Declare a page: its route, its place in the navigation bar, its title and its row in docs/web.md follow from one `Page`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from monitor.domain.readiness import NEEDED
from monitor.web.app_state import AppState, app_state_of
from monitor.web.rendering import render

Context: TypeAlias = Mapping[str, Any]
"""What a template shows."""
Handler: TypeAlias = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A further request that a page makes: a form it sends, or a stream it reads."""

    method: Literal["GET", "POST"]
    path: str
    handler: Handler


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page at `path`, rendered from `template` with what `load` returns.

    `title` is the page's title, unless `load` returns another one. `shows` is its row in docs/web.md. A page with a `navigation` label
    is in the navigation bar; pages are sorted by `position`, there and in the docs.
    """

    path: str
    title: str
    template: str
    shows: str
    position: int
    load: Callable[[Request], Awaitable[Context]]
    navigation: str | None = None
    actions: tuple[Action, ...] = ()

    def routes(self) -> list[Route]:
        """Return the routes of the page and of its actions."""

        async def show(request: Request) -> Response:
            return respond(request, self, await self.load(request))

        actions = [Route(action.path, action.handler, methods=[action.method]) for action in self.actions]
        return [Route(self.path, show, methods=["GET"]), *actions]


def respond(request: Request, page: Page, context: Context, status_code: int = 200) -> Response:
    """Return a page as HTML."""
    return _html(request, page.template, {"title": page.title, **context}, status_code)


def error_page(request: Request, status_code: int, error: str) -> Response:
    """Return a page that says what went wrong."""
    return _html(request, "_error.html", {"title": "That did not work", "error": error}, status_code)


def _html(request: Request, template: str, context: Context, status_code: int) -> Response:
    app_state = app_state_of(request)
    layout = {
        "path": request.url.path,
        "navigation": request.app.state.navigation,
        "guarded": app_state.settings.web.token is not None,
        "warnings": _warnings(app_state),
    }
    return HTMLResponse(render(template, **layout, **context), status_code)


def _warnings(app_state: AppState) -> list[str]:
    """Return what every page says above its content: that nothing is monitored, or not with the configuration on disk."""
    readiness = app_state.health.last_readiness()
    wrong = {} if readiness is None else readiness.degraded
    found = [f"No alerts flow: {name}: {wrong[name]}" for name in wrong if name in NEEDED]
    return [*found, *([] if app_state.live.problem is None else [app_state.live.problem])]
