"""Answer requests for stored articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.article import Article
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.ids import ArticleId
from monitor.domain.match import Mention
from monitor.domain.text import printable
from monitor.domain.times import rfc3339
from monitor.records import article_record
from monitor.storage import archive, articles, mentions
from monitor.storage.engine import Connection
from monitor.storage.listing_filter import ListFilter
from monitor.web.app_state import app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.list_response import link_to_next, list_response, page_response
from monitor.web.parameters import FILTERS, PAGING, WORDS, Parameter, cursor_after, limit_parameter, list_filter, text_parameter
from monitor.web.responses import ApiError, json_response
from monitor.web.searching import search

QUERY: Final = Parameter(name="q", about="articles for which this query holds, in the language of the watch list")
SEARCH: Final = Parameter(name="search", about="as `q`, which is its newer name")


async def _list(request: Request) -> Response:
    wanted, limit = list_filter(request, SYSTEM_CLOCK.now()), limit_parameter(request)
    text = text_parameter(request, "q") or text_parameter(request, "search")
    if text is not None:
        return await _search(request, text, wanted, limit)
    found, inside = await app_state_of(request).read(lambda connection: _with_mentions(connection, wanted, limit + 1))
    return page_response(
        request,
        found,
        limit,
        lambda one: article_record(one, inside.get(one.id, ())),
        lambda one: cursor_after(one.fetched_at, one.id),
    )


async def _search(request: Request, text: str, wanted: ListFilter, limit: int) -> Response:
    """Return what a query finds; where its time was over before the page was full, a header says how far back it came."""
    app_state = app_state_of(request)
    answer = (await search(app_state, text, wanted, limit)).answer
    inside = await app_state.read(lambda connection: mentions.of_articles(connection, [one.id for one in answer.found]))
    headers = {} if answer.rest is None else link_to_next(request, cursor_after(*answer.rest))
    if answer.rest is not None and not answer.in_time:
        headers["searched-back-to"] = rfc3339(answer.rest[0])
    return list_response(request, [article_record(one, inside.get(one.id, ())) for one in answer.found], headers)


def _with_mentions(
    connection: Connection, wanted: ListFilter, limit: int
) -> tuple[Sequence[Article], Mapping[ArticleId, Sequence[Mention]]]:
    found = archive.filtered(connection, wanted, limit=limit)
    return found, mentions.of_articles(connection, [article.id for article in found])


async def _one(request: Request) -> Response:
    wanted = ArticleId(printable(request.path_params["id"]))
    found = await app_state_of(request).read(lambda connection: articles.load(connection, [wanted]))
    if not found:
        raise ApiError(404, "there is no such article; it may have been deleted by retention")
    inside = await app_state_of(request).read(lambda connection: mentions.of_articles(connection, [wanted]))
    return json_response(article_record(found[0], inside.get(wanted, ())))


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/api/articles",
        handler=_list,
        takes="[filters](#lists), `limit`, `cursor`, `format`",
        query=(*(one for one in FILTERS if one is not WORDS), QUERY, *PAGING, SEARCH),
    ),
    Endpoint(method="GET", path="/api/articles/{id}", handler=_one, takes="none; one article with its whole text"),
)
