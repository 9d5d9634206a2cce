"""Articles taken out of pages, and pages that only look like articles."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.parse.article_page import extract_article
from monitor.parse.result import ExtractedArticle, NoArticle

URL = "https://news.example/a"
PARAGRAPH = (
    "The crossing was opened in the morning, and the first lorries went through before noon, officials said on Tuesday, item {}."
)


def page(*paragraphs: str, head: str = "", around: str = "") -> bytes:
    """A news page with navigation and footer."""
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        f"<html><head><title>T</title>{head}</head><body><nav><a href='/'>Home</a><a href='/world'>World</a></nav>"
        f"<article><h1>Crossing opened</h1>{body}</article>{around}<footer>All rights reserved</footer></body></html>"
    ).encode()


def paragraphs(count: int) -> list[str]:
    """Different paragraphs of running text."""
    return [PARAGRAPH.format(number) for number in range(count)]


def test_the_article_is_read_without_its_surroundings() -> None:
    """Paragraphs are kept apart; navigation, footer and the repeated title are left out."""
    found = extract_article(page(*paragraphs(8)), URL, title="Crossing opened")
    assert isinstance(found, ExtractedArticle)
    assert found.text.split("\n\n") == paragraphs(8)


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (page("Short."), "no article text"),
        (b"", "no article text"),
        (page(*paragraphs(3), "Subscribe now to continue reading this story."), "paywall"),
        (page(*paragraphs(3), head='<script type="application/ld+json">{"isAccessibleForFree": false}</script>'), "paywall"),
        (page("We and our partners use cookies to store your personal data. Accept all cookies to go on."), "consent"),
        (page("Verify you are human by completing the action below."), "robot"),
    ],
)
def test_pages_that_hide_the_article_are_failures(html: bytes, reason: str) -> None:
    """Teasers, paywalls, consent pages and robot checks are named instead of stored."""
    found = extract_article(html, URL)
    assert isinstance(found, NoArticle)
    assert reason in found.reason


def test_a_consent_host_is_no_article_whatever_it_shows() -> None:
    """A redirect to a consent server is not the article."""
    assert isinstance(extract_article(page(*paragraphs(8)), "https://consent.news.example/?continue=x"), NoArticle)


def test_a_closed_page_that_shows_everything_is_read() -> None:
    """Some publishers mark free samples as closed: if the whole text is there, it counts."""
    html = page(*paragraphs(30), head='<script type="application/ld+json">{"isAccessibleForFree": false}</script>')
    assert isinstance(extract_article(html, URL), ExtractedArticle)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=2000))
def test_no_bytes_raise(html: bytes) -> None:
    """Whatever a server sends, the result is a value."""
    assert isinstance(extract_article(html, URL), ExtractedArticle | NoArticle)
