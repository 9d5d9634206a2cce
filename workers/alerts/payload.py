"""Build the `data` object of an alert, as docs/webhooks.md describes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.domain.action_link import LinkAction, LinkSigner
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
    links: PageLinks | None = None,
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
        **({} if links is None else {"links": links.of(alert_id, raised_at)}),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLinks:
    """The pages to which messages lead: `public_url` is where others reach them."""

    public_url: str
    signer: LinkSigner

    def of(self, alert_id: AlertId, raised_at: datetime) -> dict[str, str]:
        """Return the pages of an alert by what they are for: what it is and why it was raised, and the links that act for a week."""
        site = self.public_url.rstrip("/")
        acts = {action.value: site + self.signer.path(action, alert_id, raised_at) for action in LinkAction}
        return {"alert": f"{site}/alerts/{alert_id}", **acts}


def _seconds(earlier: datetime | None, later: datetime) -> float | None:
    return None if earlier is None else round(max(0.0, (later - earlier).total_seconds()), 3)
