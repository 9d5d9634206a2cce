"""Match a text with the watch list, or with a query that is not on it yet, and store nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

import orjson
from anyio import from_thread
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from monitor.daemon.parser_protocol import OverLimit, RawDocument
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import ConfigError
from monitor.domain.match import Document
from monitor.domain.watch import Term, TermKind
from monitor.parse.html import ReadText
from monitor.parse.result import ParseFailure
from monitor.settings.suggestion import did_you_mean
from monitor.web.app_state import AppState, app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.responses import ApiError, json_of, json_response
from workers.language.detector import detect
from workers.matching.matcher import Matcher

MAX_TEXT: Final = 1_000_000
QUERY_NAME: Final = "(tried)"
"""The name of a query that is not on the list."""
_MAX_REFERRED: Final = 5000
"""A query may refer to the terms of a list of up to this length; a longer one is not compiled for a preview."""


class MatchRequest(BaseModel):
    """The body of a preview: a text, and one term of the list, or a query, or neither for the whole list.

    With `html` the text is read as that of a feed's entry is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    title: Annotated[str, StringConstraints(max_length=5000)] = ""
    text: Annotated[str, StringConstraints(max_length=MAX_TEXT)] = ""
    html: bool = False
    term: str | None = None
    query: Annotated[str, StringConstraints(max_length=10_000)] | None = None
    language: str | None = None
    source: str = ""
    tags: list[str] = []


async def _match(request: Request) -> Response:
    wanted = match_request(await json_of(request))
    return json_response(await run_in_threadpool(preview, app_state_of(request), wanted))


def match_request(document: Mapping[str, Any]) -> MatchRequest:
    """Return the preview that a JSON object asks for. Raises ApiError with 422 and every fault."""
    try:
        return MatchRequest.model_validate(document)
    except ValidationError as error:
        raise _api_error(error) from error


def preview(app_state: AppState, wanted: MatchRequest) -> dict[str, Any]:
    """Return what `match --json` prints for one document, for HTML with the plain `text` that offsets refer to. Blocks; call it with run_in_threadpool.

    Raises ApiError with 422 for a term that is not on the list, a query that cannot be parsed, or what takes too long.
    """
    if not (wanted.title or wanted.text).strip():
        raise ApiError(422, "a `title` or a `text` is needed")
    body = from_thread.run(_read_html, app_state, wanted.text) if wanted.html else ReadText(text=wanted.text)
    return app_state.cpu_budget.run(lambda: _preview(app_state, wanted, body))


async def _read_html(app_state: AppState, html: str) -> ReadText:
    """Return the text of HTML as that of an entry is read, in a parser process. Raises ApiError with 422."""
    entry, now = orjson.dumps({"id": "tried", "title": "tried", "content_html": html}), SYSTEM_CLOCK.now()
    document = RawDocument(data=entry, path="tried.json", mtime=now, now=now, max_bytes=len(entry))
    (found,) = await app_state.parsers.documents([document])
    if isinstance(found, ParseFailure | OverLimit):
        raise ApiError(422, f"the HTML cannot be read: {found.reason}")
    return ReadText(text=found[0].text, asides=found[0].asides)


def _preview(app_state: AppState, wanted: MatchRequest, body: ReadText) -> dict[str, Any]:
    document = Document(
        title=wanted.title,
        body=body.text,
        asides=body.asides,
        source=wanted.source,
        language=wanted.language or detect(f"{wanted.title}\n{body.text}"),
        tags=frozenset(wanted.tags),
    )
    plain = {"text": body.text} if wanted.html else {}
    if wanted.query is not None and wanted.query.strip():
        return app_state.dry_run(_with_query(app_state, wanted.query), document, names=(QUERY_NAME,)) | plain
    known = [term.name for term in app_state.matcher.terms]
    if wanted.term and wanted.term not in known:
        raise ApiError(422, f"not on the watch list: {wanted.term[:100]!r}{did_you_mean(wanted.term, known)}")
    return app_state.dry_run(app_state.matcher, document, names=(wanted.term,) if wanted.term else ()) | plain


def _with_query(app_state: AppState, query: str) -> Matcher:
    term = Term(name=QUERY_NAME, kind=TermKind.QUERY, query=query, where="query:1:1")
    others = app_state.matcher.terms if len(app_state.matcher.terms) <= _MAX_REFERRED else ()
    try:
        return Matcher.build((*others, term))
    except ConfigError as error:
        messages = (fault.message.removeprefix(f"watch term {QUERY_NAME!r}: ") for fault in error.faults)
        raise ApiError(422, "; ".join(messages)) from error


def _api_error(error: ValidationError) -> ApiError:
    faults = [
        {"field": ".".join(map(str, fault["loc"])), "message": fault["msg"]}
        for fault in error.errors(include_url=False, include_input=False)
    ]
    return ApiError(422, "; ".join(f"{fault['field']}: {fault['message']}" for fault in faults), faults)


ENDPOINTS: Final = (
    Endpoint(
        method="POST", path="/api/match", handler=_match, body=MatchRequest, takes="a text as JSON; see [Try a text](#try-a-text)"
    ),
)
