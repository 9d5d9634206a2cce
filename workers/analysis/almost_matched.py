"""Find what a term almost matched: articles in which a part of what it asks for occurs."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from monitor.domain.article import Article
from workers.analysis.backtest import document_of_article
from workers.matching.matcher import Matcher

BUDGET_S = 1.5
_ABSENT = "does not occur"


def near_misses(matcher: Matcher, articles: Iterable[Article], term: str, *, limit: int) -> list[dict[str, Any]]:
    """Return of these articles those that the term almost matched, in their order: what occurred, what was missing, what was refused and why.

    Ends at `limit` articles or after a second or two. Raises KeyError for a term that is not on the watch list.
    """
    found: list[dict[str, Any]] = []
    ends_at = time.monotonic() + BUDGET_S
    for article in articles:
        why = matcher.explain(document_of_article(article), term)
        if not why["fired"] and (near := _near(why)) is not None:
            found.append(
                {"article": {"id": article.id, "title": article.title, "source": article.source, "url": article.url}, **near}
            )
        if len(found) >= limit or time.monotonic() > ends_at:
            break
    return found


def _near(why: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what an explanation holds of a near miss; None if nothing of the term occurred."""
    leaves = list(_leaves(why["because"]))
    held = [part["part"] for part in leaves if part["held"]]
    refused = list(why.get("refused", ())) + [
        part["note"] for part in leaves if not part["held"] and part.get("note") not in {None, _ABSENT}
    ]
    if not held and not refused:
        return None
    return {"held": held[:10], "missing": [part["part"] for part in leaves if not part["held"]][:10], "refused": refused[:10]}


def _leaves(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    below = part.get("parts", ())
    for one in below:
        yield from _leaves(one)
    if not below:
        yield part
