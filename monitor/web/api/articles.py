"""Answer requests for stored articles."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.records import article_record
from monitor.storage import archive, mentions
from monitor.storage.engine import Connection
from monitor.web.app_state import app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.parameters import expect_only, limit_parameter, since_parameter, text_parameter
from monitor.web.responses import json_response
from workers.gazetteer.gazetteer import preferred_name


async def _list(request: Request) -> Response:
    expect_only(request, ("search", "entity", "since", "limit"))
    search, since, limit = text_parameter(request, "search"), since_parameter(request, SYSTEM_CLOCK.now()), limit_parameter(request)
    entity = text_parameter(request, "entity")

    def read(connection: Connection) -> list[dict[str, Any]]:
        named = None if entity is None else preferred_name(entity)
        found = archive.listing(connection, search=search, since=since, entity=named, limit=limit)
        inside = mentions.of_articles(connection, [article.id for article in found])
        return [article_record(article, inside.get(article.id, ())) for article in found]

    return json_response(await app_state_of(request).read(read))


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/api/articles",
        handler=_list,
        takes="`search` (words that must all occur), `entity` (a recognised name), `since`, `limit`",
    ),
)
