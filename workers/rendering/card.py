"""An alert as people read it: the plain words that every chat renders in its own mark-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from monitor.domain.alert import Suppression
from monitor.domain.delivery import HELD_REPORT, PROBLEM, RESOLVED, TEST, ClaimedDelivery
from monitor.domain.highlight import Segment, find_phrases, split_at
from monitor.domain.text import one_line
from monitor.domain.watch import Severity
from workers.rendering.truncation import cut, cut_around

TITLE_LENGTH, TERM_LENGTH, SOURCE_LENGTH, SNIPPET_LENGTH, URL_LENGTH = 250, 100, 80, 500, 1500
MAX_ENTITIES = 8
_MAX_MARKS = 60
_LINKS = (("alert", "Alert", ""), ("alert", "Why", "#why"), ("acknowledge", "Acknowledge", ""), ("silence", "Silence", ""))
"""Our own pages: the key in an alert's `links`, what the page is called in a message, and the place on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The words of an alert, one line each, already within sane lengths.

    `pieces` is the snippet in order; True marks the words that matched. `test` is an alert that was only sent to try a channel.
    `terms` are all that fired, the worst first, and `term` is the first of them. `note` says what kind of news this is, in one word;
    `news` are lines on what has changed; `growth` says how the story has spread. `links` lead to our own pages: name and address. `seen` says who has acknowledged it, and when.
    """

    severity: Severity
    term: str
    title: str
    url: str | None
    pieces: tuple[tuple[str, bool], ...]
    source: str
    when: str | None
    articles: int
    updated: bool
    entities: tuple[str, ...]
    test: bool = False
    terms: tuple[str, ...] = ()
    note: str | None = None
    news: tuple[str, ...] = ()
    growth: str | None = None
    links: tuple[tuple[str, str], ...] = ()
    seen: str | None = None

    @property
    def facts(self) -> tuple[str, ...]:
        """Source, time of publication, size of the story and who has seen it, as far as known."""
        story = self.growth or (f"{self.articles} articles" if self.articles > 1 else None)
        return tuple(fact for fact in (self.source, self.when, story, "updated" if self.updated else None, self.seen) if fact)

    @property
    def label(self) -> str:
        """The severity in capitals, and whether this is a test or news of a story that has been told."""
        parts = ("TEST" if self.test else None, self.severity.upper(), self.note)
        return " · ".join(part for part in parts if part)

    @property
    def act_links(self) -> tuple[tuple[str, str], ...]:
        """The links that act, for a line that has no room for all."""
        return tuple(link for link in self.links if link[0] in {"Acknowledge", "Silence"})

    @property
    def headline(self) -> str:
        """Severity, term and title in one line."""
        more = f" and {len(self.terms) - 1} more" if len(self.terms) > 1 else ""
        return f"{self.label} · {self.term}{more}: {self.title}"


def card_of(delivery: ClaimedDelivery) -> Card:
    """Return what there is to read in an alert, or in a notice to the operator; of a report, its heading and its first events."""
    if delivery.kind == HELD_REPORT:
        return _report_card(delivery)
    if delivery.kind in {PROBLEM, RESOLVED}:
        return _notice(delivery)
    return alert_card(delivery.data, delivery.severity, test=delivery.kind == TEST)


def alert_card(data: Mapping[str, Any], severity: Severity, *, test: bool = False) -> Card:
    """Return what there is to read in the data of an alert. Other events of a story name several terms, or none, and no alert."""
    article, story, alert = data["article"], data.get("story") or {}, data.get("alert") or {}
    snippet = one_line(data.get("snippet") or "")
    names = [alert["term"]] if "term" in alert else list(data.get("terms") or ())
    terms = tuple(cut(one_line(name), TERM_LENGTH) or "?" for name in names)
    return Card(
        severity=severity,
        term=terms[0] if terms else "?",
        terms=terms,
        title=cut(one_line(article.get("title") or ""), TITLE_LENGTH) or "(untitled)",
        url=followable_link(article.get("url")),
        pieces=mark_matches(snippet, [match.get("text", "") for match in data.get("matches") or ()]),
        source=cut(one_line(article.get("source") or ""), SOURCE_LENGTH),
        when=_shown_time(article.get("published_at")),
        articles=int(story.get("articles") or 1),
        updated=alert.get("reason") == "updated",
        entities=_shown_entities([one for one in data.get("entities") or () if one.get("name") != alert.get("term")]),
        test=test,
        note="NOT ACKNOWLEDGED" if "escalation" in data else None,
        links=_own_links(data.get("links") or {}),
    )


def held_cards(report: Mapping[str, Any]) -> tuple[Card, ...]:
    """Return the cards of a report of what was held back: one for each story, or for the worst of a source that was over its budget."""
    return tuple(map(_held_card, report["events"]))


def report_heading(report: Mapping[str, Any]) -> str:
    """Return the heading of a report of what was held back, and of how many messages it is which."""
    part = f" (part {report['part']} of {report['parts']})" if report["parts"] > 1 else ""
    return quiet_heading(report["total"]) + part


def quiet_heading(events: int) -> str:
    """Return the heading of a message that tells what has happened while nobody was told."""
    return f"While quiet: {'1 event' if events == 1 else f'{events} events'}"


def _report_card(delivery: ClaimedDelivery) -> Card:
    """Return a report as one card, for a channel that does not list its events."""
    first, *others = held_cards(delivery.data)
    titles = "; ".join((first.title, *(card.title for card in others)))
    return replace(first, severity=delivery.severity, term=report_heading(delivery.data), title=cut(titles, TITLE_LENGTH))


def _held_card(event: Mapping[str, Any]) -> Card:
    over_budget = event["reason"] == Suppression.BUDGET and event["alerts"] > 1
    title = one_line(event["title"]) or "(untitled)"
    if event.get("facts"):
        title += f" (since: {one_line('; '.join(event['facts']))})"
    return Card(
        severity=Severity(event["severity"]),
        term=cut(one_line(", ".join(event["terms"])), TERM_LENGTH) or "?",
        title=cut(f"{event['alerts']} alerts over the budget, the worst: {title}" if over_budget else title, TITLE_LENGTH),
        url=followable_link(event["url"]),
        pieces=(),
        source=cut(one_line(event["source"]), SOURCE_LENGTH),
        when=None,
        articles=1,
        updated=False,
        entities=(),
        links=_own_links(event.get("links") or {}),
    )


def _own_links(links: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    found = ((name, followable_link(links.get(key)), place) for key, name, place in _LINKS)
    return tuple((name, address + place) for name, address, place in found if address is not None)


def _notice(delivery: ClaimedDelivery) -> Card:
    subject, problem = one_line(delivery.data["subject"]), one_line(delivery.data["problem"])
    return Card(
        severity=delivery.severity,
        term="Monitoring works again" if delivery.kind == RESOLVED else "Monitoring is broken",
        title=cut(subject, TITLE_LENGTH),
        url=None,
        pieces=((cut(problem, SNIPPET_LENGTH), False),),
        source="news-monitor",
        when=_shown_time(delivery.data["since"]),
        articles=1,
        updated=False,
        entities=(),
    )


def followable_link(url: str | None) -> str | None:
    """Return `url` if a reader may follow it: http or https, without white space, quotes, brackets or bars; None otherwise."""
    if not url or len(url) > URL_LENGTH:
        return None
    text = quote(url.strip(), safe="/:?#[]@!$&'()*+,;=%~-._")
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme.lower() in {"http", "https"} and parts.netloc else None


def mark_matches(snippet: str, words: Sequence[str], limit: int = SNIPPET_LENGTH) -> tuple[Segment, ...]:
    """Return `snippet` in at most `limit` characters around the first of `words`, split so that the pieces with True are these words."""
    found = find_phrases(snippet, words[:_MAX_MARKS])
    if not found:
        return split_at(cut(snippet, limit), ())
    shown = cut_around(snippet, *found[0], limit)
    return split_at(shown, find_phrases(shown, words[:_MAX_MARKS]))


def _shown_entities(entities: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    names = [cut(one_line(str(entity.get("name", ""))), 60) for entity in entities[:MAX_ENTITIES]]
    counts = [int(entity.get("count") or 1) for entity in entities[:MAX_ENTITIES]]
    shown = [f"{name} ({count})" if count > 1 else name for name, count in zip(names, counts, strict=True) if name]
    return (*shown, f"{len(entities) - MAX_ENTITIES} more") if len(entities) > MAX_ENTITIES else tuple(shown)


def _shown_time(text: str | None) -> str | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).strftime("%-d %b %Y %H:%M UTC")
    except ValueError:
        return None
