"""Declare an endpoint: its route, the parameters it admits, its row in docs/web.md and its description at /api/openapi.json follow from one `Endpoint`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.web.page import Handler
from monitor.web.parameters import Parameter, expect_only


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A request that programs make. `takes` is its row in docs/web.md: its parameters, and what it answers where that is not plain.

    `query` are the parameters in its address; any other is refused. None: others are passed over, for what is asked by programs that are not ours.
    `body` is what it is sent, as a model or a JSON Schema. `answers` are the statuses of success.
    Endpoints are sorted by path and method in the docs.
    """

    method: Literal["GET", "POST", "PATCH", "DELETE"]
    path: str
    handler: Handler
    takes: str
    query: tuple[Parameter, ...] | None = ()
    body: type[BaseModel] | Mapping[str, Any] | None = None
    answers: tuple[int, ...] = (200,)

    def route(self) -> Route:
        """Return the route of the endpoint."""
        if self.query is None:
            return Route(self.path, self.handler, methods=[self.method])
        names = tuple(parameter.name for parameter in self.query)

        async def checked(request: Request) -> Response:
            expect_only(request, names)
            return await self.handler(request)

        return Route(self.path, checked, methods=[self.method])
