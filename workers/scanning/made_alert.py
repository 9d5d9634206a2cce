"""Make the alert that follows from a draft."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.domain.alert import Alert
from monitor.domain.ids import AlertId
from workers.alerts.payload import PageLinks, alert_data
from workers.alerts.policy import AlertDraft
from workers.alerts.snippet import changed_snippet, snippet
from workers.scanning.examine import ExaminedArticle, document_of


def made_alert(
    draft: AlertDraft, examined: ExaminedArticle, story: dict[str, Any], links: PageLinks | None, alert_id: AlertId, now: datetime
) -> Alert:
    """Return the alert of a draft on an examined article, with its data as receivers get it."""
    article, term = replace(examined.article, story_id=story["id"]), draft.term
    matches = draft.match.matches if draft.match else ()
    earlier = examined.task.earlier
    document = document_of(article, article.title, article.text, article.asides)
    return Alert(
        id=alert_id,
        dedup_key=draft.key,
        term=term.name,
        kind=term.kind,
        severity=term.severity,
        tags=term.tags,
        reason=draft.reason,
        article_id=article.id,
        revision=article.revision,
        story_id=article.story_id,
        created_at=now,
        suppressed=draft.suppressed,
        data=alert_data(
            alert_id=alert_id,
            term=term,
            reason=draft.reason,
            article=article,
            story=story,
            matches=matches,
            snippet=changed_snippet(document, earlier[1], matches) if earlier else snippet(document, matches),
            mentions=examined.mentions,
            raised_at=now,
            links=links,
        ),
    )
