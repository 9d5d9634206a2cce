"""Pages that are no feeds, read by selectors in every language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.parse.result import ParsedFeed, ParseFailure
from monitor.parse.selected_page import parse_selected
from monitor.settings.page_selectors import SelectSettings

NOW = datetime(2024, 3, 22, tzinfo=UTC)
PAGE = """<!doctype html><title>Notices &amp; more</title><ul>
<li class=notice><a href="/n/1">Bridge closes</a> <time datetime="2024-03-21T08:00:00Z">yesterday</time><p>The bridge of Halden is closed.<p>Until May.</li>
<li class=notice><a href="n/2">Ferry runs</a> <time>20 March 2024</time><p>The ferry runs <b>again</b>.</li>
<li class=other><a href="/about">About us</a></li></ul>"""
JSON = """{"data": {"notices": [
{"headline": "Bridge closes", "links": {"web": "/n/1"}, "at": "2024-03-21T08:00:00Z", "body": ["The bridge of Halden is closed.", "Until May."]},
{"headline": "Ferry runs", "links": {"web": "/n/2"}, "at": "2024-03-20", "body": "The ferry runs <b>again</b>."}]}}"""
CSS = {"item": "li.notice", "title": "a", "link": "a", "date": "time", "text": "p"}
XPATH = {"item": "//li[@class='notice']", "title": "a", "link": "//a/@href", "date": "time", "text": "p"}
PATHS = {"item": "$.data.notices[*]", "title": "$.headline", "link": "$.links['web']", "date": "$.at", "text": "$.body"}


def _read(page: str, select: Mapping[str, str]) -> ParsedFeed | ParseFailure:
    return parse_selected(
        page.encode(), url="https://halden.example/notices", headers={}, now=NOW, select=SelectSettings(**select).given()
    )


def _feed(page: str, select: Mapping[str, str]) -> ParsedFeed:
    found = _read(page, select)
    assert isinstance(found, ParsedFeed), found
    return found


@pytest.mark.parametrize(
    ("page", "select"), [(PAGE, CSS), (PAGE, XPATH), (JSON, PATHS), (JSON, {**PATHS, "item": "$.data.notices"})]
)
def test_each_language_finds_the_same(page: str, select: Mapping[str, str]) -> None:
    """Title, absolute link, date and whole text of each item."""
    first, second = _feed(page, select).entries
    assert (first.title, first.url, first.published_at) == (
        "Bridge closes",
        "https://halden.example/n/1",
        datetime(2024, 3, 21, 8, tzinfo=UTC),
    )
    assert first.text == "The bridge of Halden is closed.\n\nUntil May."
    assert (second.title, second.url, second.text) == ("Ferry runs", "https://halden.example/n/2", "The ferry runs again.")
    assert second.published_at == datetime(2024, 3, 20, tzinfo=UTC)
    assert first.key == "https://halden.example/n/1"


@pytest.mark.parametrize(
    ("page", "item"),
    [(PAGE, "li.notice"), (PAGE, "//li[@class='notice']"), (PAGE, "li.notice a"), (PAGE, "(//li)[position()<3]/a")],
)
def test_title_and_link_are_found_without_selectors(page: str, item: str) -> None:
    """The first heading or link of an item stands for both; the item may be the link itself."""
    entries = _feed(
        page,
        {"item": item, **({"title": "."} if item.endswith("/a") else {}), **({"link": "@href"} if item.endswith("/a") else {})},
    ).entries
    assert [(entry.title, entry.url) for entry in entries] == [
        ("Bridge closes", "https://halden.example/n/1"),
        ("Ferry runs", "https://halden.example/n/2"),
    ]


def test_attributes_can_be_asked_for() -> None:
    """In CSS as `@name` or `::attr(name)`."""
    page = '<article data-title="One" data-at="2024-03-21"><a data-to="/1">x</a></article>'
    for link in ("a@data-to", "a::attr(data-to)"):
        (entry,) = _feed(page, {"item": "article", "title": "@data-title", "link": link, "date": "@data-at"}).entries
        assert (entry.title, entry.url, entry.published_at) == (
            "One",
            "https://halden.example/1",
            datetime(2024, 3, 21, tzinfo=UTC),
        )


@pytest.mark.parametrize(
    ("page", "select", "says"),
    [
        ("<p>rebuilt</p>", CSS, "li.notice"),
        ("", CSS, "li.notice"),
        ("<p>rebuilt</p>", XPATH, "//li"),
        ("<p>an error page</p>", PATHS, "no JSON"),
        ('{"data": []}', PATHS, "$.data.notices"),
        (PAGE.replace("<time", "<span").replace("</time", "</span"), CSS, "date: time"),
        (PAGE.replace("<p>", "<div>"), XPATH, "text: p"),
    ],
)
def test_a_page_that_stops_matching_is_broken(page: str, select: Mapping[str, str], says: str) -> None:
    """Whichever selector finds nothing any more is named."""
    found = _read(page, select)
    assert isinstance(found, ParseFailure)
    assert found.broken
    assert says in found.reason


@pytest.mark.parametrize(
    ("select", "says"),
    [
        ({"item": "li["}, "item: li["),
        ({"item": "//li["}, "XPath"),
        ({"item": "$.a[x"}, "JSON path"),
        ({"item": "li", "title": "a >"}, "title: a >"),
        ({"item": "//li", "title": "h2 a]"}, "title"),
    ],
)
def test_a_selector_that_cannot_be_read_is_refused(select: dict[str, str], says: str) -> None:
    """The error names the selector and the language it should be in."""
    with pytest.raises(ValueError, match=r"no (CSS selector|XPath|JSON path)") as error:
        SelectSettings(**select)
    assert says in str(error.value)


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.sampled_from("<>/aplitm=\"'{}[]:,$ \x00é\n"), max_size=200),
    st.sampled_from([CSS, XPATH, PATHS, {"item": "a"}, {"item": "//a"}, {"item": "$"}]),
)
def test_no_page_raises(page: str, select: Mapping[str, str]) -> None:
    """Whatever a server sends, the result is a feed or a reason."""
    assert isinstance(_read(page, select), ParsedFeed | ParseFailure)
