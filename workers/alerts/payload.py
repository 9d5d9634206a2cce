"""Build the `data` object of an alert, as docs/webhooks.md describes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from monitor.domain.alert import Reason
from monitor.domain.article import Article
from monitor.domain.ids import AlertId
from monitor.domain.match import Match, Mention, match_record
from monitor.domain.times import rfc3339
from monitor.domain.watch import Term

MAX_MATCHES = 100
"""Matches listed in an alert, at most; `matches_total` counts all."""


def alert_data(  # noqa: PLR0913 - an alert has that many parts, all by keyword
    *,
    alert_id: AlertId,
    term: Term,
    reason: Reason,
    article: Article,
    story: Mapping[str, Any],
    matches: Sequence[Match],
    snippet: str,
    mentions: Sequence[Mention],
    raised_at: datetime,
    public_url: str | None = None,
) -> dict[str, Any]:
    """Return the `data` object of an alert. Offsets in `matches` count characters of the article's title, or of its text (`body`)."""
    return {
        "alert": {
            "id": alert_id,
            "term": term.name,
            "kind": term.kind,
            "severity": term.severity,
            "tags": list(term.tags),
            "reason": reason,
        },
        "article": article_part(article),
        "story": dict(story),
        "matches": [match_record(match) for match in matches[:MAX_MATCHES]],
        "matches_total": len(matches),
        "snippet": snippet,
        "entities": [
            {"name": mention.name, "type": mention.type, "count": mention.count, "watched": mention.watched} for mention in mentions
        ],
        "latency": {
            "published_to_fetched_s": _seconds(article.published_at, article.fetched_at),
            "fetched_to_alert_s": _seconds(article.fetched_at, raised_at),
        },
        **({} if public_url is None else {"links": page_links(public_url, article)}),
    }


def article_part(article: Article) -> dict[str, Any]:
    """Return the `article` part of an alert."""
    return {
        "id": article.id,
        "title": article.title,
        "url": article.url,
        "source": article.source,
        "author": article.author,
        "language": article.language,
        "published_at": rfc3339(article.published_at),
        "fetched_at": rfc3339(article.fetched_at),
    }


def page_links(public_url: str, article: Article) -> dict[str, str]:
    """Return the pages on an alert, by what they are for. `alert` explains why it was raised."""
    return {"alert": f"{public_url.rstrip('/')}/articles/{article.id}"}


def _seconds(earlier: datetime | None, later: datetime) -> float | None:
    return None if earlier is None else round(max(0.0, (later - earlier).total_seconds()), 3)
