"""The recorded expectations of nine other projects' parsers, over some two thousand feed files.

The files and their expectations are not part of this repository; `NEWS_MONITOR_CORPORA` says where they are.
"""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin

import pytest

from monitor.domain.article import Entry
from monitor.parse.feed import parse_feed
from monitor.parse.result import ParsedFeed

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LEAST_AGREEMENT = 0.995

_RAW_IDENTIFIER = "an identifier is compared, never followed: we keep it as it stands"
_BEFORE_1990 = "a date before 1990 is refused"
_FUTURE = "a date more than a day ahead is refused"
_NO_GUID = "the feed gives no identifier; we do not pass the link off as one"
_SITE_IS_NO_ARTICLE = "the site's own link is no article's address: it would make one article of all such entries"
_SITE_AS_BASE = "relative links are read against the feed's address, as Atom and XML Base say"
_LENIENT = "the validator refuses what every reader shows"

_ENDS_EARLY = "the document ends within its last entry, which is left for the next time"

DIFFERENCES: dict[tuple[str, str], str] = {
    ("fastfeedparser/tests__integration__osm-pl.xml", "count"): _ENDS_EARLY,
    ("fastfeedparser/tests__integration__osm-pl.xml", "title"): _ENDS_EARLY,
    ("fastfeedparser/tests__integration__osm-pl.xml", "link"): _ENDS_EARLY,
    ("fastfeedparser/tests__integration__osm-pl.xml", "id"): _ENDS_EARLY,
    ("fastfeedparser/tests__integration__osm-pl.xml", "published"): _ENDS_EARLY,
    ("feedparser/tests__wellformed__base__http_entry_id_base_content_location.xml", "id"): _RAW_IDENTIFIER,
    ("feedparser/tests__wellformed__base__http_entry_id_base_docuri.xml", "id"): _RAW_IDENTIFIER,
    ("gofeed/testdata__parser__atom__entry_id_xml_base.xml", "id"): _RAW_IDENTIFIER,
    ("fastfeedparser/tests__integration__malformed_rss_namespaced.xml", "id"): _NO_GUID,
    ("fastfeedparser/tests__integration__utf16_encoded.xml", "id"): _NO_GUID,
    (
        "gofeed/testdata__parser__rss__rss_channel_item_guid_naked_markup.xml",
        "id",
    ): "elements inside a guid are dropped, as feedparser does",
    (
        "gofeed/testdata__parser__rss__rss_channel_item_uri_at_protocol.xml",
        "link",
    ): "a link's `uri` attribute goes before its text, as in feedparser",
    ("rss-parser/test__input__uolNoticias.rss", "title"): "the expectation was recorded with a broken encoding",
    ("miniflux/internal__reader__rss__parser_test.go--TestParseEntryWithoutLink.xml", "link"): _SITE_IS_NO_ARTICLE,
    ("miniflux/internal__reader__rdf__parser_test.go--TestParseItemWithoutLink.xml", "link"): _SITE_IS_NO_ARTICLE,
    ("miniflux/internal__reader__atom__atom_10_test.go--TestParseEntryWithIDAsURL.xml", "link"): _SITE_IS_NO_ARTICLE,
    ("miniflux/internal__reader__atom__atom_10_test.go--TestParseEntryWithRelativeURL.xml", "link"): _SITE_AS_BASE,
    ("miniflux/internal__reader__rdf__parser_test.go--TestParseItemRelativeURL.xml", "link"): _SITE_AS_BASE,
    (
        "miniflux/internal__reader__rss__parser_test.go--TestParseEntryWithFeedBurnerLink.xml",
        "link",
    ): "the feed's own link, as all other parsers give it, and not FeedBurner's note of the original",
    (
        "miniflux/internal__reader__json__parser_test.go--TestParseItemWithMissingTitleUsesContentTextFallback.json",
        "title",
    ): "an item's HTML goes before its plain text, in the title made from it, too",
    ("feedvalidator/testcases__rss__must__invalid_item_rdf_about.xml", "count"): _LENIENT,
    ("feedvalidator/testcases__rss__must__rss10_item_in_channel.xml", "count"): _LENIENT,
    ("feedvalidator/testcases__rss__must__rss10_unexpected_item_pubDate.xml", "count"): _LENIENT,
    ("feedvalidator/testcases__rss20__data-types-characterdata__amp-hex-name.xml", "title"): "control characters are removed",
    ("feedvalidator/testcases__rss20__data-types-datetime__everything.xml", "published"): _BEFORE_1990,
    ("feedvalidator/testcases__rss20__element-channel-item-pubdate__pubDate_past.xml", "published"): _BEFORE_1990,
    ("feedvalidator/testcases__rss20__element-channel-item-pubdate__pubDate_future.xml", "published"): _FUTURE,
    ("feedvalidator/testcases__rss20__introduction__rss-2.0-namespace-noerr.xml", "published"): _BEFORE_1990,
    ("feedvalidator/testcases__rss20__introduction__rss-2.0-sample-noerror.xml", "published"): _BEFORE_1990,
    ("feedvalidator/testcases__rss20__namespace-elements-atom-link__noself.xml", "published"): _BEFORE_1990,
    (
        "feedvalidator/testcases__rss20__element-channel-item__multiple_item_guid.xml",
        "id",
    ): "of two guids the last counts, as in feedparser",
}
"""File and field of every remaining difference, and why it stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asserted:
    """One asserted field of one file, and whether we agree."""

    file: str
    field: str
    expected: object
    got: object
    agrees: bool


def test_at_least_995_of_1000_asserted_fields_agree_and_every_difference_has_its_reason() -> None:
    """What other readers make of these files, this one does; where it does not, it is on purpose."""
    asserted = [field for case in _cases() for field in _compared(case)]
    differing = {(field.file, field.field) for field in asserted if not field.agrees}
    unexplained = [field for field in asserted if not field.agrees and (field.file, field.field) not in DIFFERENCES]
    assert not unexplained
    assert differing == set(DIFFERENCES), "a difference is listed that is none any more"
    assert sum(field.agrees for field in asserted) >= LEAST_AGREEMENT * len(asserted)
    assert len(asserted) > 14_000


def _cases() -> Iterator[dict[str, Any]]:
    corpora = os.environ.get("NEWS_MONITOR_CORPORA")
    if not corpora:
        pytest.skip("NEWS_MONITOR_CORPORA is not set")
    with (Path(corpora) / "feeds" / "oracle.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            yield case | {"body": (Path(corpora) / case["file"]).read_bytes()}


def _compared(case: dict[str, Any]) -> Iterator[Asserted]:
    file = case["file"].removeprefix("feeds/")
    base = case.get("base_url") or "http://127.0.0.1:8097/" + file.rpartition("/")[2]
    parsed = parse_feed(case["body"], url=base, headers=case.get("http_headers") or {}, now=NOW)
    entries = parsed.entries if isinstance(parsed, ParsedFeed) else ()
    expected = dict(enumerate(case["entries"])) if "entries" in case else case.get("entries_by_index") or {}
    if "count" in case or "entries" in case:
        count = case.get("count", len(expected))
        yield Asserted(file=file, field="count", expected=count, got=len(entries), agrees=count == len(entries))
    for index, fields in expected.items():
        entry = entries[int(index)] if int(index) < len(entries) else None
        for name, value in fields.items():
            if name in _READ:
                got = _READ[name](entry, value, base) if entry is not None else None
                yield Asserted(file=file, field=name, expected=value, got=entry and _shown(entry, name), agrees=bool(got))


def _shown(entry: Entry, name: str) -> object:
    return {"title": entry.title, "link": entry.url, "id": entry.guid}.get(name, (entry.published_at, entry.updated_at))


def _title(text: str | None) -> str:
    return " ".join(re.sub(r"<[^>]*>", "", html.unescape(html.unescape(text or ""))).split())


def _link(text: str | None) -> str:
    return unquote(html.unescape(text or "")).strip().removesuffix("/")


def _same_time(moments: tuple[datetime | None, ...], expected: str) -> bool:
    return datetime.fromisoformat(expected) in moments


_READ: dict[str, Callable[[Entry, str, str], bool]] = {
    "title": lambda entry, value, _: _title(entry.title) == _title(value),
    "link": lambda entry, value, base: _link(entry.url) == _link(urljoin(base, value)),
    "id": lambda entry, value, _: _link(entry.guid) == _link(value),
    "published": lambda entry, value, _: _same_time((entry.published_at,), value),
    "updated": lambda entry, value, _: _same_time((entry.updated_at,), value),
    "published_or_updated": lambda entry, value, _: _same_time((entry.published_at, entry.updated_at), value),
    "date": lambda entry, value, _: _same_time((entry.published_at, entry.updated_at), value),
}
