"""Accept articles that programs push, one or many, in JSON, JSON lines or a format of an agency."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from monitor.daemon.parser_protocol import OverLimit, RawDocument
from monitor.domain.article import Entry, Origin
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.parse.result import ParseFailure
from monitor.web.app_state import AppState, app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.parameters import Parameter
from monitor.web.push_store import store_pushed
from monitor.web.pushed_article import PushedArticle, ignored_fields, origin_of, read_article
from monitor.web.responses import ApiError, body_of, error_response, json_response

MAX_STREAM: Final = 50_000_000
"""Bytes of JSON lines in one request."""
MAX_LIST: Final = 10_000
_PORTION: Final = 250
"""Articles in one transaction, so that other writers have their turn."""
_LINES: Final = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"})
_LINES_TYPE: Final = "application/x-ndjson"
_XML: Final = frozenset({"application/xml", "text/xml"})
_ACCEPTED: Final = "JSON (`application/json`), JSON lines (`application/x-ndjson`) or XML (`application/xml`)"

_Read = tuple[Origin, Entry] | ApiError


async def _push(request: Request) -> Response:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not (kind in _LINES or kind in _XML or kind == "application/json" or kind.endswith(("+json", "+xml"))):
        raise ApiError(415, f"send {_ACCEPTED}, and say which with `Content-Type`")
    body = await (body_of(request, MAX_STREAM) if kind in _LINES else body_of(request))
    source = request.query_params.get("source")
    state, key = app_state_of(request), request.headers.get("idempotency-key")
    if key is None:
        return await _answer(state, kind, body, source)
    digest = hashlib.sha256(repr((kind, source)).encode() + body).digest()
    return await state.idempotency.answer(key, digest, lambda: _answer(state, kind, body, source))


async def _answer(state: AppState, kind: str, body: bytes, source: str | None) -> Response:
    now = SYSTEM_CLOCK.now()
    if kind in _XML or kind.endswith("+xml"):
        entries = await _entries_of_xml(state, body, now)
        pushed: list[_Read] = [(origin_of(source), entry) for entry in entries]
        return _many(await run_in_threadpool(_store, state, pushed, [[]] * len(pushed), now), lines=False)
    documents = _lines_of(body) if kind in _LINES else _decoded(body)
    if isinstance(documents, dict):
        (answer,) = await run_in_threadpool(_take, state, [documents], source, now)
        if isinstance(answer, ApiError):
            raise answer
        return json_response(answer, 201 if answer["status"] == "new" else 200)
    if not isinstance(documents, list) or not documents:
        raise ApiError(422, "expected an article as a JSON object, or a list of them")
    if kind not in _LINES and len(documents) > MAX_LIST:
        raise ApiError(413, f"more than {MAX_LIST} articles in a list; send JSON lines, or several requests")
    return _many(await run_in_threadpool(_take, state, documents, source, now), lines=kind in _LINES)


async def _entries_of_xml(state: AppState, body: bytes, now: datetime) -> tuple[Entry, ...]:
    """Return the articles of an XML document, read in a parser process. Raises ApiError with 422."""
    document = RawDocument(data=body, path="pushed.xml", mtime=now, now=now, max_bytes=len(body) + 1)
    (found,) = await state.parsers.documents([document])
    if isinstance(found, ParseFailure | OverLimit):
        raise ApiError(422, f"the document cannot be read: {found.reason}")
    return found


def _decoded(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ApiError(400, f"not valid JSON: {error}") from error


def _lines_of(body: bytes) -> list[Any]:
    """Return the value of each line; an ApiError for one that is not JSON."""
    values: list[Any] = []
    for number, line in enumerate(body.splitlines(), start=1):
        if line.strip():
            try:
                values.append(orjson.loads(line))
            except orjson.JSONDecodeError as error:
                values.append(ApiError(400, f"line {number} is not valid JSON: {error}"))
    return values


def _take(state: AppState, documents: Sequence[Any], source: str | None, now: datetime) -> list[dict[str, Any] | ApiError]:
    """Store the articles in `documents`, those without a source under `source`. Return the answer for each."""
    ignored = [ignored_fields(document) if isinstance(document, dict) else [] for document in documents]
    return _store(state, [_read(document, source, now) for document in documents], ignored, now)


def _read(document: Any, source: str | None, now: datetime) -> _Read:
    if isinstance(document, ApiError):
        return document
    if not isinstance(document, dict):
        return ApiError(422, "expected an article as a JSON object")
    try:
        return read_article({"source": source, **document} if source else document, now)
    except ApiError as error:
        return error


def _store(
    state: AppState, pushed: Sequence[_Read], ignored: Sequence[Sequence[str]], now: datetime
) -> list[dict[str, Any] | ApiError]:
    good = [one for one in pushed if not isinstance(one, ApiError)]
    stored = iter(
        [
            one
            for start in range(0, len(good), _PORTION)
            for one in store_pushed(state.database, state.relay, good[start : start + _PORTION], now)
        ]
    )
    answers: list[dict[str, Any] | ApiError] = []
    for one, fields in zip(pushed, ignored, strict=True):
        if isinstance(one, ApiError):
            answers.append(one)
        else:
            article = next(stored)
            answers.append({"id": article.id, "status": article.status, **({"ignored": list(fields)} if fields else {})})
    return answers


def _many(answers: Sequence[dict[str, Any] | ApiError], *, lines: bool) -> Response:
    """Return the answer for each of several articles: 201 if any is new, 207 if some are refused, 422 if all are."""
    refused = sum(isinstance(one, ApiError) for one in answers)
    new = any(isinstance(one, dict) and one["status"] == "new" for one in answers)
    status = 207 if refused else 201 if new else 200
    items = [_refusal(one) if isinstance(one, ApiError) else one for one in answers]
    if refused == len(answers):
        return error_response(ApiError(422, f"none of the {refused} articles can be taken; `items` says why"), items=items)
    if not lines:
        return json_response(items, status)
    return Response(b"".join(orjson.dumps(item) + b"\n" for item in items), status, media_type=_LINES_TYPE)


def _refusal(error: ApiError) -> dict[str, Any]:
    return {"status": "refused", "error": error.detail, **({"faults": list(error.faults)} if error.faults else {})}


ENDPOINTS: Final = (
    Endpoint(
        method="POST",
        path="/api/articles",
        handler=_push,
        takes="an article or many; see [Push an article](#push-an-article)",
        query=(Parameter(name="source", about="the source of articles that name none"),),
        body=PushedArticle,
        answers=(200, 201, 207),
    ),
)
