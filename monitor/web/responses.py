"""Build JSON answers and errors (problem details, with `faults` where several fields are wrong), and read JSON bodies."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

MAX_BODY = 5_000_000
"""Bytes of a posted body; the longest articles known have a tenth of that."""
BODY_S = 20.0
"""How long a client may take to send a body."""


class ApiError(HTTPException):
    """A request that is refused; each of `faults` has a `field` and a `message`."""

    def __init__(
        self, status_code: int, error: str, faults: Sequence[Mapping[str, str]] = (), *, headers: Mapping[str, str] | None = None
    ) -> None:
        self.faults = tuple(faults)
        super().__init__(status_code, error, headers)


def json_response(document: Any, status_code: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON document."""
    return Response(orjson.dumps(document), status_code, headers, media_type="application/json")


def error_response(error: HTTPException, **more: Any) -> Response:
    """Return an error as RFC 9457 says (`application/problem+json`); `more` are further members."""
    faults = error.faults if isinstance(error, ApiError) else ()
    document = {
        "type": "about:blank",
        "title": HTTPStatus(error.status_code).phrase,
        "status": error.status_code,
        "detail": error.detail,
        "error": error.detail,
        **({"faults": list(faults)} if faults else {}),
        **more,
    }
    return Response(orjson.dumps(document), error.status_code, error.headers, media_type="application/problem+json")


async def body_of(request: Request, limit: int = MAX_BODY) -> bytes:
    """Return the whole body. Raises ApiError with 413 beyond `limit` bytes, with 408 if it does not come in time."""
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_S):
            async for part in request.stream():
                size += len(part)
                if size > limit:
                    raise ApiError(413, f"the body is larger than {limit / 1e6:g} MB", headers={"connection": "close"})
                parts.append(part)
    except TimeoutError as error:
        raise ApiError(408, f"the body did not come within {BODY_S:g} s", headers={"connection": "close"}) from error
    return b"".join(parts)


async def json_of(request: Request) -> dict[str, Any]:
    """Return the JSON object in the body. Raises ApiError with 415, 400 or 422 if it is none."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise ApiError(415, "send JSON, with `Content-Type: application/json`")
    try:
        document = orjson.loads(await body_of(request))
    except orjson.JSONDecodeError as error:
        raise ApiError(400, f"not valid JSON: {error}") from error
    if not isinstance(document, dict):
        raise ApiError(422, "expected a JSON object")
    return document
