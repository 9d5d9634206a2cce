"""A dry run of the watch list, or of a query that is not on it yet, over a text; nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.errors import ConfigError
from monitor.domain.match import Document
from monitor.domain.watch import Term, TermKind
from monitor.settings.suggestion import did_you_mean
from monitor.web.app_state import AppState, app_state_of
from monitor.web.responses import ApiError, json_of, json_response
from workers.analysis.dry_run import dry_run
from workers.language.detector import detect
from workers.matching.matcher import Matcher

MAX_TEXT: Final = 1_000_000
TRIED: Final = "(tried)"
"""The name of a query that is not on the list."""
_MOST_BESIDE: Final = 5000
"""Terms up to which a tried query may refer to the others; a longer list is not compiled for a trial."""


class MatchRequest(BaseModel):
    """What to try: a text, and either one term of the list, or a query, or (neither) the whole list."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    title: Annotated[str, StringConstraints(max_length=5000)] = ""
    text: Annotated[str, StringConstraints(max_length=MAX_TEXT)] = ""
    term: str | None = None
    query: Annotated[str, StringConstraints(max_length=10_000)] | None = None
    language: str | None = None
    source: str = ""
    tags: list[str] = []


async def match(request: Request) -> Response:
    """`POST /api/match`: one dry run, as `match --json` prints it."""
    trial = match_request(await json_of(request))
    return json_response(await run_in_threadpool(run, app_state_of(request), trial))


def match_request(document: Mapping[str, Any]) -> MatchRequest:
    """The trial that a JSON object asks for; Refused with 422 and every fault."""
    try:
        return MatchRequest.model_validate(document)
    except ValidationError as error:
        raise _refused(error) from error


def run(app_state: AppState, trial: MatchRequest) -> dict[str, Any]:
    """The dry run; Refused with 422 for a term that is not on the list or a query that cannot be read. To be called in a thread."""
    if not (trial.title or trial.text).strip():
        raise ApiError(422, "a `title` or a `text` is needed")
    document = Document(
        title=trial.title,
        body=trial.text,
        source=trial.source,
        language=trial.language or detect(f"{trial.title}\n{trial.text}"),
        tags=frozenset(trial.tags),
    )
    if trial.query is not None and trial.query.strip():
        return dry_run(_with_query(app_state, trial.query), document, names=(TRIED,))
    known = [term.name for term in app_state.matcher.terms]
    if trial.term and trial.term not in known:
        raise ApiError(422, f"not on the watch list: {trial.term[:100]!r}{did_you_mean(trial.term, known)}")
    return dry_run(app_state.matcher, document, names=(trial.term,) if trial.term else ())


def _with_query(app_state: AppState, query: str) -> Matcher:
    tried = Term(name=TRIED, kind=TermKind.QUERY, query=query, where="query:1:1")
    others = app_state.matcher.terms if len(app_state.matcher.terms) <= _MOST_BESIDE else ()
    try:
        return Matcher.build((*others, tried))
    except ConfigError as error:
        raise ApiError(422, "; ".join(fault.message for fault in error.faults)) from error


def _refused(error: ValidationError) -> ApiError:
    faults = [
        {"field": ".".join(map(str, fault["loc"])), "message": fault["msg"]}
        for fault in error.errors(include_url=False, include_input=False)
    ]
    return ApiError(422, "; ".join(f"{fault['field']}: {fault['message']}" for fault in faults), faults)
