"""The page that says why a message did or did not come."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.web.api.trace import traced_query
from monitor.web.app_state import app_state_of
from monitor.web.page import Context, Page


async def _load(request: Request) -> Context:
    query = traced_query(request)
    record = await run_in_threadpool(app_state_of(request).trace, query, SYSTEM_CLOCK.now()) if query else None
    return {"query": query, "record": record}


PAGE: Final = Page(
    path="/trace",
    title="Trace",
    template="trace.html",
    shows="why a message did or did not come: all that is known of a link, also of one never received, or of the id of an article, story or alert",
    navigation="Trace",
    position=65,
    load=_load,
)
