"""Parse the body of a response as a feed, whatever its format, encoding and errors.

    parse_feed(body, url=url, headers=headers, now=now) -> ParsedFeed | ParseFailure

It never raises, opens no file or connection, and expands no entities, whatever the bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from monitor.domain.fingerprint import NO_SOURCE_HASH, Fingerprint, fingerprint_of
from monitor.domain.text import one_line
from monitor.parse import agency_xml, fast_feed, feedparser_feed, json_feed, ninjs, sitemap
from monitor.parse.body import BodyKind, decompress, detect_body_kind, holds_feed
from monitor.parse.charset import repair_utf8, says_utf8
from monitor.parse.cut_off import close_cut_json, close_cut_xml
from monitor.parse.discovery import feeds_of_page
from monitor.parse.entries import have_own_keys, language_tag, to_entries
from monitor.parse.item_versions import newest_versions
from monitor.parse.items import FeedDocument
from monitor.parse.result import ParsedFeed, ParseFailure


def parse_feed(
    body: bytes, *, url: str, headers: Mapping[str, str], now: datetime, known: Iterable[Fingerprint] = ()
) -> ParsedFeed | ParseFailure:
    """Return the feed in `body`, which `url` answered with `headers`.

    `url` is the address after redirects, the base of relative links. `now` is aware; times more than a day ahead of it are dropped.
    Entries that are recognized by their `known` fingerprints are not read again.
    """
    plain = decompress(body)
    if plain is None:
        return ParseFailure(reason="compressed body is broken or too large")
    kind = detect_body_kind(plain)
    if kind is BodyKind.EMPTY:
        return ParseFailure(reason="empty body")
    if kind is BodyKind.BINARY:
        return ParseFailure(reason="not a feed but binary data")
    lower = {name.lower(): value for name, value in headers.items()}
    source_hashes = {one.source_hash: one for one in known if one.source_hash != NO_SOURCE_HASH}
    plain, cut = _readable(plain, kind, lower)
    document = _read(plain, kind, url=url, headers=lower, known=source_hashes)
    if document is None:
        return _failure(plain, kind, url=url)
    if cut:
        document = replace(document, cut=True)
    parsed = _to_parsed_feed(document, now=now)
    if document.recognized and not _keys_are_unique(parsed):
        document = _read(plain, kind, url=url, headers=lower, known={})
        document = replace(document, cut=cut) if document is not None else None
        parsed = _to_parsed_feed(document, now=now) if document is not None else parsed
    return parsed


def read_feed_document(body: bytes, *, url: str) -> FeedDocument | None:
    """Return the feed in a file, as its items; None if it holds none."""
    kind = detect_body_kind(body)
    plain, _ = _readable(body, kind, {})
    return _read(plain, kind, url=url, headers={}, known={})


def _readable(body: bytes, kind: BodyKind, headers: Mapping[str, str]) -> tuple[bytes, bool]:
    """Return a document with its broken characters replaced and its end closed, and whether it ended early."""
    if kind is BodyKind.JSON:
        closed = close_cut_json(body) if not body.rstrip().endswith(b"}") or json_feed.decode_json(body) is None else None
    else:
        body = repair_utf8(body) if says_utf8(body, headers.get("content-type", "")) else body
        closed = close_cut_xml(body)
    return (body, False) if closed is None else (closed, True)


def _read(
    body: bytes, kind: BodyKind, *, url: str, headers: Mapping[str, str], known: Mapping[bytes, Fingerprint]
) -> FeedDocument | None:
    if kind is BodyKind.JSON:
        return json_feed.parse_json_feed(body, url=url) or ninjs.parse_ninjs(body)
    if kind is BodyKind.SITEMAP:
        return sitemap.parse_sitemap(body, url=url)
    if kind is BodyKind.HTML and not holds_feed(body):
        return None
    if (agency := agency_xml.agency_document(body, url=url)) is not None:
        return agency
    document = fast_feed.parse_with_lxml(body, url=url, headers=headers, known=known) or feedparser_feed.parse_with_feedparser(
        body, url=url, headers=headers
    )
    return document and replace(document, items=newest_versions(document.items))


def _to_parsed_feed(document: FeedDocument, *, now: datetime) -> ParsedFeed:
    """Return the feed. If the keys of its entries depend on each other, none gets a source hash, as none can be recognized alone."""
    language = language_tag(document.language)
    entries = to_entries(document.items, language=language, now=now)
    own_keys = have_own_keys(entries)
    return ParsedFeed(
        format=document.format,
        title=one_line(document.title.text),
        link=document.link,
        language=language,
        entries=entries,
        source_hashes=tuple(item.source_hash if own_keys else NO_SOURCE_HASH for item in document.items),
        recognized=document.recognized,
        hints=document.hints,
        hubs=document.hubs,
        self_url=document.self_url,
        children=document.children,
        cut=document.cut,
        older=document.older,
    )


def _keys_are_unique(feed: ParsedFeed) -> bool:
    """Return whether no entry that was read has the key of another, read or recognized."""
    identities = {one.identity for one in (*feed.recognized, *map(fingerprint_of, feed.entries))}
    return len(identities) == len(feed.recognized) + len(feed.entries)


def _failure(body: bytes, kind: BodyKind, *, url: str) -> ParseFailure:
    """Return why there is no feed, and the feeds that a web page links to."""
    if kind is BodyKind.HTML:
        feeds = feeds_of_page(body, url=url)
        return ParseFailure(reason="html page", feeds=feeds)
    reasons = {BodyKind.JSON: "JSON, but not a JSON Feed", BodyKind.SITEMAP: "a sitemap without news"}
    return ParseFailure(reason=reasons.get(kind, "not a feed"))
