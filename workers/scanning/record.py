"""Record examined articles: their stories, alerts and deliveries, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.domain.action_link import LinkSigner
from monitor.domain.alert import Alert, PastAlert, Reason
from monitor.domain.article import Article
from monitor.domain.ids import ArticleId, StoryId
from monitor.domain.relation import RelationKind
from monitor.domain.story import alert_story_record
from monitor.domain.story_update import StoryUpdate
from monitor.domain.watch import Repeat, Term
from monitor.settings.model import SilenceSettings
from monitor.storage import (
    alert_history,
    alerts,
    articles,
    deliveries,
    escalations,
    holds,
    link_secrets,
    mentions,
    pages,
    scans,
    silences,
    source_budgets,
    stories,
)
from monitor.storage.engine import Connection
from workers.alerts.escalation import step_due, steps_for
from workers.alerts.held_back import budget_hour
from workers.alerts.payload import PageLinks
from workers.alerts.policy import AlertContext, AlertDecision, AlertDraft, decide_alerts
from workers.alerts.routing import channels_for
from workers.announcing.announce import announce, channels_to_tell
from workers.scanning.background import BatchCounts, ReadStatement
from workers.scanning.batch_provenance import BatchProvenance
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.confirm import confirm, remember_unconfirmed
from workers.scanning.examine import ExaminedArticle
from workers.scanning.load import ScanTask
from workers.scanning.made_alert import made_alert
from workers.scanning.relate_statement import Placement, StoryPlacer
from workers.scanning.story_changes import story_changes

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
    provenance: BatchProvenance
    quiet: set[StoryId]
    links: PageLinks | None
    now: datetime

    def record(self, examined: ExaminedArticle) -> Recorded:
        """Put the article into its story and store the alerts that follow. Nothing need be asked of the stories in `quiet`, which have no alert."""
        placement = self.placer.place(examined.article.id)
        self.provenance.place(examined, placement)
        if placement.merged:
            self.quiet.discard(placement.story_id)
        elif placement.relation is not None and placement.relation.story_id is None:
            self.quiet.add(placement.story_id)
        pending = (self.placer, self.provenance)
        confirmation = confirm(self.connection, self.compiled, examined, placement, pending)
        decision = self._decide(examined, placement, confirmation.origins)
        if self.compiled.confirming:
            remember_unconfirmed(self.connection, examined, confirmation.origins)
        alert_history.mark_stale(self.connection, [one.id for one in decision.stale], now=self.now)
        updates = () if placement.story_id in self.quiet else story_changes(examined, placement, decision)
        raised = self._raise(examined, placement, decision.drafts)
        for earlier in confirmation.earlier:
            drafts = self._decide(earlier, replace(placement, joined=False), confirmation.origins).drafts
            raised += self._raise(earlier, placement, drafts, after=len(raised))
        return Recorded(alerts=raised, updates=updates)

    def _raise(
        self, examined: ExaminedArticle, placement: Placement, drafts: Sequence[AlertDraft], *, after: int = 0
    ) -> tuple[tuple[Alert, Term], ...]:
        """Store the alerts of an article, `after` as many others of this scan; return those that are new."""
        if not drafts:
            return ()
        self.placer.flush()
        self.provenance.flush()
        self.quiet.discard(placement.story_id)
        members = stories.members(self.connection, [placement.story_id])[placement.story_id]
        kind = placement.relation.kind if placement.relation is not None else RelationKind.OTHER
        story = alert_story_record(placement.story_id, examined.article.id, members, kind, now=self.now)
        made = [
            (
                made_alert(
                    draft, examined, story, self.links, alerts.id_for(self.connection, draft.key), self.now + place * _APART
                ),
                draft,
            )
            for place, draft in enumerate(drafts, after)
        ]
        added = [
            (alert, draft) for alert, draft in made if alerts.add(self.connection, alert, draft.match.why if draft.match else {})
        ]
        self._hold_back(examined.article, added)
        return tuple((alert, draft.term) for alert, draft in added)

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

    def _decide(self, examined: ExaminedArticle, placement: Placement, origins: int) -> AlertDecision:
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
            same_articles=self._same_articles(examined, past_alerts),
            page_came_late=examined.task.page_came_late,
            origins=origins,
        )
        return decide_alerts(
            examined.article, examined.matches, context, watch=self.compiled.watch, silences=self.silences, now=self.now
        )

    def _same_articles(self, examined: ExaminedArticle, past_alerts: Sequence[PastAlert]) -> frozenset[ArticleId]:
        """Return those of the articles that have raised alerts of `repeat: article` terms that are the examined one in another feed."""
        names = {match.term.name for match in examined.matches if match.term.repeat is Repeat.ARTICLE}
        ids = {alert.article_id for alert in past_alerts if alert.term in names and alert.article_id != examined.article.id}
        return articles.same_elsewhere(self.connection, examined.article, ids)


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
    provenance = BatchProvenance(connection, placer.expected())
    recorder = Recorder(
        connection=connection,
        compiled=compiled,
        silences=in_force,
        placer=placer,
        provenance=provenance,
        quiet=quiet,
        links=_page_links(connection, compiled.settings.public_url),
        now=now,
    )
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
                _begin_escalation(connection, compiled, term, alert)
                channels.update(dict.fromkeys(names))
        if recorded.updates:
            placer.flush()
            provenance.flush()
        for update in recorded.updates:
            channels.update(dict.fromkeys(announce(connection, compiled.settings, update, now=recorder.now)))
        if examined.article.revision == 1 and examined.article.scanned_at is None:
            counts.add(statements[examined.article.id])
    placer.flush()
    provenance.flush()
    counts.save(connection, now)
    return ScanResult(alerts=tuple(stored), channels=tuple(channels))


def _begin_escalation(connection: Connection, compiled: CompiledSettings, term: Term, alert: Alert) -> None:
    """Have an alert that is told now go on to others unless it is acknowledged, if its term or its severity says so."""
    steps = steps_for(compiled.settings, compiled.watch, term.name, alert.severity)
    due = step_due(steps, 0, alert.created_at) if steps and alert.reason is not Reason.JOINED else None
    if due is not None:
        escalations.add(connection, alert.id, due)


def _page_links(connection: Connection, public_url: str | None) -> PageLinks | None:
    return (
        None
        if public_url is None
        else PageLinks(public_url=public_url, signer=LinkSigner(key=link_secrets.signing_key(connection)))
    )


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
