"""The results of parsing: a feed or an article, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field

from monitor.domain.article import Entry
from monitor.domain.aside import Aside
from monitor.domain.fingerprint import Fingerprint


@dataclass(frozen=True, kw_only=True)
class PollHints:
    """How often a feed asks to be polled. `min_interval_s` is the longer of `ttl` and `sy:*`; hours are UTC 0–23, days 0 (Monday)–6."""

    min_interval_s: float | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class ParsedFeed:
    """A feed that was parsed.

    `format` is feedparser's name of it (`rss20`, `atom10` …), `json1`, `json11`, `newssitemap` or `sitemapindex`. `entries` are in document
    order, with their `source_hashes`; `recognized` are the fingerprints of further entries that were known and not read again. `hubs` and
    `self_url` are for WebSub. `children` are the sitemaps that a sitemap index names, newest first. `cut`: the document ends early, and
    what is after its last complete entry is missing. `older` is the page with the entries before these (RFC 5005).
    """

    format: str
    title: str = ""
    link: str | None = None
    language: str | None = None
    entries: tuple[Entry, ...] = ()
    source_hashes: tuple[bytes, ...] = ()
    recognized: tuple[Fingerprint, ...] = ()
    hints: PollHints = field(default_factory=PollHints)
    hubs: tuple[str, ...] = ()
    self_url: str | None = None
    children: tuple[str, ...] = ()
    cut: bool = False
    older: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseFailure:
    """Nothing could be parsed. `reason` is plain text for the operator; `feeds` are the feeds that a web page links to.

    `broken`: a page is no longer as its selectors expect.
    """

    reason: str
    feeds: tuple[str, ...] = ()
    broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedArticle:
    """The text of an article: plain, one blank line between paragraphs; `asides` are what in it is not the article.

    `next_page` is the address where it goes on.
    """

    text: str
    asides: tuple[Aside, ...] = ()
    next_page: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoArticle:
    """No article was found; `reason` says why, for the operator."""

    reason: str
