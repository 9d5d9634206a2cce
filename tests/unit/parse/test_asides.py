"""What of a text is not the article: link lists, boxes, lines to share, and what only looks like one of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.article import Entry
from monitor.domain.aside import AsideReason, own_text
from monitor.parse.article_page import extract_article
from monitor.parse.feed import parse_feed
from monitor.parse.html import html_to_text, read_html
from monitor.parse.result import ExtractedArticle, ParsedFeed
from tests.growth import assert_grows_linearly

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PROSE = (
    "<p>Forty ships lay off the coast on Monday and waited for the harbour to open. The ministry of trade did not say when.</p>" * 3
)


def links(*titles: str, tag: str = "ul") -> str:
    """A list of links."""
    return f"<{tag}>" + "".join(f'<li><a href="/{number}">{title}</a></li>' for number, title in enumerate(titles)) + f"</{tag}>"


def found(markup: str) -> list[tuple[str, str]]:
    """The reason and the text of each aside."""
    read = read_html(markup)
    assert read.text == html_to_text(markup)
    return [(aside.reason.name, read.text[aside.start : aside.end]) for aside in read.asides]


@pytest.mark.parametrize(
    "heading",
    ["Most read", "MOST READ:", "Related", "Related stories", "Trending now", "More on this story", "More from Example News", "You may also like",
     "Meistgelesen", "Mehr zum Thema", "Les plus lus", "Lire aussi", "Lo más leído", "Leia também", "Leggi anche", "Lees ook", "Читайте также",
     "Czytaj też", "الأكثر قراءة", "اقرأ أيضا", "קראו עוד", "بیشتر بخوانید", "यह भी पढ़ें", "相关阅读", "関連記事", "관련 기사", "Baca juga", "En çok okunanlar"],
)  # fmt: skip
def test_a_list_of_links_under_a_heading_that_says_so(heading: str) -> None:
    """Heading and links are one aside, in the languages of most news, however short the article is."""
    for box in (f"<h3>{heading}</h3>", f"<p><strong>{heading}</strong></p>", f"<div><span>{heading}</span></div>"):
        expected = [("RELATED", f"{heading}\n\nEmbargo begins\n\nTen roses")]
        assert found(f"<p>Open the crown so that light comes in.</p>{box}{links('Embargo begins', 'Ten roses')}") == expected


@pytest.mark.parametrize(
    ("markup", "reason", "text"),
    [
        (f"{PROSE}{links('One', 'Two', 'Three')}", "LINKS", "One\n\nTwo\n\nThree"),
        (f"{PROSE}{links('One', 'Two', 'Three')}{PROSE}", "LINKS", "One\n\nTwo\n\nThree"),
        (f"{PROSE}<p>Read more: <a href='/x'>Embargo begins</a></p>", "RELATED", "Read more: Embargo begins"),
        (f"{PROSE}<p><a href='/x'>READ MORE: Embargo begins</a></p>", "RELATED", "READ MORE: Embargo begins"),
        (f"{PROSE}Related<br><a href='/x'>One</a><br><a href='/y'>Two</a>", "RELATED", "Related\nOne\nTwo"),
        (f"{PROSE}<p><b>Related</b><br><a href='/x'>One</a> | <a href='/y'>Two</a></p>", "RELATED", "Related\nOne | Two"),
        (f"{PROSE}<p><em>Related: <a href='/x'>One</a> and <a href='/y'>Two</a></em></p>", "RELATED", "Related: One and Two"),
        (f"{PROSE}<b>Most read</b><br>1. <a href='/x'>One</a><br>2. <a href='/y'>Two</a>", "RELATED", "Most read\n1. One\n2. Two"),
        (f"{PROSE}<h2>Most read</h2><ol><li><a href='/x'>One</a> <i>2 hours ago</i><li>2 <a href='/y'>Two</a></ol>", "RELATED", "Most read\n\nOne 2 hours ago\n\n2 Two"),
        (f"{PROSE}<header><h2>Related</h2></header><div><div><a href='/x'><h3>One</h3></a></div><a href='/y'><h3>Two</h3></a></div>", "RELATED", "Related\n\nOne\n\nTwo"),
        (f"{PROSE}<h4>Related</h4><p><a href='/x'>One</a></p><p><a href='/y'>Two</a></p>", "RELATED", "Related\n\nOne\n\nTwo"),
        (f"<div>{PROSE}<div class='jp-relatedposts'><p><a href='/x'>One</a></p></div></div>", "RELATED", "One"),
        (f"{PROSE}<nav><a href='/'>Home</a> <a href='/world'>World</a></nav>", "NAVIGATION", "Home World"),
        (f"{PROSE}<aside><p>Our reporter is in the harbour.</p></aside>", "BOX", "Our reporter is in the harbour."),
        (f"{PROSE}<footer>Example News, <a href='/about'>about us</a></footer>", "FOOTER", "Example News, about us"),
        (f"{PROSE}<form>Get our news every morning <input></form>", "NEWSLETTER", "Get our news every morning"),
        (f"{PROSE}<p><a href='/n'>Sign up</a> for our daily newsletter.</p>", "NEWSLETTER", "Sign up for our daily newsletter."),
        (f"{PROSE}<p>Share: <a href='https://x.com/intent/post?u=1'>X</a> <a href='mailto:?subject=a'>Mail</a></p>", "SHARE", "Share: X Mail"),
        (f"{PROSE}<p>Follow us on <a href='https://x.com/example'>X</a></p>", "SHARE", "Follow us on X"),
        (f"{PROSE}<h3>About the author</h3><p>Ann Embargo has sailed.</p>", "AUTHOR", "About the author\n\nAnn Embargo has sailed."),
        (f"{PROSE}<div class='author-bio'>Ann Embargo has sailed.</div>", "AUTHOR", "Ann Embargo has sailed."),
        (f"{PROSE}<p>The post <a href='/x'>Ships</a> appeared first on <a href='/'>Sea</a>.</p>", "ORIGIN", "The post Ships appeared first on Sea."),
        (f"{PROSE}<UL><LI><A HREF='/1'>One</A><LI><A HREF='/2'>Two</A><LI><A HREF='/3'>Three</A></UL>", "LINKS", "One\n\nTwo\n\nThree"),
    ],
)  # fmt: skip
def test_other_asides(markup: str, reason: str, text: str) -> None:
    """Lists without a heading at the end of a sentence, boxes by element and class, lines by what they say."""
    assert found(markup) == [(reason, text)]


@pytest.mark.parametrize(
    "markup",
    [
        f"{PROSE}<ul><li>An embargo</li><li>A <a href='/x'>ban</a> on wheat</li><li>More</li></ul>",
        f"{PROSE}<p>These firms are hit:</p>{links('Gap', 'Shell', 'Embargo Ltd')}",
        f"{PROSE}<h3>The firms that are hit</h3>{links('Gap', 'Shell', 'Embargo Ltd')}",
        f"{PROSE}<p>Most read it as a threat. <a href='/x'>The ministry</a> did not.</p>",
        f"{PROSE}<p>See also the <a href='/x'>embargo</a> that the ministry announced on Monday, and what became of it in the end.</p>",
        f"{PROSE}<p>The embargo, <a href='/x'>the ministry said</a>, begins at midnight.</p>",
        f"{PROSE}<p><a href='/x'>Embargo begins at midnight</a></p>",
        f"{PROSE}<blockquote><p>No embargo.</p><footer>The minister</footer></blockquote>",
        f"{PROSE}<aside>{PROSE * 2}</aside>",
        f"<p>In short.</p><aside>{PROSE}</aside>",
        f"<form>{PROSE}</form>",
        f"<div class='related-posts share-buttons'>{PROSE}</div>",
        links("Embargo begins", "Ten roses", "A lawn"),
        f"<h3>Most read</h3>{links('Embargo begins', 'Ten roses', 'A lawn')}",
        f"<p>Good morning.</p>{links('Embargo begins at midnight on wheat', 'Ten roses to plant in spring', 'How to mow a lawn')}",
        f"{PROSE}<p>Contents.</p><ul><li><a href='#1'>One</a></li><li><a href='#2'>Two</a></li><li><a href='/p#3'>Three</a></li></ul>",
        "<h2>10:05 Embargo begins</h2><p>The <a href='/x'>ministry</a> said so.</p><h2>09:58 Ships wait</h2><p>Forty of them.</p>" * 5,
    ],
)  # fmt: skip
def test_what_only_looks_like_an_aside(markup: str) -> None:
    """The article's own lists, links, quotes and boxes count; so does a digest that is nothing but links."""
    assert found(markup) == []


