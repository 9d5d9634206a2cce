"""Declare an endpoint: its route and its row in docs/web.md follow from one `Endpoint`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from starlette.routing import Route

from monitor.web.page import Handler


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A request that programs make. `takes` is its row in docs/web.md: its parameters, and what it answers where that is not plain.

    Endpoints are sorted by path and method in the docs.
    """

    method: Literal["GET", "POST", "PATCH", "DELETE"]
    path: str
    handler: Handler
    takes: str

    def route(self) -> Route:
        """Return the route of the endpoint."""
        return Route(self.path, self.handler, methods=[self.method])
