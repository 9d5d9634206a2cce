"""Show what a query finds in the archive as an Atom feed, for feed readers."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.article import Article
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.times import rfc3339
from monitor.web.api.articles import QUERY
from monitor.web.api.atom import AtomEntry, atom_response
from monitor.web.app_state import app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.parameters import ENTITY, LANGUAGE, LIMIT, SINCE, SOURCE, UNTIL, limit_parameter, list_filter, text_parameter
from monitor.web.responses import ApiError
from monitor.web.searching import search

_SHOWN: Final = 50


async def _get(request: Request) -> Response:
    text = text_parameter(request, "q")
    if text is None:
        raise ApiError(422, "`q`, the query, is needed")
    wanted, limit = list_filter(request, SYSTEM_CLOCK.now()), limit_parameter(request, _SHOWN)
    found = (await search(app_state_of(request), text, wanted, limit)).answer.found
    return atom_response(request, map(_entry, found), f"urn:news-monitor:search:{quote(text)}", f"news-monitor: {text}")


def _entry(article: Article) -> AtomEntry:
    return AtomEntry(
        id=f"urn:uuid:{article.id}",
        title=article.title,
        updated=rfc3339(article.updated_at or article.fetched_at),
        published=rfc3339(article.published_at),
        author=article.author or article.source,
        url=article.url,
        categories=article.tags,
        summary=article.summary,
    )


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/search.atom",
        handler=_get,
        takes="`q` (a query), `source`, `language`, `entity`, `since`, `until`, `limit`: the articles for which it holds as an Atom feed, 50 without a `limit`",
        query=(QUERY, SOURCE, LANGUAGE, ENTITY, SINCE, UNTIL, LIMIT),
    ),
)
