"""The pages, with all that a hostile feed could put on them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import update

from monitor.domain.alert import Hold, Suppression
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.delivery import AttemptResult, Outcome
from monitor.domain.ids import AlertId, DeliveryId
from monitor.domain.quarantined import Quarantined, QuarantineKind
from monitor.domain.times import rfc3339
from monitor.storage import attempts, holds, quarantine
from monitor.storage.engine import Database
from monitor.storage.tables import alerts
from monitor.web.registry import pages
from tests.alerting import add_story
from tests.integration.web.scenes import HOSTILE, add_alert, add_article
from tests.integration.web.serving import Site, serving
from tests.story_scenes import add_article as add_story_article

PAGES = (*(page.path for page in pages() if "{" not in page.path), "/search?q=script")


class _Seen(HTMLParser):
    """The elements of a page, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))


def is_clean(text: str) -> None:
    """No script but our own file, no handler, no style of its own, no link but to the web and to ourselves."""
    for tag, attributes in _Seen(text).elements:
        assert tag != "img" or attributes["src"] == "/static/icon.svg"
        assert tag != "script" or attributes == {"src": "/static/app.js", "defer": None}
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        address = attributes.get("href")
        assert address is None or re.match(r"/(?!/)|https?://|#main$", address), address
        if address and address.startswith("http"):
            assert attributes.get("rel") == "noopener noreferrer"
    assert "\u202e" not in text


def test_hostile_news_stays_text_on_every_page(tmp_path: Path, store: Database, redis_url: str) -> None:
    """Titles, sources, snippets, addresses, errors and answers full of markup are shown as they are, and nothing of them acts."""
    article = add_article(store, title=HOSTILE, text=HOSTILE * 3, source=HOSTILE, author=HOSTILE, url="javascript:alert(1)")
    for address in ("javascript:alert(1)", "data:text/html,<script>alert(1)</script>", 'https://x.example/"onmouseover="alert(1)'):
        add_alert(store, term=HOSTILE, title=HOSTILE, url=address, source=HOSTILE, snippet=HOSTILE + "Rafah", channels=(HOSTILE,))
    with serving(tmp_path, store, redis_url, watch=[{"name": HOSTILE, "query": "script"}], feeds=["https://a.example/<b>"]) as site:
        delivery = site.get("/api/deliveries").json[0]["id"]
        receipt = AttemptResult(outcome=Outcome.REFUSED, at=SYSTEM_CLOCK.now(), http_status=422, answer=HOSTILE)
        with store.write() as connection:
            attempts.record(connection, [(DeliveryId(delivery), receipt)])
        form = urlencode({"title": HOSTILE, "text": HOSTILE, "term": ""}).encode()
        for text in [site.page(path).text for path in (*PAGES, f"/articles/{article}")] + [site.post("/terms", form).text]:
            is_clean(text)
        home = site.page("/").text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in home
        assert "<mark>Rafah</mark>" in home


def test_the_front_page_shows_what_an_editor_needs(site: Site) -> None:
    """Term, severity, linked title, marked hit, source, why, and where it was delivered."""
    add_alert(site.database, channels=("desk",), snippet="the road to Rafah & beyond")
    text = site.page("/").text
    for part in (
        '<span class="severity high">high</span>',
        'href="https://news.example.org/1?a=1&amp;b=2"',
        "Crossing reopens, report 1",
        "the road to <mark>Rafah</mark> &amp; beyond",
        "Example World",
        "<summary>Why</summary>",
        '<span class="channel">desk</span> <span class="word">waiting</span>',
        "Hamas",
    ):
        assert part in text, part


def test_the_front_page_says_what_becomes_of_an_alert_that_is_held(site: Site) -> None:
    """When it will be told, that it waits for somebody, or when it was told."""
    now = SYSTEM_CLOCK.now()
    ids = [AlertId(add_alert(site.database, title=f"Held {number}")) for number in range(4)]
    later = Hold(reason=Suppression.COOLDOWN, until=now + timedelta(minutes=30))
    with site.database.write() as connection:
        connection.execute(update(alerts).where(alerts.c.id.in_(ids)).values(suppressed="cooldown"))
        for one, hold in zip(ids, (later, replace(later, until=None), replace(later, until=now)), strict=False):
            holds.add(connection, one, hold)
        holds.mark_reported(connection, [ids[2]], now=now)
    text = site.page("/").text
    for shown in (
        "held: cooldown; told <time",
        "held until the silence is lifted",
        "held back: cooldown; told at <time",
        "not sent: cooldown",
    ):
        assert text.count(shown) == 1, shown
    records = {one["id"]: (one["held"], one["held_until"], one["reported_at"]) for one in site.get("/api/alerts").json}
    assert [records[one] for one in ids] == [
        (True, rfc3339(now + timedelta(minutes=30)), None),
        (True, None, None),
        (False, rfc3339(now), rfc3339(now)),
        (False, None, None),
    ]


