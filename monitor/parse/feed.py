"""A response's body to a feed, whatever its format, encoding or state of repair.

    parse_feed(body, url=url, headers=headers, now=now) -> ParsedFeed | ParseFailure

No bytes make it raise, open a file or a connection, or expand an entity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from monitor.domain.fingerprint import NO_SOURCE_HASH, Fingerprint, fingerprint_of
from monitor.domain.text import one_line
from monitor.parse import fast_feed, feedparser_feed, json_feed, sitemap
from monitor.parse.body import Kind, holds_feed, kind_of, unpacked
from monitor.parse.discovery import feeds_of_page
from monitor.parse.entries import have_own_keys, language_tag, to_entries
from monitor.parse.items import FeedDocument
from monitor.parse.result import ParsedFeed, ParseFailure


def parse_feed(
    body: bytes, *, url: str, headers: Mapping[str, str], now: datetime, known: Iterable[Fingerprint] = ()
) -> ParsedFeed | ParseFailure:
    """The feed in `body`, which `url` answered with `headers`, at the moment `now` (aware).

    `url` is the address after redirects: relative links are read against it. Times ahead of `now` by more than a day are dropped.
    Entries that are recognised by their `known` imprints are not read again.
    """
    plain = unpacked(body)
    if plain is None:
        return ParseFailure(reason="compressed body is broken or too large")
    kind = kind_of(plain)
    if kind is Kind.EMPTY:
        return ParseFailure(reason="empty body")
    if kind is Kind.BINARY:
        return ParseFailure(reason="not a feed but binary data")
    lower = {name.lower(): value for name, value in headers.items()}
    pieces = {one.piece: one for one in known if one.piece != NO_SOURCE_HASH}
    document = _read(plain, kind, url=url, headers=lower, known=pieces)
    if document is None:
        return _failure(plain, kind, url=url)
    parsed = _parsed(document, now=now)
    if document.recognised and not _are_apart(parsed):
        document = _read(plain, kind, url=url, headers=lower, known={})
        parsed = _parsed(document, now=now) if document is not None else parsed
    return parsed


def _read(
    body: bytes, kind: Kind, *, url: str, headers: Mapping[str, str], known: Mapping[bytes, Fingerprint]
) -> FeedDocument | None:
    if kind is Kind.JSON:
        return json_feed.read(body, url=url)
    if kind is Kind.SITEMAP:
        return sitemap.read(body, url=url)
    if kind is Kind.HTML and not holds_feed(body):
        return None
    return fast_feed.read(body, url=url, headers=headers, known=known) or feedparser_feed.read(body, url=url, headers=headers)


def _parsed(document: FeedDocument, *, now: datetime) -> ParsedFeed:
    """The feed; where its entries had to be told apart, none of them can be recognised on its own."""
    language = language_tag(document.language)
    entries = to_entries(document.items, language=language, now=now)
    own_keys = have_own_keys(entries)
    return ParsedFeed(
        format=document.format,
        title=one_line(document.title.text),
        link=document.link,
        language=language,
        entries=entries,
        pieces=tuple(item.piece if own_keys else NO_SOURCE_HASH for item in document.items),
        recognised=document.recognised,
        hints=document.hints,
        hubs=document.hubs,
        self_url=document.self_url,
        children=document.children,
    )


def _are_apart(feed: ParsedFeed) -> bool:
    """Whether no entry that was read has the key of another, read or recognised."""
    identities = {one.identity for one in (*feed.recognised, *map(fingerprint_of, feed.entries))}
    return len(identities) == len(feed.recognised) + len(feed.entries)


def _failure(body: bytes, kind: Kind, *, url: str) -> ParseFailure:
    """Why there is no feed, and where there may be one."""
    if kind is Kind.HTML:
        feeds = feeds_of_page(body, url=url)
        return ParseFailure(reason="html page", feeds=feeds)
    reasons = {Kind.JSON: "JSON, but not a JSON Feed", Kind.SITEMAP: "a sitemap without news"}
    return ParseFailure(reason=reasons.get(kind, "not a feed"))
