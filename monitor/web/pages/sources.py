"""The page of who was first and what is missed."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.web.app_state import app_state_of
from monitor.web.page import Context, Page
from workers.analysis.source_report import LOOKED_BACK, coverage_in_words, source_report


async def _load(request: Request) -> Context:
    app_state, now = app_state_of(request), SYSTEM_CLOCK.now()
    terms = {term.name for term in app_state.settings.terms}
    report = await app_state.read(lambda connection: source_report(connection, terms, since=now - LOOKED_BACK, now=now))
    groups = [("that were told", report), *((f"on {one['term']}", one) for one in report["terms"])]
    return {
        "report": report,
        "groups": [{"what": what, "sources": one["sources"], "coverage": coverage_in_words(one, what)} for what, one in groups],
    }


PAGE: Final = Page(
    path="/sources",
    title="Who was first",
    template="sources.html",
    shows="of the last 30 days, for all terms and for each: which part of the stories each source had, how often it was first, how far behind otherwise; the estimated coverage; which sources to drop, poll faster or add",
    navigation="Sources",
    position=85,
    load=_load,
)