def entry_of(body: str, **parts: str) -> Entry:
    """The entry of a feed with this text."""
    item = {"title": "Ships wait", "content_html": body, **parts}
    feed = parse_feed(
        json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [item]}).encode(),
        url="https://e.org/f",
        headers={},
        now=NOW,
    )
    assert isinstance(feed, ParsedFeed)
    return feed.entries[0]


def test_a_box_that_turns_makes_no_other_content_and_no_other_identity() -> None:
    """Content hash and key are those of the article without its asides; those of one without any are what they were."""
    bare = entry_of(PROSE)
    one, other = (
        entry_of(f"{PROSE}<h3>Most read</h3>{links(*titles)}") for titles in (("Roses", "Lawns"), ("Embargo", "Roses", "Lawns"))
    )
    assert one.text != other.text
    assert one.content_hash == other.content_hash == bare.content_hash
    assert one.key == other.key == bare.key
    assert own_text(other.text, other.asides) == bare.text
    assert (
        entry_of(f"{PROSE}<p>The embargo begins.</p><h3>Most read</h3>{links('Roses', 'Lawns')}").content_hash != one.content_hash
    )


def test_asides_keep_their_place_behind_a_summary() -> None:
    """Where the text is the summary and then the content, offsets count from the beginning of both."""
    entry = entry_of(f"{PROSE}<h3>Most read</h3>{links('Embargo', 'Roses')}", summary="The harbour is closed.")
    (aside,) = entry.asides
    assert entry.text.startswith("The harbour is closed.\n\nForty ships")
    assert (entry.text[aside.start : aside.end], aside.reason) == ("Most read\n\nEmbargo\n\nRoses", AsideReason.RELATED)


