"""What parsing yields: a feed, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field

from monitor.domain.article import Entry
from monitor.domain.fingerprint import Fingerprint


@dataclass(frozen=True, kw_only=True)
class PollHints:
    """How often a feed asks to be polled. `min_interval_s` is the longest of `ttl` and `sy:*`; hours are UTC 0–23, days 0 (Monday)–6."""

    min_interval_s: float | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class ParsedFeed:
    """A feed that was read.

    `format` is feedparser's name of it (`rss20`, `atom10` …), `json1`, `json11`, `newssitemap` or `sitemapindex`. `entries` keep the document's
    order, `pieces` are those of their imprints; `recognised` are the imprints of further entries, known already and not read again. `hubs` and `self_url` are for WebSub. `children` are the sitemaps that a sitemap index names, newest first.
    """

    format: str
    title: str = ""
    link: str | None = None
    language: str | None = None
    entries: tuple[Entry, ...] = ()
    pieces: tuple[bytes, ...] = ()
    recognised: tuple[Fingerprint, ...] = ()
    hints: PollHints = field(default_factory=PollHints)
    hubs: tuple[str, ...] = ()
    self_url: str | None = None
    children: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseFailure:
    """Nothing could be read. `reason` is plain text for the operator; `feeds` are the feeds that a web page names instead."""

    reason: str
    feeds: tuple[str, ...] = ()
