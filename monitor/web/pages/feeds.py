"""The page of feeds, folders and other sources, with their health."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.source import SourceStatus
from monitor.records import source_records
from monitor.web.app_state import app_state_of
from monitor.web.page import Context, Page
from monitor.web.parameters import choice_parameter

_ORDER: Final = {
    SourceStatus.FAILING: 0,
    SourceStatus.BROKEN: 1,
    SourceStatus.GONE: 2,
    SourceStatus.SILENT: 3,
    SourceStatus.PAUSED: 4,
    SourceStatus.NEW: 5,
    SourceStatus.OK: 6,
}


async def _load(request: Request) -> Context:
    app_state = app_state_of(request)
    status = choice_parameter(request, "status", SourceStatus)
    records = await app_state.read(lambda connection: source_records(connection, app_state.settings, SYSTEM_CLOCK.now()))
    shown = [record for record in records if status in {None, record["status"]}]
    return {
        "sources": sorted(shown, key=lambda record: (_ORDER[SourceStatus(record["status"])], record["name"].lower())),
        "counts": {one.value: sum(record["status"] == one for record in records) for one in SourceStatus},
        "status": status,
    }


PAGE: Final = Page(
    path="/feeds",
    title="Feeds",
    template="feeds.html",
    shows="the health of each source, failing ones first: what is wrong, when it was last polled and when it will be next, its interval",
    navigation="Feeds",
    position=40,
    load=_load,
)
