"""Stored articles, searched with queries: on the page, through the API, and as an Atom feed."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from tests.integration.web.scenes import add_article
from tests.integration.web.serving import Site


def test_stored_articles_are_found_by_their_words(site: Site) -> None:
    """The query holds as on the watch list; what it found is marked in the title and in an extract, and leads to the stored text."""
    article = add_article(site.database, title="Crossing & border", text="Lorries wait. " * 40 + "Flour reaches Rafah.")
    add_article(site.database, title="Another crossing")
    text = site.page("/search?q=crossing+FLOUR").text
    assert f'href="/articles/{article}"><mark>Crossing</mark> &amp; border</a>' in text
    assert "<mark>Flour</mark> reaches Rafah." in text
    assert "Another" not in text
    assert "The query holds for no article." in site.page("/search?q=crossing+locusts").text


def test_a_search_says_how_it_read_the_query_and_what_it_did_not_understand(site: Site) -> None:
    """With its operators written out; or the column of the fault, and not that nothing was found."""
    for number in range(3):
        add_article(site.database, title=f"Humanitarian aid {number}")
    text = site.page("/search?q=%22humanitarian+aid%22+-sport&limit=2").text
    assert 'Read as <code dir="auto">&#34;humanitarian aid&#34; AND NOT sport</code>' in text
    older = re.search(r'href="(/search\?[^"]+)">More articles', text)
    assert older
    assert "<mark>Humanitarian aid</mark> 0" in site.page(unescape(older[1])).text
    refused = site.page("/search?q=truce+%22cessation").text
    assert "query, column 7: the quotation mark" in refused
    assert "no article" not in refused


def test_a_search_becomes_a_term(site: Site) -> None:
    """The button writes the query into the watch list; twice it is refused, with the reason."""
    form = urlencode({"q": '"humanitarian aid" NEAR/10 Rafah'}).encode()
    done = site.post("/search", form)
    assert (done.status, done.headers["location"][:14]) == (303, "/terms?search=")
    written = "".join(file.read_text() for file in site.folder.glob("*.y*ml"))
    assert written.count("NEAR/10 Rafah") == 2  # its name and its query
    again = site.post("/search", form)
    assert again.status == 409
    assert "on the watch list already" in again.text


def test_articles_are_searched(site: Site) -> None:
    """With a query; what looks like a pattern is taken literally."""
    wanted = add_article(site.database, title="Convoy reaches Rafah", text="Twenty lorries, 100% full.")
    add_article(site.database, title="Something else", text="Nothing here.")
    assert [one["id"] for one in site.get("/api/articles?search=rafah+LORRIES").json] == [wanted]
    assert [one["id"] for one in site.get("/api/articles?search=100%25").json] == [wanted]
    assert site.get("/api/articles?search=rafah+nothing").json == []
    assert [one["id"] for one in site.get("/api/articles?q=%22twenty+lorries%22+-sport&source=Example+World").json] == [wanted]
    assert site.get("/api/articles?q=%22lorries+twenty%22").json == []


def test_a_search_is_paged_and_refused_with_the_column(site: Site) -> None:
    """A full page leads to the next; what is no query is told, not searched for."""
    ids = [add_article(site.database, title=f"Convoy {number}") for number in range(3)]
    first = site.get("/api/articles?q=convoy&limit=2")
    rest = site.get(first.headers["link"].partition(">")[0].removeprefix("<"))
    assert [one["id"] for one in (*first.json, *rest.json)] == ids[::-1]
    assert "link" not in rest.headers
    refused = site.get("/api/articles?q=truce+%22cessation")
    assert refused.status == 422
    assert refused.json["detail"].startswith("query, column 7: the quotation mark")


def test_a_search_is_an_atom_feed(site: Site) -> None:
    """The articles a query finds, as an Atom document that feed readers can take."""
    add_article(site.database, title="Convoy & <more>", tags=["aid"])
    add_article(site.database, title="Else")
    answer = site.get("/search.atom?q=convoy")
    assert [one.text for one in ET.fromstring(answer.body).iterfind("{*}entry/{*}title")] == ["Convoy & <more>"]
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert site.get("/search.atom").status == 422
