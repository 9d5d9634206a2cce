"""The page of bursts."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.web.app_state import app_state_of
from monitor.web.page import Context, Page
from workers.analysis.trend_report import trend_report


async def _load(request: Request) -> Context:
    now = SYSTEM_CLOCK.now()
    return {"report": await app_state_of(request).read(lambda connection: trend_report(connection, now))}


PAGE: Final = Page(
    path="/trends",
    title="Trends",
    template="trends.html",
    shows="what is suddenly in many more stories than usual, and was in the last seven days: when it began, its peak, its stories by the hour",
    navigation="Trends",
    position=80,
    load=_load,
)
