"""Record examined articles: their stories, alerts and deliveries, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from monitor.domain.alert import Alert
from monitor.domain.article import Article
from monitor.domain.ids import AlertId
from monitor.domain.story import alert_story_record
from monitor.domain.watch import Term
from monitor.settings.model import SilenceSettings
from monitor.storage import alert_history, alerts, articles, deliveries, holds, pages, scans, silences, source_budgets, stories
from monitor.storage.engine import Connection
from monitor.storage.ids import new_id
from workers.alerts.held_back import budget_hour
from workers.alerts.payload import alert_data
from workers.alerts.policy import AlertContext, AlertDecision, AlertDraft, decide_alerts
from workers.alerts.routing import channels_for
from workers.alerts.snippet import changed_snippet, snippet
from workers.scanning.assign_story import Assignment, assign_story
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.examine import ExaminedArticle, document_of
from workers.scanning.load import ScanTask


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """The alerts that a batch has raised, and the channels that have something to send."""

    alerts: tuple[Alert, ...] = ()
    channels: tuple[str, ...] = ()


def record(connection: Connection, compiled: CompiledSettings, batch: Sequence[ExaminedArticle], *, now: datetime) -> ScanResult:
    """Delete the scans of a batch and store what follows from them. A scan that is gone was recorded by another worker, and is skipped."""
    stories.lock(connection)
    in_force = (*compiled.settings.silences, *silences.active(connection, now))
    stored: list[Alert] = []
    channels: dict[str, None] = {}
    for examined in batch:
        if not scans.finish(connection, examined.task.scan.id) or not _store_page(connection, examined.task, now):
            continue
        articles.mark_scanned(connection, examined.article.id, language=examined.article.language, now=now)
        for alert, term in _raise_alerts(connection, compiled, examined, in_force, now):
            stored.append(alert)
            if alert.suppressed is None:
                names = _channels(alert, term, compiled)
                deliveries.create(connection, alert.id, names, now=now)
                channels.update(dict.fromkeys(names))
    return ScanResult(alerts=tuple(stored), channels=tuple(channels))


def _store_page(connection: Connection, task: ScanTask, now: datetime) -> bool:
    """Store the result of reading the page; return False if the article has a newer revision, which has its own scan."""
    if task.page_result is None:
        return True
    if task.page_result.read:
        return pages.store(connection, task.article, before=task.loaded, now=now)
    pages.postpone(connection, task.article.id, tries=task.article.page_tries + 1, due_at=task.page_result.due_at)
    return True


def _channels(alert: Alert, term: Term, compiled: CompiledSettings) -> Sequence[str]:
    settings = compiled.settings
    return channels_for(alert.severity, alert.tags, term.channels, settings.routes, settings.channels, term=term.name)


def _raise_alerts(
    connection: Connection,
    compiled: CompiledSettings,
    examined: ExaminedArticle,
    in_force: Sequence[SilenceSettings],
    now: datetime,
) -> list[tuple[Alert, Term]]:
    """Put the article into its story and store the alerts that follow; return the new ones with their terms."""
    assignment = assign_story(connection, examined.article, examined.features, now=now, settings=compiled.settings.stories)
    decision = _decide(connection, compiled, examined, assignment, in_force, now)
    alert_history.mark_stale(connection, [one.id for one in decision.stale], now=now)
    if not decision.drafts:
        return []
    members = stories.members(connection, [assignment.story_id])[assignment.story_id]
    story = alert_story_record(assignment.story_id, examined.article.id, members)
    made = [(_alert(draft, examined, story, now), draft) for draft in decision.drafts]
    added = [(alert, draft) for alert, draft in made if alerts.add(connection, alert, draft.match.why if draft.match else {})]
    for alert, draft in added:
        if draft.hold is not None:
            holds.add(connection, alert.id, draft.hold)
    _use_budget(connection, compiled, examined.article, sum(draft.hold is None for _, draft in added), now)
    return [(alert, draft.term) for alert, draft in added]


def _use_budget(connection: Connection, compiled: CompiledSettings, article: Article, count: int, now: datetime) -> None:
    if count and article.feed_url is not None and article.feed_url in compiled.budgets:
        source_budgets.add(connection, article.feed_url, budget_hour(now), count)


def _budget_left(connection: Connection, compiled: CompiledSettings, article: Article, now: datetime) -> int | None:
    """Return how many more alerts of the article's feed may be told in this hour; None for what comes from no feed."""
    if article.feed_url is None or article.feed_url not in compiled.budgets:
        return None
    return compiled.budgets[article.feed_url] - source_budgets.used(connection, article.feed_url, budget_hour(now))


def _decide(
    connection: Connection,
    compiled: CompiledSettings,
    examined: ExaminedArticle,
    assignment: Assignment,
    in_force: Sequence[SilenceSettings],
    now: datetime,
) -> AlertDecision:
    past_alerts = alert_history.of_story(connection, assignment.story_id)
    if not examined.matches and not past_alerts:
        return AlertDecision(drafts=(), stale=())
    with_cooldown = [match.term.name for match in examined.matches if match.term.cooldown]
    context = AlertContext(
        story_id=assignment.story_id,
        joined=assignment.joined,
        alertable=examined.article.alertable,
        past_alerts=past_alerts,
        last_notified_at=alert_history.last_by_term(connection, with_cooldown),
        matched_before=examined.matched_before,
        budget_left=_budget_left(connection, compiled, examined.article, now),
    )
    return decide_alerts(examined.article, examined.matches, context, watch=compiled.watch, silences=in_force, now=now)


def _alert(draft: AlertDraft, examined: ExaminedArticle, story: dict[str, Any], now: datetime) -> Alert:
    article, term = replace(examined.article, story_id=story["id"]), draft.term
    alert_id = AlertId(new_id())
    matches = draft.match.matches if draft.match else ()
    earlier = examined.task.earlier
    document = document_of(article, article.title, article.text)
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
            mentions=[mention for mention in examined.mentions if mention.name != term.name],
            raised_at=now,
        ),
    )