def test_the_front_page_is_filtered_and_goes_on(site: Site) -> None:
    """Filters by term and severity; a link to older alerts that keeps them."""
    for number in range(3):
        add_alert(site.database, term="Rafah", title=f"Old {number}", ago=timedelta(hours=number))
    add_alert(site.database, term="ceasefire", severity="low", title="Other")
    text = site.page("/?term=Rafah&severity=high&limit=2").text
    assert [title in text for title in ("Old 0", "Old 1", "Old 2", "Other")] == [True, True, False, False]
    older = re.search(r'rel="next" href="([^"]+)"', text)
    assert older
    after = site.page(older[1].replace("&amp;", "&")).text
    assert [title in after for title in ("Old 0", "Old 1", "Old 2", "Other")] == [False, False, True, False]


def test_a_term_is_tried_on_the_page(still: Site) -> None:
    """The hit is marked in the text, its reason shown; a query with a fault is explained and what was typed is kept."""
    form = {"title": "On Rafah", "text": "An <offensive> against Rafah.\nSecond line.", "term": "Rafah offensive"}
    text = still.post("/terms", urlencode(form).encode()).text
    assert "An &lt;<mark>offensive</mark>&gt; against <mark>Rafah</mark>." in text
    assert "<strong>1 of 1</strong> term matches" in text
    wrong = still.post("/terms", urlencode({**form, "term": "aid AND ("}).encode(), accept="text/html")
    assert wrong.status == 422
    assert "column" in wrong.text
    assert 'value="aid AND ("' in wrong.text


def test_terms_are_counted_over_time(site: Site) -> None:
    """The busiest term first, with its alerts per day as bars that say in words what they show."""
    for days in (0, 0, 3):
        add_alert(site.database, term="ceasefire", ago=timedelta(days=days))
    add_alert(site.database, term="Rafah", ago=timedelta(days=40))
    text = site.page("/terms?span=14d").text
    assert text.index(">ceasefire</a>") < text.index(">Rafah</a>")
    assert 'aria-label="3 alerts; the most in one day 2' in text
    assert 'aria-label="1 alerts' in site.page("/terms?span=90d&search=rafah").text
    assert site.page("/terms?span=1y").status == 422


def test_a_dead_letter_is_sent_again_from_the_page(site: Site) -> None:
    """The button makes it due and leads back to the list; the page shows what the receiver said."""
    add_alert(site.database, channels=("desk",))
    delivery = site.get("/api/deliveries").json[0]["id"]
    assert f'value="{delivery}"' in site.page("/deliveries?status=pending").text
    answer = site.post("/deliveries/retry", urlencode({"id": delivery}).encode())
    assert (answer.status, answer.headers["location"]) == (303, "/deliveries?retried=1")
    assert "1 due again" in site.page(answer.headers["location"]).text
    assert site.post("/deliveries/retry", b"").status == 422


def test_an_article_is_read_with_its_hits_marked(site: Site) -> None:
    """The stored text; a file's address is shown, never linked."""
    article = add_article(site.database, title="A file", text="All of it.\n\nTo Rafah <b>.", url="file:///srv/seeds/a.txt")
    text = site.page(f"/articles/{article}").text
    assert "All of it.\n\nTo <mark>Rafah</mark> &lt;b&gt;." in text
    assert "file:///srv/seeds/a.txt" in text
    assert 'href="file:' not in text
    assert site.page("/articles/none").status == 404


def test_a_story_is_shown_with_everybody_who_has_it(site: Site) -> None:
    """How many articles, the sources, and where each was published; a story of another time is left out."""
    now = SYSTEM_CLOCK.now()
    with site.database.write() as connection:
        story, old = add_story(connection, now), add_story(connection, now - timedelta(days=9))
        for story_id, source, at in (
            (story, "Gulf Wire", now),
            (story, "Example World", now),
            (old, "Alpha", now - timedelta(days=9)),
        ):
            add_story_article(connection, story_id, source, at=at)
    text = site.page("/stories?since=2d").text
    for part in ("<strong>2 articles</strong>", "Gulf Wire", "https://gulf-wire.example/", "https://example-world.example/"):
        assert part in text, part
    assert "Alpha" not in text
    assert "Alpha" in site.page("/stories").text


