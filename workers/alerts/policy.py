"""When a match is an alert: once for a term and a story, again only for good reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.domain.alert import PastAlert, Reason, Suppression
from monitor.domain.article import Article
from monitor.domain.hashing import hash_parts
from monitor.domain.ids import StoryId
from monitor.domain.match import TermMatch
from monitor.domain.watch import Repeat, Term
from monitor.settings.model import SilenceSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the decision rests on besides the matches.

    `joined`: the article has just come to a story that had others. `alertable` False: a feed held it at its very first fetch, too old
    to be told; only an edit can raise an alert. `raised` are the story's alerts, `last` says when each term last notified, `before`
    names the terms that held in the previous revision (none for a first one).
    """

    story_id: StoryId
    joined: bool
    alertable: bool = True
    raised: tuple[PastAlert, ...] = ()
    last: Mapping[str, datetime] = field(default_factory=dict)
    before: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An alert to store. `key` is 32 bytes, unique for what may be raised only once.

    `match` is None for a story's growth by an article that does not match itself.
    """

    key: bytes
    term: Term
    reason: Reason
    suppressed: Suppression | None
    match: TermMatch | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The alerts to store, and those already raised on the article whose term holds no longer."""

    drafts: tuple[Draft, ...]
    stale: tuple[PastAlert, ...]


def decide_alerts(
    article: Article,
    matches: Sequence[TermMatch],
    situation: Situation,
    *,
    watch: Mapping[str, Term],
    silences: Sequence[SilenceSettings],
    now: datetime,
) -> Decision:
    """What the matches of an article's newest revision come to. `watch` is the watch list by name. Deciding twice gives the same keys."""
    drafts = [
        Draft(
            key=_key(match.term, article, situation.story_id),
            term=match.term,
            reason=reason,
            suppressed=_suppression(match.term, situation.last.get(match.term.name), silences, now),
            match=match,
        )
        for match in matches
        if (reason := _reason(article, match.term, situation)) is not None
    ]
    if situation.joined and situation.alertable:
        told = {draft.term.name for draft in drafts}
        by_term = {match.term.name: match for match in matches}
        drafts += [
            _growth(term, by_term.get(term.name), article, situation, silences, now)
            for term in _followed(situation, watch)
            if term.name not in told
        ]
    return Decision(drafts=tuple(drafts), stale=_lapsed(article, matches, situation))


def _lapsed(article: Article, matches: Sequence[TermMatch], situation: Situation) -> tuple[PastAlert, ...]:
    holding = {match.term.name for match in matches}
    return tuple(
        raised
        for raised in situation.raised
        if raised.article_id == article.id and raised.reason is not Reason.JOINED and raised.term not in holding
    )


def _reason(article: Article, term: Term, situation: Situation) -> Reason | None:
    """Why the term alerts on this article, or None if it was told already or is not to be told."""
    reason = Reason.UPDATED if article.revision > 1 and term.name not in situation.before else Reason.NEW
    if not situation.alertable and reason is not Reason.UPDATED:
        return None
    earlier = [raised for raised in situation.raised if raised.term == term.name and raised.reason is not Reason.JOINED]
    if term.repeat is Repeat.ARTICLE:
        return None if any(raised.article_id == article.id for raised in earlier) else reason
    return reason if all(raised.severity.rank < term.severity.rank for raised in earlier) else None


def _key(term: Term, article: Article, story_id: StoryId) -> bytes:
    if term.repeat is Repeat.ARTICLE:
        return hash_parts("alert", "article", term.name, article.id)
    return hash_parts("alert", "story", term.name, story_id, term.severity)


def _followed(situation: Situation, watch: Mapping[str, Term]) -> list[Term]:
    """The terms told of this story whose user wants to see it grow."""
    names = dict.fromkeys(raised.term for raised in situation.raised if raised.suppressed is None)
    return [watch[name] for name in names if name in watch and watch[name].repeat is Repeat.UPDATE]


def _growth(
    term: Term, match: TermMatch | None, article: Article, situation: Situation, silences: Sequence[SilenceSettings], now: datetime
) -> Draft:
    last = max(raised.created_at for raised in situation.raised if raised.term == term.name and raised.suppressed is None)
    return Draft(
        key=hash_parts("alert", "growth", term.name, article.id),
        term=term,
        reason=Reason.JOINED,
        suppressed=_suppression(term, last, silences, now),
        match=match,
    )


def _suppression(term: Term, last: datetime | None, silences: Sequence[SilenceSettings], now: datetime) -> Suppression | None:
    if any(_silences(silence, term, now) for silence in silences):
        return Suppression.SILENCED
    if term.cooldown is not None and last is not None and now - last < term.cooldown:
        return Suppression.COOLDOWN
    return None


def _silences(silence: SilenceSettings, term: Term, now: datetime) -> bool:
    meant = silence.term in {None, term.name} and (silence.tag is None or silence.tag in term.tags)
    return meant and (silence.since is None or silence.since <= now) and (silence.until is None or now < silence.until)
