"""An alert as people read it: the plain words that every chat renders in its own mark-up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from monitor.domain.delivery import BROKEN, RECOVERED, ClaimedDelivery
from monitor.domain.text import one_line
from monitor.domain.watch import Severity
from workers.channels.truncation import around, cut

TITLE, TERM, SOURCE, SNIPPET, URL = 250, 100, 80, 500, 1500
MOST_ENTITIES = 8
_MARKS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Plain text, one line each, already within sane lengths. `pieces` is the snippet in order; True marks the words that matched."""

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

    @property
    def facts(self) -> tuple[str, ...]:
        """Source, time of publication and size of the story, as far as known."""
        story = f"{self.articles} articles" if self.articles > 1 else None
        return tuple(one for one in (self.source, self.when, story, "updated" if self.updated else None) if one)

    @property
    def headline(self) -> str:
        """Severity, term and title in one line."""
        return f"{self.severity.upper()} · {self.term}: {self.title}"


def card(parcel: ClaimedDelivery) -> Card:
    """What there is to read in an alert, or in a notice to the operator."""
    data = parcel.data
    if parcel.kind in {BROKEN, RECOVERED}:
        return _trouble(parcel)
    article, story = data["article"], data.get("story") or {}
    snippet = one_line(data.get("snippet") or "")
    return Card(
        severity=parcel.severity,
        term=cut(one_line(data["alert"]["term"]), TERM) or "?",
        title=cut(one_line(article.get("title") or ""), TITLE) or "(untitled)",
        url=link(article.get("url")),
        pieces=marked(snippet, [one.get("text", "") for one in data.get("matches") or ()]),
        source=cut(one_line(article.get("source") or ""), SOURCE),
        when=_when(article.get("published_at")),
        articles=int(story.get("articles") or 1),
        updated=data["alert"].get("reason") == "updated",
        entities=_entities(data.get("entities") or ()),
    )


def _trouble(parcel: ClaimedDelivery) -> Card:
    subject, problem = one_line(parcel.data["subject"]), one_line(parcel.data["problem"])
    return Card(
        severity=parcel.severity,
        term="Monitoring works again" if parcel.kind == RECOVERED else "Monitoring is broken",
        title=cut(subject, TITLE),
        url=None,
        pieces=((cut(problem, SNIPPET), False),),
        source="news-monitor",
        when=_when(parcel.data["since"]),
        articles=1,
        updated=False,
        entities=(),
    )


def link(url: str | None) -> str | None:
    """`url` if a reader may safely follow it: http or https, no white space, quotes, brackets or bars; None otherwise."""
    if not url or len(url) > URL:
        return None
    text = quote(url.strip(), safe="/:?#[]@!$&'()*+,;=%~-._")
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme.lower() in {"http", "https"} and parts.netloc else None


def marked(snippet: str, words: Sequence[str], limit: int = SNIPPET) -> tuple[tuple[str, bool], ...]:
    """`snippet` in at most `limit` characters around its first hit, split so that the pieces with True are the matched words."""
    wanted = sorted({one_line(word) for word in words[:_MARKS]} - {""}, key=len, reverse=True)
    if not wanted:
        return ((cut(snippet, limit), False),) if snippet else ()
    alternatives = "|".join(map(re.escape, wanted))
    pattern = re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)")
    first = pattern.search(snippet)
    if first is None:
        pattern = re.compile(alternatives)
        first = pattern.search(snippet)
    if first is None:
        return ((cut(snippet, limit), False),) if snippet else ()
    shown = around(snippet, *first.span(), limit)
    pieces: list[tuple[str, bool]] = []
    at = 0
    for hit in pattern.finditer(shown):
        pieces += [(shown[at : hit.start()], False), (hit[0], True)]
        at = hit.end()
    pieces.append((shown[at:], False))
    return tuple(piece for piece in pieces if piece[0])


def _entities(found: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    names = [cut(one_line(str(one.get("name", ""))), 60) for one in found[:MOST_ENTITIES]]
    counts = [int(one.get("count") or 1) for one in found[:MOST_ENTITIES]]
    shown = [f"{name} ({count})" if count > 1 else name for name, count in zip(names, counts, strict=True) if name]
    return (*shown, f"{len(found) - MOST_ENTITIES} more") if len(found) > MOST_ENTITIES else tuple(shown)


def _when(text: str | None) -> str | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).strftime("%-d %b %Y %H:%M UTC")
    except ValueError:
        return None
