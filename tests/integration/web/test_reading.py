"""The API that reads."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.storage import source_states
from monitor.storage.engine import Database
from tests.integration.web.scenes import HOSTILE, add_alert, add_article
from tests.integration.web.serving import Site, serving

ATOM = "{http://www.w3.org/2005/Atom}"


def test_alerts_by_time_term_and_severity(site: Site) -> None:
    """Newest first, filtered, limited, and page after page without a gap or a double."""
    ids = [add_alert(site.database, term=term, severity=severity, ago=timedelta(hours=hours), channels=("desk",))
           for term, severity, hours in (("Rafah", "high", 3), ("ceasefire", "medium", 2), ("Rafah", "critical", 1))]  # fmt: skip
    everything = site.get("/api/alerts").json
    assert [one["id"] for one in everything] == ids[::-1]
    assert everything[0]["deliveries"][0]["channel"] == "desk"
    assert [one["id"] for one in site.get("/api/alerts?term=Rafah").json] == [ids[2], ids[0]]
    assert [one["id"] for one in site.get("/api/alerts?severity=high&severity=medium").json] == [ids[1], ids[0]]
    assert [one["id"] for one in site.get("/api/alerts?since=150m").json] == [ids[2], ids[1]]
    assert [one["id"] for one in site.get("/api/alerts?limit=1").json] == [ids[2]]
    assert [one["id"] for one in site.get(f"/api/alerts?before={ids[2]}&limit=1").json] == [ids[1]]


def test_feeds_that_were_never_polled_are_listed(tmp_path: Path, store: Database, redis_url: str) -> None:
    """A configured feed is listed before it is first polled."""
    with serving(
        tmp_path, store, redis_url, feeds=[{"url": "https://a.example/rss", "name": "Alpha"}, "https://b.example/rss"]
    ) as site:
        assert [one["status"] for one in site.get("/api/feeds").json] == ["new", "new"]
        assert [one["name"] for one in site.get("/api/feeds?search=alp").json] == ["Alpha"]
        assert site.get("/api/feeds?status=failing").json == []


def test_sources_of_every_kind_are_listed(tmp_path: Path, store: Database, redis_url: str) -> None:
    """`/api/feeds` has the feeds and the folders, as its page has; `kind` chooses."""
    folder = tmp_path / "incoming"
    with store.write() as connection:
        source_states.record(connection, "folder", {str(folder): "no such folder"}, SYSTEM_CLOCK.now())
    with serving(tmp_path, store, redis_url, feeds=["https://a.example/rss"], folders=[str(folder)]) as site:
        found = site.get("/api/feeds").json
        assert [(one["kind"], one["url"], one["status"], one["reason"]) for one in found] == [
            ("feed", "https://a.example/rss", "new", None),
            ("folder", str(folder), "failing", "no such folder"),
        ]
        assert site.get("/api/feeds?kind=folder").json == found[1:]
        assert site.get("/api/feeds?kind=noticeboard").json["detail"] == "`kind` is one of feed, folder, mailbox"


def test_the_page_of_feeds_shows_sources_of_every_kind(tmp_path: Path, store: Database, redis_url: str) -> None:
    """A folder that is missing is there with its reason, beside the feeds; the start page counts both."""
    folder = tmp_path / "incoming"
    with store.write() as connection:
        source_states.record(connection, "folder", {str(folder): "no such folder"}, SYSTEM_CLOCK.now())
    with serving(tmp_path, store, redis_url, feeds=["https://a.example/rss"], folders=[str(folder)]) as site:
        failing = site.page("/feeds?status=failing").text
        assert "incoming" in failing
        assert "no such folder" in failing
        assert "https://a.example/rss" not in failing
        assert "https://a.example/rss" in site.page("/feeds").text
        assert "in 1 feed and 1 folder" in site.page("/").text


def test_deliveries_are_listed_and_retried(site: Site) -> None:
    """By status and channel; a retry makes them due and says which ids it does not know."""
    add_alert(site.database, channels=("desk", "phone"))
    found = site.get("/api/deliveries?status=pending&channel=desk").json
    assert [one["channel"] for one in found] == ["desk"]
    answer = site.post("/api/deliveries/retry", {"ids": [found[0]["id"], "nonsense"]}).json
    assert answer == {"due": [found[0]["id"]], "refused": ["nonsense"]}
    assert site.post("/api/deliveries/retry", {"dead": True}).json == {"due": [], "refused": []}
    assert site.post("/api/deliveries/retry", {}).status == 422


def test_status_and_stories_are_there(site: Site) -> None:
    """What the commands print is what the API gives."""
    add_article(site.database)
    assert site.get("/api/status").json["articles"]["stored"] == 1
    assert site.get("/api/stories").json == []


@pytest.mark.parametrize(
    "path",
    ["/api/alerts?severity=hihg", "/api/alerts?limit=0", "/api/alerts?limit=1001", "/api/alerts?limit=x",
     "/api/alerts?sevrity=high", "/api/deliveries?status=lost", "/api/feeds?status=x", "/alerts.atom?x=1"],
)  # fmt: skip
def test_wrong_parameters_are_refused(still: Site, path: str) -> None:
    """422 with a sentence, never a page full of the wrong things."""
    answer = still.get(path)
    assert (answer.status, bool(answer.json["error"])) == (422, True)


def test_the_atom_feed_is_valid_whatever_the_news_says(site: Site) -> None:
    """It parses, its parts are those that RFC 4287 asks for, and hostile text stays text."""
    add_alert(site.database, title=HOSTILE + "\x00\x1b\uffff", url='https://x.example/a"><b>é', source="A & B")
    add_alert(site.database, title="plain", url="javascript:alert(1)")
    answer = site.get("/alerts.atom")
    assert answer.headers["content-type"] == "application/atom+xml"
    root = ET.fromstring(answer.body)
    assert root.tag == f"{ATOM}feed"
    entries = root.findall(f"{ATOM}entry")
    assert len(entries) == 2
    for element in (root, *entries):
        assert all(element.findtext(ATOM + name) for name in ("id", "title", "updated"))
        assert element.findtext(f"{ATOM}author/{ATOM}name")
    links = [[link.get("href") for link in entry.findall(f"{ATOM}link")] for entry in entries]
    assert links == [[], ["https://x.example/a%22%3E%3Cb%3E%C3%A9"]]
    assert "<script>alert(1)</script>" in (entries[1].findtext(f"{ATOM}title") or "")
    assert "<script>" not in answer.text


def test_answers_are_never_kept_by_a_browser(still: Site) -> None:
    """No caching of the API, no guessing of types, and a policy that runs no script of the page's own."""
    headers = still.get("/api/alerts").headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    policy = still.page("/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