@pytest.mark.parametrize(
    ("path", "status"), [("/nothing", 404), ("/?severity=x", 422), ("/search?limit=x", 422), ("/?term=x&since=y", 400)]
)
def test_errors_are_pages_for_people(still: Site, path: str, status: int) -> None:
    """A browser gets a page that says what is wrong, a program JSON."""
    page, answer = still.page(path), still.get(path)
    assert (page.status, answer.status) == (status, status)
    assert 'role="alert"' in page.text
    assert answer.json["error"]


@pytest.mark.parametrize("path", [*PAGES, "/metrics", "/api/status", "/api/stories", "/alerts.atom", "/?term=Rafah&severity=high"])
def test_every_page_works_on_both_databases(tmp_path: Path, database: Database, redis_url: str, path: str) -> None:
    """PostgreSQL answers as SQLite does."""
    alert = add_alert(database, channels=("desk",))
    with serving(tmp_path, database, redis_url) as site:
        assert site.page(path).status == 200
        assert site.page(f"/?before={alert}").status == 200


@pytest.mark.parametrize(
    "path",
    ["/?term=%00", "/?before=%00", "/search?q=%00%ff", "/articles/%00", "/deliveries?channel=%00%ed%a0%80", "/terms?search=%00"],
)
def test_characters_that_no_database_takes_are_no_error(tmp_path: Path, database: Database, redis_url: str, path: str) -> None:
    """Whatever is asked for, it is found or it is not."""
    with serving(tmp_path, database, redis_url) as site:
        assert site.page(path).status in {200, 404}


def test_a_form_that_is_too_much_is_refused(still: Site) -> None:
    """Too many fields, a text beyond all measure, or another kind of body: a page that says so."""
    assert still.post("/deliveries/retry", b"id=x&" * 1001).status == 422
    assert still.post("/terms", b"text=" + b"x" * 1_000_001).status == 422
    assert still.post("/terms", b"text=" + b"x" * 3_000_001).status == 413
    assert still.post("/terms", {"text": "x"}).status == 415


def test_what_a_page_needs_is_there(still: Site) -> None:
    """Style, script and icon are our own; nothing leads out of their folder."""
    for _, attributes in _Seen(still.page("/").text).elements:
        for name in ("src", "href"):
            if (attributes.get(name) or "").startswith("/static/"):
                assert still.get(str(attributes[name])).status == 200
    assert still.get("/static/../server.py").status == 404
    assert still.get("/static/%2e%2e/server.py").status == 404


def test_quarantine_is_shown_and_decided_about(tmp_path: Path, store: Database, redis_url: str) -> None:
    """What brought a process down is listed with its reason, escaped; it can be let out or dropped, there and by the API."""
    held = [
        Quarantined(
            id=f"{number:032}",
            kind=QuarantineKind.DOCUMENT,
            subject=f"/in/{number}.html",
            title=f"{HOSTILE} {number}",
            source="in",
            url=None,
            reason="reading it takes more than 20 s of CPU time",
            since=SYSTEM_CLOCK.now(),
        )
        for number in range(3)
    ]
    with store.write() as connection:
        for one in held:
            quarantine.add(connection, one)
    with serving(tmp_path, store, redis_url) as site:
        page = site.page("/quarantine").text
        is_clean(page)
        assert page.count("more than 20 s of CPU time") == 3
        assert [one["id"] for one in site.get("/api/quarantine").json] == [one.id for one in held]
        assert 'news_monitor_quarantine{kind="document"} 3.0' in site.get("/metrics").text
        assert len(site.get("/api/status").json["quarantine"]) == 3
        assert site.post(f"/api/quarantine/{held[0].id}/retry", {}).json == {"retried": held[0].id}
        assert site.post(f"/api/quarantine/{held[0].id}", {}).status == 404
        assert site.delete(f"/api/quarantine/{held[1].id}").json == {"dropped": held[1].id}
        assert [one["id"] for one in site.get("/api/quarantine").json] == [held[2].id]
        assert site.post("/quarantine", urlencode({"id": held[2].id, "do": "drop"}).encode()).status == 303
        assert "Nothing is in quarantine" in site.page("/quarantine").text
