"""The page that searches stored articles."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.storage import archive
from monitor.web.app_state import app_state_of
from monitor.web.page import Context, Page
from monitor.web.parameters import limit_parameter, next_limit, since_parameter, text_parameter

SHOWN: Final = 50
_EXTRACT_LENGTH: Final = 280


async def _load(request: Request) -> Context:
    query, since, limit = (
        text_parameter(request, "q"),
        since_parameter(request, SYSTEM_CLOCK.now()),
        limit_parameter(request, SHOWN),
    )
    found = await app_state_of(request).read(lambda connection: archive.listing(connection, search=query, since=since, limit=limit))
    words = (query or "").split()
    return {
        "found": [(article, _extract(article.text, words)) for article in found],
        "query": query,
        "words": words,
        "more": next_limit(len(found), limit),
        "since": text_parameter(request, "since"),
    }


def _extract(text: str, words: list[str]) -> str:
    """Return some characters of `text` around the first of `words` in it."""
    lowered = text.lower()
    places = [at for word in words if (at := lowered.find(word.lower())) >= 0]
    start = max(0, min(places, default=0) - _EXTRACT_LENGTH // 3)
    end = start + _EXTRACT_LENGTH
    return ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")


PAGE: Final = Page(
    path="/search",
    title="Search",
    template="search.html",
    shows="all stored articles that have some words, whether or not they raised an alert",
    navigation="Search",
    position=60,
    load=_load,
)
