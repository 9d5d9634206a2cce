"""URLs: absolute, without tracking, and in the one form that identifies an article."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.urls import absolute_url, canonical_url, host_of, is_http

STORY = "https://example.com/world/story"


@pytest.mark.parametrize(
    "spelling",
    [
        "http://example.com/world/story",
        "HTTPS://EXAMPLE.com:443/world/story",
        "http://example.com:80/world/story",
        "https://www.example.com/world/story",
        "https://m.example.com/world/story",
        "https://mobile.example.com/world/story",
        "https://amp.example.com/world/story",
        "https://example.com./world/story",
        "https://user:pw@example.com/world/story",
        "https://example.com/world/story/",
        "https://example.com/world/story#comments",
        "https://example.com/world/story?utm_source=rss&UTM_Medium=feed&fbclid=x",
        "https://example.com/world/story?utm_source=rss&amp;utm_medium=feed",
        "https://example.com/world/story?ref=example.com",
        "https://example.com/world/story?ref=other.example.org",
        "https://example.com/world/story/amp",
        "https://example.com/world/story/amp/",
        "https://example.com/world/story.amp",
        "https://example.com/world/story.amp.html",
        "https://example.com/world/story?amp",
        "https://example.com/world/story?outputType=amp",
        "https://example.com/world/x/../story",
        "https://example.com/world/./story",
        "https://example.com/%77orld/story",
        " https://example.com/world/story\n",
        "https://example-com.cdn.ampproject.org/c/s/example.com/world/story",
        "https://www.google.com/amp/s/example.com/world/story",
        "https://example.com/world/story?",
        "https://example.com/world/story?&",
    ],
)
def test_spellings_of_one_article_have_one_identity(spelling: str) -> None:
    """However a feed writes the link to an article, it is one article."""
    assert canonical_url(spelling) == STORY


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/story", "https://example.com/Story"),
        ("https://example.com/story?id=1", "https://example.com/story?id=2"),
        ("https://example.com/story?ref=1", "https://example.com/story?ref=2"),
        ("https://example.com/a%2Fb", "https://example.com/a/b"),
        ("https://example.com/a%3Fb=1", "https://example.com/a?b=1"),
        ("https://example.com/a?x=1%262", "https://example.com/a?x=1&2"),
        ("https://example.com/a?x=1%2B2", "https://example.com/a?x=1+2"),
        ("https://example.com:8443/story", "https://example.com/story"),
        ("https://blog.example.com/story", "https://example.com/story"),
        ("https://m.co.uk/story", "https://co.uk/story"),
        ("https://example.com/#!/story/1", "https://example.com/#!/story/2"),
        ("https://example.com/amp", "https://example.com/"),
        ("https://example.com/a?x=2&x=1", "https://example.com/a?x=1&x=2"),
    ],
)
def test_different_articles_stay_apart(one: str, other: str) -> None:
    """What may be another page keeps another identity: joining two articles would lose an alert."""
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://en.m.wikipedia.org/wiki/Rafah", "https://en.wikipedia.org/wiki/Rafah"),
        ("https://bücher.example/weiß", "https://xn--bcher-kva.example/wei%C3%9F"),
        ("https://example.com/%e2%82%ac", "https://example.com/€"),
        ("https://example.com/a?b=1&a=2", "https://example.com/a?a=2&b=1"),
        ("https://example.com/a?q=x%20y", "https://example.com/a?q=x+y"),
        ("https://m.example.co.uk/a", "https://example.co.uk/a"),
        ("https://example.com/a b", "https://example.com/a%20b"),
    ],
)
def test_equal_in_other_characters(one: str, other: str) -> None:
    """Encodings, parameter order and devices make no other article."""
    assert canonical_url(one) == canonical_url(other)


@pytest.mark.parametrize(
    "text", ["", "mailto:a@example.org", "urn:uuid:1", "tag:example.org,2024:1", "http://", "http://[::1", "not a url"]
)
def test_what_is_no_web_address_is_left_alone(text: str) -> None:
    """An identifier that is not a link is its own identity."""
    assert canonical_url(text) == text
    assert not is_http(text)


@settings(deadline=None)
@given(st.one_of(st.text(), st.text().map("http://{}".format), st.text().map("https://example.com/{}".format)))
def test_garbage_never_raises_and_the_canonical_form_is_stable(text: str) -> None:
    """Any text passes, and a canonical URL is its own canonical form."""
    once = canonical_url(text)
    assert canonical_url(once) == once
    absolute_url("https://example.com/feed", text)
    absolute_url(text, "/a")
    host_of(text)


def test_absolute_links() -> None:
    """Relative links are read against the document they stand in, as a browser does."""
    base = "https://example.com/news/feed.xml"
    assert absolute_url(base, "/a") == "https://example.com/a"
    assert absolute_url(base, "a?b=1") == "https://example.com/news/a?b=1"
    assert absolute_url(base, "//cdn.example.com/a") == "https://cdn.example.com/a"
    assert absolute_url(base, "https://other.example/a\n  b") == "https://other.example/ab"
    assert absolute_url(base, "http://[bad") == "http://[bad"
    assert absolute_url(base, "/a\x1b[31m\x9b") == "https://example.com/a%1B[31m%C2%9B"


def test_hosts() -> None:
    """The host is what requests are counted by: no port, no credentials, one spelling."""
    assert host_of("https://User:pw@WWW.Example.COM.:8443/x") == "www.example.com"
    assert host_of("http://[::1]:80/") == "::1"
    assert host_of("https://bücher.example/") == "xn--bcher-kva.example"
    assert host_of("garbage") == ""


def _cases() -> list[dict[str, str | None]]:
    corpora = os.environ.get("NEWS_MONITOR_CORPORA")
    if not corpora:
        pytest.skip("NEWS_MONITOR_CORPORA is not set")
    file = Path(corpora) / "urls" / "miniflux_tracking_params.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_tracking_parameters_are_removed_as_readers_expect() -> None:
    """Every recorded case of another reader is the same article with and without its parameters; `ref` needs the site's address to judge."""
    for case in _cases():
        if not (case["base_url"] or case["feed_url"]):
            assert canonical_url(str(case["input"])) == canonical_url(str(case["expected"])), case["name"]
