"""Hostile bytes: nothing raises, opens a file, expands an entity, or takes more than its share of time."""

from __future__ import annotations

import os
import random
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.parse.feed import parse_feed
from monitor.parse.result import ParsedFeed

NOW = datetime(2026, 11, 21, tzinfo=UTC)
HEAD = b'<?xml version="1.0"?><rss version="2.0"><channel>'
MANY = 20_000
MAX_S = 8.0
"""Seconds for half a megabyte at most on a machine that others use, too; a quadratic step takes minutes."""

HOSTILE = {
    "nested elements": HEAD + b"<a>" * MANY,
    "nested items": HEAD + b"<item>" * MANY,
    "open CDATA": HEAD + b"<item><description>" + b"<![CDATA[" * MANY,
    "ampersands": HEAD + b"<item><description>" + b"&" * MANY,
    "open tags": HEAD + b"<" * MANY,
    "attributes": HEAD + b"<item " + b'a="b" ' * MANY + b">",
    "open comments": HEAD + b"<!--" * MANY,
    "entity declarations": b"<!DOCTYPE a [" + b'<!ENTITY x "y">' * MANY + b"]>" + HEAD + b"&x;" * MANY,
    "open declarations": b"<!DOCTYPE a [" + b"<!ENTITY " * MANY,
    "nested HTML": HEAD + b"<item><description>" + b"&lt;div&gt;" * MANY,
    "categories": HEAD + b"<item>" + b"".join(b"<category>%d</category>" % number for number in range(MANY)),
    "addresses": HEAD + b"<item><author>" + b"a." * MANY + b"@" + b"b." * MANY + b"</author></item></channel></rss>",
    "at signs": HEAD + b"<item><author>" + b"a@" * MANY + b"</author></item></channel></rss>",
    "digits": HEAD + b"<item><pubDate>" + b"1 " * MANY + b"</pubDate></item></channel></rss>",
    "JSON depth": b"[" * MANY,
    "page depth": b"<html>" + b"<div>" * MANY,
    "page links": b"<html>" + b"<link rel=alternate type=application/rss+xml href=x>" * MANY,
    "sitemap depth": b"<urlset>" + b"<url>" * MANY,
    "odd codec": b'<?xml version="1.0" encoding="punycode"?>' + HEAD + b"a-" * MANY,
    "huge references": HEAD + b"<item><title>" + b"&#x110000000;" * MANY,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_time_stays_in_proportion(name: str) -> None:
    """No document holds the poller up."""
    started = time.monotonic()
    parse_feed(HOSTILE[name], url="https://example.org/", headers={}, now=NOW)
    assert time.monotonic() - started < MAX_S


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    """Neither a file on disk nor a billion laughs comes out of a feed."""
    secret = tmp_path / "secret"
    secret.write_text("TOP-SECRET")
    item = b"<item><title>t</title><description>a&x;b</description></item></channel></rss>"
    external = b'<!DOCTYPE a [<!ENTITY x SYSTEM "' + secret.as_uri().encode() + b'">]>' + HEAD + item
    levels = b"".join(b'<!ENTITY %c "%s">' % (98 + level, b"&%c;" % (97 + level) * 10) for level in range(23))
    laughs = b'<!DOCTYPE a [<!ENTITY a "ha">' + levels + b"]>" + HEAD + item
    sitemap = (
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "'
        + secret.as_uri().encode()
        + b'">]><urlset><url><loc>/a</loc><title>&x;</title></url></urlset>'
    )
    for body in (external, laughs, sitemap):
        result = repr(parse_feed(body, url="https://example.org/", headers={}, now=NOW))
        assert "TOP-SECRET" not in result
        assert len(result) < 10_000


@settings(deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from(
        [
            b"",
            HEAD,
            b'<feed xmlns="http://www.w3.org/2005/Atom"><entry>',
            b'{"version":"1","items":[',
            b"<urlset><url>",
            b"<html>",
            b"\x1f\x8b",
        ]
    ),
    st.sampled_from(
        ["", "text/xml", "application/xml; charset=utf-16", "text/html; charset=\u20ac", "application/json; charset=idna"]
    ),
)
def test_any_bytes(data: bytes, head: bytes, content_type: str) -> None:
    """Whatever a server sends, it is a feed or a reason."""
    parse_feed(head + data, url="https://example.org/", headers={"Content-Type": content_type}, now=NOW)


def test_damaged_real_feeds() -> None:
    """Real feeds with bytes lost, doubled and changed are read as far as they go; every entry can be stored."""
    corpora = os.environ.get("NEWS_MONITOR_CORPORA")
    if not corpora:
        pytest.skip("NEWS_MONITOR_CORPORA is not set")
    chance = random.Random(20261121)
    files = sorted(path for path in (Path(corpora) / "feeds").glob("*/*") if path.stat().st_size < 20_000)
    pieces = (
        b"<",
        b"&",
        b"&#",
        b"<![CDATA[",
        b"]]>",
        b"<!--",
        b"\0",
        b"\xff",
        b"<item>",
        b"</item>",
        b"&#xffffffff;",
        b"<?",
        b"<!DOCTYPE [",
        b'"',
    )
    for path in chance.sample(files, 400):
        body = bytearray(path.read_bytes())
        for _ in range(chance.choice((1, 3, 30))):
            at = chance.randrange(len(body) + 1)
            match chance.randrange(3):
                case 0:
                    del body[at : at + chance.randrange(50)]
                case 1:
                    body[at:at] = chance.choice(pieces)
                case _:
                    body[at:at] = body[at : at + 200]
        result = parse_feed(bytes(body), url="https://example.org/", headers={}, now=NOW)
        if isinstance(result, ParsedFeed):
            assert all(entry.key for entry in result.entries)
