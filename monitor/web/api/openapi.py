"""Answer what the API is: its description in OpenAPI 3.1."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from monitor.web import registry
from monitor.web.api_description import describe
from monitor.web.endpoint import Endpoint
from monitor.web.responses import json_response


async def _describe(_request: Request) -> Response:
    return json_response(describe(registry.endpoints(), version("news-monitor")))


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/api/openapi.json",
        handler=_describe,
        takes="none; this API in OpenAPI 3.1, from which clients can be made",
    ),
)
