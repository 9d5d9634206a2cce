"""Decide which matches become alerts: once for a term and a story, and again only for a new reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.domain.alert import Hold, PastAlert, Reason, Suppression
from monitor.domain.article import Article
from monitor.domain.hashing import hash_parts
from monitor.domain.ids import ArticleId, StoryId
from monitor.domain.match import TermMatch
from monitor.domain.watch import Repeat, Term
from monitor.settings.model import SilenceSettings
from workers.alerts.held_back import hold_for, hold_over_budget


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertContext:
    """What a decision depends on besides the article and its matches.

    `joined` is True if the article has just joined a story with other articles. `alertable` is False if it was too old at its feed's
    first fetch; then only an edit can raise an alert. `past_alerts` are those of the story, `last_notified_at` is by term, and
    `matched_before` names the terms that matched the previous revision (none for a first one). `budget_left` is how many more alerts of
    the article's source may be told in this hour, None without a limit. `origins` counts the independent origins of the story. `page_came_late`: what
    was matched before was the summary, and now it is the page, which nobody has edited. `same_articles` are articles of other origins that say the
    same under the same link, such as an entry that a publisher lists in two of its feeds.
    """

    story_id: StoryId
    joined: bool
    alertable: bool = True
    past_alerts: tuple[PastAlert, ...] = ()
    last_notified_at: Mapping[str, datetime] = field(default_factory=dict)
    matched_before: frozenset[str] = frozenset()
    budget_left: int | None = None
    same_articles: frozenset[ArticleId] = frozenset()
    page_came_late: bool = False
    origins: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDraft:
    """An alert to store. `key` is 32 bytes; two drafts of what may be raised only once have the same key.

    `match` is None for an article that joined a story of which the user wants updates, and does not match itself. `hold` is None for an
    alert that is told at once.
    """

    key: bytes
    term: Term
    reason: Reason
    hold: Hold | None
    match: TermMatch | None

    @property
    def suppressed(self) -> Suppression | None:
        """Why the alert is not told at once."""
        return None if self.hold is None else self.hold.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDecision:
    """The alerts to store, and the past alerts on the article whose term no longer matches, or all if it is cancelled."""

    drafts: tuple[AlertDraft, ...]
    stale: tuple[PastAlert, ...]


def decide_alerts(
    article: Article,
    matches: Sequence[TermMatch],
    context: AlertContext,
    *,
    watch: Mapping[str, Term],
    silences: Sequence[SilenceSettings],
    now: datetime,
) -> AlertDecision:
    """Return the alerts that the matches of an article's newest revision raise. Deciding twice gives the same keys.

    `watch` is the watch list by name.
    """
    drafts = [
        AlertDraft(
            key=_key(match.term, article, context.story_id),
            term=match.term,
            reason=reason,
            hold=hold_for(match.term, context.last_notified_at.get(match.term.name), silences, now, story=context.story_id),
            match=match,
        )
        for match in matches
        if (reason := _reason(article, match.term, context)) is not None
    ]
    if context.joined and context.alertable:
        drafted = {draft.term.name for draft in drafts}
        by_term = {match.term.name: match for match in matches}
        drafts += [
            _joined_draft(term, by_term.get(term.name), article, context, silences, now)
            for term in _terms_to_update(context, watch)
            if term.name not in drafted
        ]
    drafts = _within_budget(drafts, context.budget_left, now)
    return AlertDecision(drafts=tuple(drafts), stale=_stale_alerts(article, matches, context))


def _within_budget(drafts: Sequence[AlertDraft], left: int | None, now: datetime) -> list[AlertDraft]:
    """Return the drafts, those held back that are more than the source may tell in this hour; the most severe are told first."""
    if left is None:
        return list(drafts)
    told = sorted((draft for draft in drafts if draft.hold is None), key=lambda draft: -draft.term.severity.rank)
    over = {draft.key for draft in told[max(left, 0) :]}
    return [replace(draft, hold=hold_over_budget(now)) if draft.key in over else draft for draft in drafts]


def _stale_alerts(article: Article, matches: Sequence[TermMatch], context: AlertContext) -> tuple[PastAlert, ...]:
    matching = set() if article.is_cancelled else {match.term.name for match in matches}
    return tuple(
        alert
        for alert in context.past_alerts
        if alert.article_id == article.id and alert.reason is not Reason.JOINED and alert.term not in matching
    )


def _reason(article: Article, term: Term, context: AlertContext) -> Reason | None:
    """Return why the term alerts on this article, or None if it does not."""
    edited = article.revision > 1 and not context.page_came_late
    reason = Reason.UPDATED if edited and term.name not in context.matched_before else Reason.NEW
    if not context.alertable and reason is not Reason.UPDATED:
        return None
    if term.scope.origins > context.origins:
        return None
    earlier = [alert for alert in context.past_alerts if alert.term == term.name and alert.reason is not Reason.JOINED]
    if term.repeat is Repeat.ARTICLE:
        return None if any(alert.article_id in {article.id, *context.same_articles} for alert in earlier) else reason
    return reason if all(alert.severity.rank < term.severity.rank for alert in earlier) else None


def story_key(term: str, story_id: StoryId, severity: str) -> bytes:
    """Return the key of the one alert that a term raises for a story at a severity."""
    return hash_parts("alert", "story", term, story_id, severity)


def _key(term: Term, article: Article, story_id: StoryId) -> bytes:
    if term.repeat is Repeat.ARTICLE:
        return hash_parts("alert", "article", term.name, article.id)
    return story_key(term.name, story_id, term.severity)


def _terms_to_update(context: AlertContext, watch: Mapping[str, Term]) -> list[Term]:
    """Return the terms with `repeat: update` that have notified of this story."""
    names = dict.fromkeys(alert.term for alert in context.past_alerts if alert.suppressed is None)
    return [watch[name] for name in names if name in watch and watch[name].repeat is Repeat.UPDATE]


def _joined_draft(
    term: Term, match: TermMatch | None, article: Article, context: AlertContext, silences: Sequence[SilenceSettings], now: datetime
) -> AlertDraft:
    last = max(alert.created_at for alert in context.past_alerts if alert.term == term.name and alert.suppressed is None)
    return AlertDraft(
        key=hash_parts("alert", "growth", term.name, article.id),
        term=term,
        reason=Reason.JOINED,
        hold=hold_for(term, last, silences, now, story=context.story_id),
        match=match,
    )
