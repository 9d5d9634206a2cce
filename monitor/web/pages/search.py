"""The page that searches stored articles in the language of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.article import Article
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.match import Field, Match
from monitor.domain.text import printable
from monitor.storage import archive
from monitor.web.api.terms import add_term
from monitor.web.app_state import app_state_of
from monitor.web.form_body import form_fields
from monitor.web.page import Action, Context, Page, respond
from monitor.web.parameters import cursor_after, limit_parameter, list_filter, text_parameter
from monitor.web.rendering import mark_spans
from monitor.web.responses import ApiError
from monitor.web.searching import search
from workers.analysis.archive_search import ArchiveAnswer, ArchiveQuery

SHOWN: Final = 50
_EXTRACT_LENGTH: Final = 280
_EMPTY: Final = {"found": (), "more": None, "back_to": None, "reads": None, "error": None}
_FILTERS: Final = ("source", "language", "entity", "since", "until")


async def _load(request: Request) -> Context:
    asked = {name: text_parameter(request, name) for name in ("q", *_FILTERS)}
    wanted, limit = list_filter(request, SYSTEM_CLOCK.now()), limit_parameter(request, SHOWN)
    app_state = app_state_of(request)
    context = _EMPTY | {"asked": asked, "link": _link(asked)}
    if asked["q"] is None:
        wanted = replace(wanted, words=())
        found = await app_state.read(lambda connection: archive.filtered(connection, wanted, limit=limit + 1))
        rest = (found[limit - 1].fetched_at, found[limit - 1].id) if len(found) > limit else None
        return context | _shown(request, None, ArchiveAnswer(found[:limit], rest, in_time=True))
    try:
        searched = await search(app_state, asked["q"], wanted, limit)
        shown = await run_in_threadpool(app_state.cpu_budget.run, lambda: _shown(request, searched.query, searched.answer))
    except ApiError as error:
        return context | {"error": error.detail}
    return context | shown | {"reads": searched.query.reads}


def _shown(request: Request, query: ArchiveQuery | None, answer: ArchiveAnswer) -> dict[str, Any]:
    more = None
    if answer.rest is not None:
        more = request.url.include_query_params(cursor=cursor_after(*answer.rest)).query
    return {
        "found": [(article, *_marked(article, query.occurrences(article) if query else ())) for article in answer.found],
        "more": more,
        "back_to": None if answer.rest is None or answer.in_time else answer.rest[0],
    }


def _marked(article: Article, places: Sequence[Match]) -> tuple[Any, Any]:
    """Return the title, and an extract of the text around the first of the places, both with the places marked."""
    title = [(place.start, place.end) for place in places if place.field is Field.TITLE]
    body = [(place.start, place.end) for place in places if place.field is Field.BODY]
    first = max(0, min((start for start, _ in body), default=0) - _EXTRACT_LENGTH // 3)
    last = first + _EXTRACT_LENGTH
    inside = [(max(start, first) - first, min(end, last) - first) for start, end in body if start < last]
    before, after = "… " if first else "", " …" if last < len(article.text) else ""
    return mark_spans(article.title, title), before + mark_spans(article.text[first:last], inside) + after


def _link(asked: dict[str, str | None]) -> str:
    return urlencode({name: value for name, value in asked.items() if value})


async def _watch(request: Request) -> Response:
    """Put the query on the watch list under its own text, then show the terms."""
    query = printable((await form_fields(request)).get("q", [""])[0]).strip()
    try:
        await add_term(request, {"name": query, "query": query})
    except ApiError as error:
        asked = {"q": query, **dict.fromkeys(_FILTERS)}
        context = _EMPTY | {"asked": asked, "link": _link(asked)}
        return respond(request, PAGE, context | {"error": f"not put on the watch list: {error.detail}"}, error.status_code)
    return RedirectResponse(f"/terms?{urlencode({'search': query})}", 303)


PAGE: Final = Page(
    path="/search",
    title="Search",
    template="search.html",
    shows="all stored articles for which a query holds, whether or not they raised an alert",
    navigation="Search",
    position=60,
    load=_load,
    actions=(Action(method="POST", path="/search", handler=_watch),),
)
