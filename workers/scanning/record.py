"""Record examined articles: their stories, alerts and deliveries, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from monitor.domain.alert import Alert
from monitor.domain.article import Article
from monitor.domain.ids import AlertId, ArticleId, StoryId
from monitor.domain.relation import RelationKind
from monitor.domain.story import alert_story_record
from monitor.domain.story_update import StoryChange, StoryUpdate
from monitor.domain.watch import Term
from monitor.settings.model import SilenceSettings
from monitor.storage import (
    alert_history,
    alerts,
    articles,
    deliveries,
    holds,
    mentions,
    pages,
    scans,
    silences,
    source_budgets,
    stories,
)
from monitor.storage.engine import Connection
from workers.alerts.held_back import budget_hour
from workers.alerts.payload import alert_data
from workers.alerts.policy import AlertContext, AlertDecision, AlertDraft, decide_alerts
from workers.alerts.routing import channels_for
from workers.alerts.snippet import changed_snippet, snippet
from workers.announcing.announce import announce, channels_to_tell
from workers.scanning.background import BatchCounts, ReadStatement
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.examine import ExaminedArticle, document_of
from workers.scanning.load import ScanTask
from workers.scanning.relate_statement import Placement, StoryPlacer
from workers.stories.headline import headline_turned

_APART = timedelta(microseconds=1)
"""How far apart in time the alerts of one batch are, so that their order is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """The alerts that a batch has raised, and the channels that have something to send."""

    alerts: tuple[Alert, ...] = ()
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The new alerts of one article with their terms, and what it does to its story."""

    alerts: tuple[tuple[Alert, Term], ...]
    updates: tuple[StoryUpdate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """Records the articles of one batch in one transaction."""

    connection: Connection
    compiled: CompiledSettings
    silences: Sequence[SilenceSettings]
    placer: StoryPlacer
    quiet: set[StoryId]
    now: datetime

    def record(self, examined: ExaminedArticle) -> Recorded:
        """Put the article into its story and store the alerts that follow. Nothing need be asked of the stories in `quiet`, which have no alert."""
        placement = self.placer.place(examined.article.id)
        if placement.merged:
            self.quiet.discard(placement.story_id)
        elif placement.relation is not None and placement.relation.story_id is None:
            self.quiet.add(placement.story_id)
        decision = self._decide(examined, placement)
        alert_history.mark_stale(self.connection, [one.id for one in decision.stale], now=self.now)
        updates = () if placement.story_id in self.quiet else _updates(examined, placement, decision)
        if not decision.drafts:
            return Recorded(alerts=(), updates=updates)
        self.placer.flush()
        self.quiet.discard(placement.story_id)
        members = stories.members(self.connection, [placement.story_id])[placement.story_id]
        kind = placement.relation.kind if placement.relation is not None else RelationKind.OTHER
        story = alert_story_record(placement.story_id, examined.article.id, members, kind)
        public_url = self.compiled.settings.public_url
        made = [
            (
                _alert(draft, examined, story, public_url, alerts.id_for(self.connection, draft.key), self.now + place * _APART),
                draft,
            )
            for place, draft in enumerate(decision.drafts)
        ]
        added = [
            (alert, draft) for alert, draft in made if alerts.add(self.connection, alert, draft.match.why if draft.match else {})
        ]
        self._hold_back(examined.article, added)
        return Recorded(alerts=tuple((alert, draft.term) for alert, draft in added), updates=updates)

    def _hold_back(self, article: Article, added: Sequence[tuple[Alert, AlertDraft]]) -> None:
        """Store until when alerts are held, and count those that are told against the budget of their feed."""
        for alert, draft in added:
            if draft.hold is not None:
                holds.add(self.connection, alert.id, draft.hold)
        told = sum(draft.hold is None for _, draft in added)
        if told and article.feed_url is not None and article.feed_url in self.compiled.budgets:
            source_budgets.add(self.connection, article.feed_url, budget_hour(self.now), told)

    def _budget_left(self, article: Article) -> int | None:
        """Return how many more alerts of the article's feed may be told in this hour; None for what comes from no feed."""
        if article.feed_url is None or article.feed_url not in self.compiled.budgets:
            return None
        used = source_budgets.used(self.connection, article.feed_url, budget_hour(self.now))
        return self.compiled.budgets[article.feed_url] - used

    def _decide(self, examined: ExaminedArticle, placement: Placement) -> AlertDecision:
        no_alerts = placement.story_id in self.quiet
        past_alerts = () if no_alerts else alert_history.of_story(self.connection, placement.story_id)
        if not examined.matches and not past_alerts:
            return AlertDecision(drafts=(), stale=())
        with_cooldown = [match.term.name for match in examined.matches if match.term.cooldown]
        context = AlertContext(
            story_id=placement.story_id,
            joined=placement.joined,
            alertable=examined.article.alertable,
            past_alerts=past_alerts,
            last_notified_at=alert_history.last_by_term(self.connection, with_cooldown),
            matched_before=examined.matched_before,
            budget_left=self._budget_left(examined.article),
        )
        return decide_alerts(
            examined.article, examined.matches, context, watch=self.compiled.watch, silences=self.silences, now=self.now
        )


