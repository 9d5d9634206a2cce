"""Serve the tools over the Model Context Protocol, with its official SDK: on standard input and output, or over HTTP with a token."""

from __future__ import annotations

import functools
import hmac
import inspect
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Any

import uvicorn
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.assistant.api_client import ApiRefusal
from monitor.assistant.tools import INSTRUCTIONS, NewsTools


def server_of(tools: NewsTools) -> MCPServer[Any]:
    """Return a server with every tool; a refusal of the API is an error that the model can read."""
    server = MCPServer("news-monitor", instructions=INSTRUCTIONS, version=version("news-monitor"), log_level="ERROR")
    for tool in tools.all():
        server.tool(description=inspect.getdoc(tool), structured_output=False)(_with_refusals(tool))
    return server


async def serve_stdio(tools: NewsTools) -> None:
    """Answer on standard input and output until the input ends."""
    await server_of(tools).run_stdio_async()


async def serve_http(tools: NewsTools, *, host: str, port: int, token: str) -> None:
    """Answer at `/mcp` until a signal comes; every request must carry `Authorization: Bearer TOKEN`."""
    app = http_app(tools, host=host, token=token)
    await uvicorn.Server(uvicorn.Config(app, host=host, port=port, log_level="error")).serve()


def http_app(tools: NewsTools, *, host: str, token: str) -> Starlette:
    """Return the application that answers over HTTP."""
    app = server_of(tools).streamable_http_app(host=host)
    app.user_middleware.insert(0, Middleware(_Bearer, token=token))
    return app


class _Bearer:
    """Refuses requests without the token, before anything else looks at them."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._wanted = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = dict(scope.get("headers", ())).get(b"authorization", b"")
        if scope["type"] == "http" and not hmac.compare_digest(given, self._wanted):
            answer = PlainTextResponse("a token is needed", 401, {"WWW-Authenticate": "Bearer"})
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _with_refusals(tool: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(tool)
    async def asked(*arguments: Any, **named: Any) -> Any:
        try:
            return await tool(*arguments, **named)
        except ApiRefusal as error:
            raise ToolError(str(error)) from error

    return asked
