"""Read the body of a form that a page has sent."""

from __future__ import annotations

from email.message import Message
from email.parser import BytesParser
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import Request

from monitor.web.responses import ApiError, body_of

MAX_BYTES: Final = 3_000_000
MAX_FIELDS: Final = 1000


async def form_fields(request: Request) -> dict[str, list[str]]:
    """Return the fields of a form, without empty ones. Raises ApiError with 413, 415 or 422."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise ApiError(415, "expected a form")
    try:
        return parse_qs((await body_of(request, MAX_BYTES)).decode("utf-8", "replace"), max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise ApiError(422, f"the form has more than {MAX_FIELDS} fields") from error


async def uploaded_file(request: Request, name: str) -> bytes:
    """Return the file that a form has sent as `name`. Raises ApiError with 413, 415 or 422."""
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != "multipart/form-data":
        raise ApiError(415, "expected a form with a file")
    head = f"Content-Type: {kind}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser().parsebytes(head + await body_of(request, MAX_BYTES))
    parts = message.get_payload() if message.is_multipart() else []
    for part in parts if isinstance(parts, list) else []:
        if isinstance(part, Message) and part.get_param("name", header="content-disposition") == name:
            content = part.get_payload(decode=True)
            if isinstance(content, bytes) and content.strip():
                return content
    raise ApiError(422, "choose a file")