def record(
    connection: Connection,
    compiled: CompiledSettings,
    batch: Sequence[ExaminedArticle],
    statements: Mapping[ArticleId, ReadStatement],
    placer: StoryPlacer,
    *,
    now: datetime,
) -> ScanResult:
    """Delete the scans of a batch and store what follows from them. A scan that is gone was recorded by another worker, and is skipped."""
    placer.begin(connection, now)
    in_force = (*compiled.settings.silences, *silences.active(connection, now))
    quiet = alert_history.stories_without(connection, placer.expected())
    recorder = Recorder(connection=connection, compiled=compiled, silences=in_force, placer=placer, quiet=quiet, now=now)
    finished = scans.finish(connection, [examined.task.scan.id for examined in batch])
    articles.lock(connection, [one.article.id for one in batch])
    mine = [one for one in batch if one.task.scan.id in finished and _store_page(connection, one.task, now)]
    articles.mark_scanned(connection, [one.article for one in mine], now)
    mentions.replace(connection, [(one.article, one.mentions) for one in mine])
    counts = BatchCounts()
    stored: list[Alert] = []
    channels: dict[str, None] = {}
    for examined in mine:
        recorded = recorder.record(examined)
        recorder = replace(recorder, now=recorder.now + len(recorded.alerts) * _APART)
        for alert, term in recorded.alerts:
            stored.append(alert)
            if alert.suppressed is None:
                names = channels_to_tell(compiled.settings, _channels(alert, term, compiled), alert.reason)
                deliveries.create(connection, alert.id, names, now=alert.created_at)
                channels.update(dict.fromkeys(names))
        if recorded.updates:
            placer.flush()
        for update in recorded.updates:
            channels.update(dict.fromkeys(announce(connection, compiled.settings, update, now=recorder.now)))
        if examined.article.revision == 1 and examined.article.scanned_at is None:
            counts.add(statements[examined.article.id])
    placer.flush()
    counts.save(connection, now)
    return ScanResult(alerts=tuple(stored), channels=tuple(channels))


def _updates(examined: ExaminedArticle, placement: Placement, decision: AlertDecision) -> tuple[StoryUpdate, ...]:
    """Return what the article does to its story: it grows, it develops, or alerts no longer hold."""
    update = StoryUpdate(story_id=placement.story_id, article_id=examined.article.id, change=StoryChange.GREW)
    updates = []
    if placement.relation is not None and placement.relation.kind is RelationKind.DEVELOPMENT and examined.article.alertable:
        updates.append(replace(update, change=StoryChange.DEVELOPED, facts=placement.relation.changes))
    elif placement.joined:
        updates.append(update)
    if withdrawn := tuple(dict.fromkeys(alert.term for alert in decision.stale)):
        updates.append(replace(update, change=StoryChange.WITHDRAWN, terms=withdrawn))
    earlier = examined.task.earlier
    if earlier is not None and examined.matches and headline_turned(earlier[0], examined.article.title):
        updates.append(replace(update, change=StoryChange.DEVELOPED, facts=(f"{earlier[0]} → {examined.article.title}",)))
    return tuple(updates)


def _store_page(connection: Connection, task: ScanTask, now: datetime) -> bool:
    """Store the result of reading the page; return False if the article has a newer revision, which has its own scan."""
    if task.page_result is None:
        return True
    if task.page_result.read:
        return pages.store(connection, task.article, before=task.loaded, now=now)
    tries = task.article.page_tries + (not task.page_result.busy)
    pages.postpone(connection, task.article.id, tries=tries, due_at=task.page_result.due_at)
    return True


def _channels(alert: Alert, term: Term, compiled: CompiledSettings) -> Sequence[str]:
    settings = compiled.settings
    return channels_for(alert.severity, alert.tags, term.channels, settings.routes, settings.channels, term=term.name)


def _alert(
    draft: AlertDraft, examined: ExaminedArticle, story: dict[str, Any], public_url: str | None, alert_id: AlertId, now: datetime
) -> Alert:
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
            public_url=public_url,
        ),
    )
