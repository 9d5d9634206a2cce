"""Articles taken out of pages, and pages that only look like articles."""

from __future__ import annotations

import json

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


TEXT = " ".join(paragraphs(6))


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (page("Short."), "no article text"),
        (b"", "no article text"),
        (page(*paragraphs(3), "Subscribe now to continue reading this story."), "paywall"),
        (page(paragraphs(1)[0][:90], head='<script type="application/ld+json">{"isAccessibleForFree": false}</script>'), "paywall"),
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
    """Some publishers mark what anybody may read as closed: what is there counts, however long."""
    for count in (3, 30):
        html = page(*paragraphs(count), head='<script type="application/ld+json">{"isAccessibleForFree": false}</script>')
        found = extract_article(html, URL)
        assert isinstance(found, ExtractedArticle)
        assert found.text.split("\n\n")[-count:] == paragraphs(count)


@pytest.mark.parametrize(
    "script",
    [
        f'<script type="application/ld+json">{json.dumps({"@graph": [{"@type": "NewsArticle", "articleBody": TEXT}]})}</script>',
        f'<script id="__NEXT_DATA__" type="application/json">{json.dumps({"props": {"article": {"body": f"<p>{TEXT}</p>"}}})}</script>',
        f'<script id="__NEXT_DATA__" type="application/json">{json.dumps({"p": [{"type": "p", "text": one} for one in paragraphs(6)]})}</script>',
    ],
)
def test_an_article_in_a_script_is_read(script: str) -> None:
    """Pages that show little without JavaScript often carry the text; one that shows all of it is read as it is shown."""
    found = extract_article(page("Loading the article.", around=script), URL)
    assert isinstance(found, ExtractedArticle)
    assert all(one in found.text for one in paragraphs(6))
    shown = extract_article(page(*paragraphs(30), around=script), URL, title="Crossing opened")
    assert isinstance(shown, ExtractedArticle)
    assert shown.text.split("\n\n") == paragraphs(30)


def test_captions_are_part_of_the_article() -> None:
    """Those in the article, once; not those of other articles beside it."""
    figure = "<figure><img src='a.jpg'><figcaption>Lorries wait at <b>Karvo</b>. Photo: A. Reporter</figcaption></figure>"
    html = page(*paragraphs(8)).replace(
        b"</article>", f"{figure * 2}</article><div>{figure.replace('Karvo', 'Other')}</div>".encode()
    )
    found = extract_article(html, URL)
    assert isinstance(found, ExtractedArticle)
    assert found.text.count("Lorries wait at Karvo. Photo: A. Reporter") == 1
    assert "Other" not in found.text


@pytest.mark.parametrize(
    ("link", "number", "expected"),
    [
        ("/a?page=2", 1, "https://news.example/a?page=2"),
        ("/a/2", 1, "https://news.example/a/2"),
        ("/a/page/2/", 1, "https://news.example/a/page/2/"),
        ("/a-3", 2, "https://news.example/a-3"),
        ("/a/4", 2, None),
        ("/b", 1, None),
        ("/b/2", 1, None),
        ("https://other.example/a/2", 1, None),
        ("javascript:next()", 1, None),
        ("", 1, None),
    ],
)
def test_the_next_page_is_the_same_address_with_the_next_number(link: str, number: int, expected: str | None) -> None:
    """The next article is marked alike on many sites, and is none."""
    html = page(*paragraphs(8), around=f'<a rel="next" href="{link}">Next</a>')
    found = extract_article(html, URL, first=URL, number=number)
    assert isinstance(found, ExtractedArticle)
    assert found.next_page == expected


def test_an_article_with_a_number_has_no_next_page_by_number() -> None:
    """`/news/17` and `/news/18` are two articles."""
    html = page(*paragraphs(8), around='<a rel="next" href="/news/18">Next</a>')
    found = extract_article(html, "https://news.example/news/17")
    assert isinstance(found, ExtractedArticle)
    assert found.next_page is None


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=2000))
def test_no_bytes_raise(html: bytes) -> None:
    """Whatever a server sends, the result is a value."""
    assert isinstance(extract_article(html, URL), ExtractedArticle | NoArticle)
