"""Trace an article, link, story or alert: all that is known of it, and of a link that never came, why not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from monitor.domain.article import Article
from monitor.domain.ids import AlertId, ArticleId, StoryId
from monitor.domain.match import Document
from monitor.domain.text import one_line
from monitor.domain.times import rfc3339
from monitor.domain.urls import canonical_url, host_of
from monitor.records import article_record, source_records
from monitor.settings.model import Settings
from monitor.storage import alerts, articles, lookup, mentions, messages, stories
from monitor.storage.alerts import AlertFilter, StoredAlert
from monitor.storage.engine import Connection
from workers.analysis.dry_run import dry_run
from workers.analysis.traced_story import related_records, traced_alert, traced_story
from workers.analysis.verdict import TermFacts, verdict
from workers.matching.matcher import Matcher

MAX_ARTICLES = 50
_MAX_SOURCES = 20
NEVER = "never received"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracer:
    """Answers questions about what is stored, with the settings and the watch list in force."""

    connection: Connection
    settings: Settings
    matcher: Matcher
    now: datetime

    def trace(self, query: str) -> dict[str, Any]:
        """Return `query kind received summary articles stories sources carried_by` of an id or a link.

        `kind` is `article`, `link`, `story`, `alert`, or `unknown` for what was never received. Of the site of such a link, `sources` are those that
        are configured there, `carried_by` those whose articles lead to it.
        """
        wanted = query.strip()
        kind, found = self._find(wanted)
        if not found:
            return self._never_received(wanted)
        story_ids = dict.fromkeys(article.story_id for article in found if article.story_id)
        traced = [one for story_id in story_ids if (one := traced_story(self.connection, story_id, self.now)) is not None]
        return {
            "query": wanted,
            "kind": kind,
            "received": True,
            "summary": _summary(kind, found, traced),
            "articles": [self._article(article) for article in found],
            "stories": traced,
            "sources": [],
            "carried_by": [],
        }

    def _find(self, wanted: str) -> tuple[str, tuple[Article, ...]]:
        connection = self.connection
        if found := articles.load(connection, [ArticleId(wanted)]):
            return "article", found
        if raised := alerts.listing(connection, AlertFilter(ids=(AlertId(wanted),)), limit=1) if wanted else ():
            return "alert", articles.load(connection, [raised[0].alert.article_id])
        story_id = messages.current_story(connection, StoryId(wanted))
        if inside := stories.articles_of(connection, story_id, MAX_ARTICLES):
            return "story", inside
        return "link", lookup.by_link(connection, wanted, MAX_ARTICLES) if wanted else ()

    def _never_received(self, wanted: str) -> dict[str, Any]:
        host = host_of(canonical_url(wanted))
        configured = [one for one in source_records(self.connection, self.settings, self.now) if _is_of_site(one["url"], host)]
        carried = [
            {"source": one.source, "articles": one.articles, "last_fetched_at": rfc3339(one.last_fetched_at)}
            for one in (lookup.sources_of_site(self.connection, host, _MAX_SOURCES) if host else ())
        ]
        return {
            "query": wanted,
            "kind": "unknown",
            "received": False,
            "summary": _why_never(host, configured, carried),
            "articles": [],
            "stories": [],
            "sources": configured,
            "carried_by": carried,
        }

    def _article(self, article: Article) -> dict[str, Any]:
        raised = alerts.listing(self.connection, AlertFilter(articles=(article.id,)))
        waiting = lookup.waiting_scan(self.connection, article.id)
        named = mentions.of_articles(self.connection, [article.id]).get(article.id, ())
        record = {name: value for name, value in article_record(article, named).items() if name not in {"text", "summary"}}
        return {
            **record,
            "scanned_at": rfc3339(article.scanned_at),
            "waiting": {"since": rfc3339(waiting.since), "attempts": waiting.attempts, "error": waiting.error} if waiting else None,
            "alertable": article.alertable,
            "page": article.page,
            "page_tries": article.page_tries,
            "characters": len(article.text),
            "appearances": [
                {"source": one.source, "url": one.url, "published_at": rfc3339(one.published_at), "seen_at": rfc3339(one.seen_at)}
                for one in lookup.appearances_of(self.connection, article.id)
            ],
            "relation": related_records(self.connection, [article.id]).get(article.id),
            "terms": self._terms(article, raised, waiting=waiting is not None),
            "alerts": [traced_alert(self.connection, one, self.now) for one in reversed(raised)],
        }

    def _terms(self, article: Article, raised: Sequence[StoredAlert], *, waiting: bool) -> list[dict[str, Any]]:
        """Return the terms that occur in the article, each with where, why, and why there was or was not an alert."""
        told = self._alerts_of_story(article)
        found = []
        for term in _occurring(self.matcher, article):
            own = next((one.alert for one in raised if one.alert.term == term["term"]), None)
            other = next((one for one in told if one.alert.term == term["term"] and one.alert.article_id != article.id), None)
            facts = TermFacts(
                matched=term["matched"],
                alerted=own is not None,
                alertable=article.alertable,
                scanned_at=article.scanned_at,
                waiting=waiting,
                suppressed=own.suppressed if own else None,
                told_by=one_line(other.alert.data["article"]["source"] or "") if other else None,
                told_at=other.alert.created_at if other else None,
            )
            found.append({**term, "alert": own.id if own else None, "verdict": verdict(facts)})
        return found

    def _alerts_of_story(self, article: Article) -> Sequence[StoredAlert]:
        if article.story_id is None:
            return ()
        known_as = messages.with_merged(self.connection, article.story_id)
        return tuple(reversed(alerts.listing(self.connection, AlertFilter(stories=known_as))))


def _occurring(matcher: Matcher, article: Article) -> Iterable[dict[str, Any]]:
    whole = Document(
        title=article.title,
        body=article.text,
        source=article.source,
        language=article.language,
        tags=frozenset(article.tags),
        url=article.url,
        author=article.author,
    )
    document = replace(whole, asides=article.asides)
    names = {match.term.name for one in (whole, document) for match in matcher.match(one)}
    found: list[dict[str, Any]] = dry_run(matcher, (), document, names=sorted(names))["terms"] if names else []
    return found


def _summary(kind: str, found: Sequence[Article], traced: Sequence[dict[str, Any]]) -> str:
    sources = list(dict.fromkeys(one_line(article.source) for article in found))
    if kind == "story":
        size = traced[0]["articles"]
        shown = f", the first {len(found)} of which are shown in full" if size > len(found) else ""
        return f"a story of {size} {'article' if size == 1 else 'articles'}{shown}"
    said = {"link": "received", "article": "an article", "alert": "an alert on an article"}[kind]
    named = ", ".join(sources[:3]) + (f" and {len(sources) - 3} more" if len(sources) > 3 else "")
    return f"{said} from {named}, fetched at {rfc3339(found[0].fetched_at)}"


def _is_of_site(url: str, host: str) -> bool:
    return bool(host) and host_of(canonical_url(url)) == host


def _why_never(host: str, configured: Sequence[dict[str, Any]], carried: Sequence[dict[str, Any]]) -> str:
    """Return in a sentence that nothing came, and what is read of the site."""
    said = f"{NEVER}: nothing with this link or id is stored. It may also have been deleted by retention."
    if not host:
        return said
    failing = [one for one in configured if one["status"] in {"failing", "gone"}]
    if failing:
        return f"{said} A source of {host} cannot be read: {one_line(failing[0]['reason'] or failing[0]['status'])}."
    if configured or carried:
        names = ", ".join(dict.fromkeys(one_line(one.get("name") or one.get("source") or "") for one in (*configured, *carried)))
        return f"{said} Of {host} these are read, and none of them has carried it: {names}."
    return f"{said} No source of {host} is configured, and none has ever carried a link to it."
