"""Scan: find what matches in new and revised articles, and raise alerts.

load | decide | record. Deciding takes no transaction; recording is one: the scan is struck off, the article has its story, alerts and their
deliveries stand in the outbox, or none of it happened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from monitor.domain.alert import Alert
from monitor.domain.article import Article
from monitor.domain.clock import Clock
from monitor.domain.ids import AlertId, ScanId
from monitor.domain.match import Document, Mention, TermMatch
from monitor.domain.story import alert_story_record
from monitor.domain.watch import Term
from monitor.logs import get_logger
from monitor.settings.model import Settings, SilenceSettings
from monitor.storage import alert_history, alerts, articles, deliveries, pages, scans, silences, stories
from monitor.storage.engine import Connection, Database
from monitor.storage.ids import new_id
from workers.alerts.payload import alert_data
from workers.alerts.policy import Draft, Situation, decide_alerts
from workers.alerts.routing import channels_for
from workers.alerts.snippet import changed_snippet, snippet
from workers.language.detector import detect
from workers.matching.matcher import Matcher
from workers.scanning.assign_story import assign
from workers.scanning.full_text import FullTextReader, PageResult
from workers.stories.near_duplicates import ArticleFeatures, features_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledSettings:
    """A configuration and the matcher built from it: one value, so that no scan sees a half of each."""

    settings: Settings
    matcher: Matcher
    watch: Mapping[str, Term]

    @classmethod
    def build(cls, settings: Settings, before: CompiledSettings | None = None) -> CompiledSettings:
        """Build the matcher of a configuration; seconds for a very long watch list, less where that of `before` was nearly the same."""
        matcher = Matcher.build(settings.terms, before.matcher if before is not None else None)
        return cls(settings=settings, matcher=matcher, watch={term.name: term for term in settings.terms})


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanTask:
    """A scan to do: the article as it stands, and title and text of its previous revision if it has one.

    `page_result` is what came of reading the page behind its link, if that was wanted; `loaded` the revision that the database held.
    """

    scan: scans.Scan
    article: Article
    earlier: tuple[str, str] | None
    loaded: int
    page_result: PageResult | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminedArticle:
    """What an article says, before it is known what was told of its story. `before`: the terms its previous revision matched."""

    work: ScanTask
    article: Article
    matches: tuple[TermMatch, ...]
    mentions: tuple[Mention, ...]
    before: frozenset[str]
    features: ArticleFeatures


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """What a batch came to: the alerts stored, and the channels that have something to send."""

    alerts: tuple[Alert, ...] = ()
    channels: tuple[str, ...] = ()


def load(database: Database, ids: Sequence[ScanId]) -> list[ScanTask]:
    """The work behind these outbox rows; rows that are gone are done already."""
    with database.read() as connection:
        waiting = scans.load(connection, ids)
        found = {article.id: article for article in articles.load(connection, [scan.article_id for scan in waiting])}
        return [_work(connection, scan, found[scan.article_id]) for scan in waiting if scan.article_id in found]


def with_pages(reader: FullTextReader, batch: Sequence[ScanTask]) -> list[ScanTask]:
    """The work with the pages behind the links read, as far as that was possible in time."""
    readings = reader.read([work.article for work in batch])
    return [_with_page(work, page_result) for work, page_result in zip(batch, readings, strict=True)]


def scan(database: Database, ready: CompiledSettings, batch: Sequence[ScanTask], *, clock: Clock) -> ScanResult:
    """Decide and record."""
    found = [findings for work in batch if (findings := _attempt(database, ready, work)) is not None]
    if not found:
        return ScanResult()
    with database.write() as connection:
        scanned = _record(connection, ready, found, now=clock.now())
    for alert in scanned.alerts:
        _log(alert)
    return scanned


def examine(ready: CompiledSettings, work: ScanTask) -> ExaminedArticle:
    """Decide what an article says; pure."""
    language = work.article.language or detect(f"{work.article.title}\n{work.article.text}")
    article = replace(work.article, language=language)
    document = _document(article, article.title, article.text)
    before = ready.matcher.match(_document(article, *work.earlier)) if work.earlier else ()
    return ExaminedArticle(
        work=work,
        article=article,
        matches=tuple(match.settled() for match in ready.matcher.match(document)),
        mentions=ready.matcher.mentions(document),
        before=frozenset(match.term.name for match in before),
        features=features_of(article),
    )


def _work(connection: Connection, scan: scans.Scan, article: Article) -> ScanTask:
    return ScanTask(scan=scan, article=article, earlier=articles.earlier(connection, article), loaded=article.revision)


def _with_page(work: ScanTask, page_result: PageResult) -> ScanTask:
    """A page that came late is a revision: the text matched before it is its predecessor."""
    before = work.article
    late = page_result.article.revision != before.revision
    return replace(
        work, article=page_result.article, page_result=page_result, earlier=(before.title, before.text) if late else work.earlier
    )


def _attempt(database: Database, ready: CompiledSettings, work: ScanTask) -> ExaminedArticle | None:
    """None if the article brings the matcher down: the others go on, and this one is tried again."""
    try:
        return examine(ready, work)
    except Exception as error:  # noqa: BLE001 - one article must not hold up the rest of the batch
        get_logger().error("scan.failed", article=work.article.id, error=repr(error))
        with database.write() as connection:
            scans.fail(connection, work.scan.id, repr(error))
        return None


def _record(connection: Connection, ready: CompiledSettings, found: Sequence[ExaminedArticle], *, now: datetime) -> ScanResult:
    stories.lock(connection)
    silenced = (*ready.settings.silences, *silences.active(connection, now))
    stored: list[Alert] = []
    channels: dict[str, None] = {}
    for findings in found:
        if not scans.finish(connection, findings.work.scan.id) or not _store_reading(connection, findings.work, now):
            continue
        articles.mark_scanned(connection, findings.article.id, language=findings.article.language, now=now)
        for alert, term in _raise(connection, ready, findings, silenced, now):
            stored.append(alert)
            if alert.suppressed is None:
                names = channels_for(
                    alert.severity, alert.tags, term.channels, ready.settings.routes, ready.settings.channels, term=term.name
                )
                deliveries.create(connection, alert.id, names, now=now)
                channels.update(dict.fromkeys(names))
    return ScanResult(alerts=tuple(stored), channels=tuple(channels))


def _store_reading(connection: Connection, work: ScanTask, now: datetime) -> bool:
    """Keep what came of reading the page; False if the article has a newer revision, whose own scan is on its way."""
    if work.page_result is None:
        return True
    if work.page_result.read:
        return pages.store(connection, work.article, before=work.loaded, now=now)
    pages.postpone(connection, work.article.id, tries=work.article.page_tries + 1, due_at=work.page_result.due_at)
    return True


def _raise(
    connection: Connection, ready: CompiledSettings, findings: ExaminedArticle, silenced: Sequence[SilenceSettings], now: datetime
) -> list[tuple[Alert, Term]]:
    """Place the article in its story and store what is to be told of it."""
    article = findings.article
    assignment = assign(connection, article, findings.features, now=now, settings=ready.settings.stories)
    told = alert_history.of_story(connection, assignment.story_id)
    if not findings.matches and not told:
        return []
    decision = decide_alerts(
        article,
        findings.matches,
        Situation(
            story_id=assignment.story_id,
            joined=assignment.joined,
            alertable=article.alertable,
            raised=told,
            last=alert_history.last_by_term(connection, [match.term.name for match in findings.matches if match.term.cooldown]),
            before=findings.before,
        ),
        watch=ready.watch,
        silences=silenced,
        now=now,
    )
    alert_history.mark_stale(connection, [one.id for one in decision.stale], now=now)
    if not decision.drafts:
        return []
    inside = stories.members(connection, [assignment.story_id])[assignment.story_id]
    story = alert_story_record(assignment.story_id, article.id, inside)
    drawn = [(_alert(draft, findings, story, now), draft) for draft in decision.drafts]
    return [(alert, draft.term) for alert, draft in drawn if alerts.add(connection, alert, draft.match.why if draft.match else {})]


def _alert(draft: Draft, findings: ExaminedArticle, story: dict[str, Any], now: datetime) -> Alert:
    article, term = replace(findings.article, story_id=story["id"]), draft.term
    alert_id = AlertId(new_id())
    matches = draft.match.matches if draft.match else ()
    earlier = findings.work.earlier
    document = _document(article, article.title, article.text)
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
            mentions=[mention for mention in findings.mentions if mention.name != term.name],
            raised_at=now,
        ),
    )


def _document(article: Article, title: str, text: str) -> Document:
    return Document(title=title, body=text, source=article.source, language=article.language, tags=frozenset(article.tags))


def _log(alert: Alert) -> None:
    event = "alert.raised" if alert.suppressed is None else "alert.suppressed"
    get_logger().info(
        event,
        alert=alert.id,
        term=alert.term,
        severity=alert.severity,
        reason=alert.reason,
        title=alert.data["article"]["title"],
        source=alert.data["article"]["source"],
        url=alert.data["article"]["url"],
        **({} if alert.suppressed is None else {"suppressed": alert.suppressed}),
    )
