"""Search the archive for a request, in the language of queries and for a limited time."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from monitor.domain.errors import UsageError
from monitor.storage.engine import Connection
from monitor.storage.listing_filter import ListFilter
from monitor.web.app_state import AppState
from monitor.web.responses import ApiError
from workers.analysis.archive_search import SEARCH_S, ArchiveAnswer, ArchiveQuery, archive_query, search_archive


@dataclass(frozen=True, slots=True)
class Searched:
    """A query as it was understood, and what it has found."""

    query: ArchiveQuery
    answer: ArchiveAnswer


async def search(app_state: AppState, text: str, wanted: ListFilter, limit: int) -> Searched:
    """Return the newest articles for which a query holds, whatever `words` are wanted besides. Raises ApiError with 422 for one that cannot be parsed."""

    def work(connection: Connection) -> Searched:
        return app_state.cpu_budget.run(lambda: _search(app_state, connection, text, wanted, limit))

    return await app_state.read(work)


def _search(app_state: AppState, connection: Connection, text: str, wanted: ListFilter, limit: int) -> Searched:
    until = time.monotonic() + SEARCH_S
    try:
        query = archive_query(text, app_state.settings.terms)
    except UsageError as error:
        raise ApiError(422, str(error), [{"field": "q", "message": str(error)}]) from error
    wanted = replace(wanted, words=())
    return Searched(query, search_archive(connection, query, wanted, limit=limit, seconds_left=lambda: until - time.monotonic()))
