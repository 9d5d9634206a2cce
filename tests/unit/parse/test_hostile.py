"""Hostile bytes: nothing raises, opens a file, expands an entity, or takes more than its share of time."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.parse.feed import parse_feed
from monitor.parse.result import ParsedFeed
from tests.growth import assert_grows_linearly

NOW = datetime(2026, 11, 21, tzinfo=UTC)
HEAD = b'<?xml version="1.0"?><rss version="2.0"><channel>'

HOSTILE: dict[str, Callable[[int], bytes]] = {
    "nested elements": lambda many: HEAD + b"<a>" * many,
    "nested items": lambda many: HEAD + b"<item>" * many,
    "open CDATA": lambda many: HEAD + b"<item><description>" + b"<![CDATA[" * many,
    "ampersands": lambda many: HEAD + b"<item><description>" + b"&" * many,
    "open tags": lambda many: HEAD + b"<" * many,
    "attributes": lambda many: HEAD + b"<item " + b'a="b" ' * many + b">",
    "open comments": lambda many: HEAD + b"<!--" * many,
    "entity declarations": lambda many: b"<!DOCTYPE a [" + b'<!ENTITY x "y">' * many + b"]>" + HEAD + b"&x;" * many,
    "open declarations": lambda many: b"<!DOCTYPE a [" + b"<!ENTITY " * many,
    "nested HTML": lambda many: HEAD + b"<item><description>" + b"&lt;div&gt;" * many,
    "categories": lambda many: HEAD + b"<item>" + b"".join(b"<category>%d</category>" % number for number in range(many)),
    "addresses": lambda many: HEAD + b"<item><author>" + b"a." * many + b"@" + b"b." * many + b"</author></item></channel></rss>",
    "at signs": lambda many: HEAD + b"<item><author>" + b"a@" * many + b"</author></item></channel></rss>",
    "digits": lambda many: HEAD + b"<item><pubDate>" + b"1 " * many + b"</pubDate></item></channel></rss>",
    "JSON depth": lambda many: b"[" * many,
    "page depth": lambda many: b"<html>" + b"<div>" * many,
    "page links": lambda many: b"<html>" + b"<link rel=alternate type=application/rss+xml href=x>" * many,
    "sitemap depth": lambda many: b"<urlset>" + b"<url>" * many,
    "odd codec": lambda many: b'<?xml version="1.0" encoding="punycode"?>' + HEAD + b"a-" * many,
    "huge references": lambda many: HEAD + b"<item><title>" + b"&#x110000000;" * many,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_time_stays_in_proportion(name: str) -> None:
    """No document holds the poller up."""
    assert_grows_linearly(lambda body: parse_feed(body, url="https://example.org/", headers={}, now=NOW), HOSTILE[name], 2_000)


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
