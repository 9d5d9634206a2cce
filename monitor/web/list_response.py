"""Answer with a list: as JSON, JSON lines or CSV, with the address of the next page in the `Link` header."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

import orjson
from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.text import printable
from monitor.web.parameters import format_parameter
from monitor.web.responses import json_response

_T = TypeVar("_T")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def page_response(
    request: Request, rows: Sequence[_T], limit: int, record: Callable[[_T], dict[str, Any]], cursor: Callable[[_T], str]
) -> Response:
    """Return a page of at most `limit` records. `rows` holds one more where there is a next page; `cursor` is that of the page after a row."""
    shown = rows[:limit]
    headers = {}
    if len(rows) > limit:
        headers = link_to_next(request, cursor(shown[-1]))
    return list_response(request, [record(row) for row in shown], headers)


def link_to_next(request: Request, cursor: str) -> dict[str, str]:
    """Return the `Link` header with the address of the page that begins at a cursor."""
    following = request.url.include_query_params(cursor=cursor).remove_query_params("before")
    return {"link": f'<{following.path}?{following.query}>; rel="next"'}


def list_response(request: Request, records: Sequence[Mapping[str, Any]], headers: Mapping[str, str] | None = None) -> Response:
    """Return records in the `format` that is asked for."""
    match format_parameter(request):
        case "csv":
            return Response(_csv(records), 200, headers, media_type="text/csv; charset=utf-8")
        case "ndjson":
            return Response(b"".join(orjson.dumps(one) + b"\n" for one in records), 200, headers, media_type="application/x-ndjson")
        case _:
            return json_response(records, 200, headers)


def _csv(records: Sequence[Mapping[str, Any]]) -> str:
    """Return records as CSV: what is nested has a column of its own, such as `alert.term`; a list is JSON."""
    rows = [dict(_flat("", one)) for one in records]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(key for row in rows for key in row)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _flat(prefix: str, record: Mapping[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in record.items():
        if isinstance(value, Mapping):
            found += _flat(f"{prefix}{key}.", value)
        else:
            found.append((f"{prefix}{key}", _cell(value)))
    return found


def _cell(value: Any) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return orjson.dumps(value).decode()
    text = printable(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