def test_the_asides_of_a_page() -> None:
    """Of what is extracted from a page, those paragraphs are asides that the page has only in its boxes."""
    pytest.importorskip("trafilatura")
    words = "".join(
        f"<p>{n}. The delegates walked along the quay in the rain and spoke of fish and of the price of ice.</p>" for n in range(9)
    )
    box = f"<h3>Most read</h3>{links('Embargo on wheat begins at midnight says ministry', 'Ten roses to plant in your garden in spring')}"
    page = f"<html><body><article><h1>A meeting</h1>{words}{box}</article></body></html>"
    read = extract_article(page.encode(), "https://e.org/a")
    assert isinstance(read, ExtractedArticle)
    own = own_text(read.text, read.asides)
    assert "price of ice" in own
    assert "Embargo" not in own


@pytest.mark.parametrize(
    "pattern",
    ["<ul><li><a href='/x'>A head line</a>", "<ul><li><a href='/x'>A head line</a></ul>", "<div class='related-posts'>", "<p>Related</p><p>", "<li><a href=x>x",
     "<h3>Most read</h3>", "<aside><nav>", "<b>Read more: <ul>", "<br><br><a href=x>x</a>"],
)  # fmt: skip
def test_hostile_lists_take_time_in_proportion_to_their_length(pattern: str) -> None:
    """Thousands of lists, nested or not, cost no more each than a few do."""
    assert_grows_linearly(read_html, lambda size: f"{PROSE}{pattern * size}", 500)


_PIECES = st.sampled_from(
    ["<p>", "</p>", "<ul>", "</ul>", "<li>", "</li>", "<a href='/x'>", "<a href='#x'>", "</a>", "<b>", "</b>", "<h3>", "</h3>", "<div class='related-posts'>",
     "</div>", "<aside>", "</aside>", "<nav>", "<table><tr><td>", "</table>", "<br>", "<form>", "<span>", "</span>", "Most read", "Related: ", "one", "two, three. ",
     "&#1;0", "\x01", "<!-- c -->", "<blockquote>", "<footer>", PROSE]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=40).map("".join))
@settings(max_examples=300, deadline=None)
def test_asides_never_change_the_text(markup: str) -> None:
    """Whatever the HTML: the ranges are in order, in the text, begin and end at words, and some of the text is left."""
    read = read_html(markup)
    end = 0
    for aside in read.asides:
        assert end <= aside.start < aside.end <= len(read.text)
        assert read.text[aside.start : aside.end].strip() == read.text[aside.start : aside.end]
        end = aside.end
    assert not read.asides or own_text(read.text, read.asides)
