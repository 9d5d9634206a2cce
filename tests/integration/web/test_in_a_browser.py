"""The dashboard in a real browser."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from monitor.domain.ids import ArticleId
from monitor.domain.relation import Relation, RelationKind
from monitor.storage import articles, relations, stories
from monitor.storage.engine import Database
from monitor.web.registry import pages
from tests.integration.web.browser import LEAST_CONTRAST, PROGRAM, Tab, browsing
from tests.integration.web.scenes import HOSTILE, add_alert, add_article
from tests.integration.web.serving import Site, serving
from tests.placing import join

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="needs Chromium: apt-get install chromium")

PAGES = [page.path for page in pages() if "{" not in page.path]
PHONE = 375


@pytest.fixture
async def tab() -> AsyncIterator[Tab]:
    """A fresh browser."""
    async with browsing() as tab:
        yield tab


async def test_an_alert_appears_by_itself(site: Site, tab: Tab) -> None:
    """While the page is open a new alert comes to its top, escaped, with its hit marked; nothing in it acts."""
    add_alert(site.database, title="An older one", channels=("desk",))
    await tab.open(site.url + "/")
    await tab.until("document.querySelector('#live').textContent === 'live'")
    fresh = add_alert(site.database, title=HOSTILE, url="javascript:alert(1)", severity="critical", channels=("desk",))
    await tab.until("document.querySelectorAll('.alert').length === 2")
    first = "document.querySelector('#alerts').firstElementChild"
    assert await tab.run(f"{first}.id") == f"alert-{fresh}"
    assert await tab.run(f"{first}.querySelector('mark').textContent") == "Rafah"
    assert "<script>alert(1)</script>" in await tab.run(f"{first}.querySelector('h2').textContent")
    assert await tab.run("document.querySelectorAll('main img, main script, [onerror], a[href^=javascript]').length") == 0
    assert "New alert, critical: Rafah" in await tab.run("document.querySelector('#announcement').textContent")
    assert tab.complaints == []


async def test_a_filter_holds_for_what_comes(site: Site, tab: Tab) -> None:
    """With a severity chosen the page reloads with it, and only such alerts come in."""
    await tab.open(site.url + "/")
    await tab.run("document.querySelector('input[value=critical]').click()")
    await tab.until("location.search === '?severity=critical' && document.querySelector('#live')?.textContent === 'live'")
    add_alert(site.database, severity="low", title="Not wanted")
    add_alert(site.database, severity="critical", title="Wanted")
    await tab.until("document.querySelectorAll('.alert').length === 1")
    assert await tab.run("document.querySelector('.alert h2').textContent.trim()") == "Wanted"


async def test_a_person_logs_in(tmp_path: Path, store: Database, redis_url: str, tab: Tab) -> None:
    """The form asks, a token typed in opens the page that was asked for, live stream included."""
    with serving(tmp_path, store, redis_url, web={"token": "a-long-enough-token"}) as site:
        await tab.open(site.url + "/")
        await tab.run("document.querySelector('#token').value = 'a-long-enough-token'; document.querySelector('button').click()")
        await tab.until("document.querySelector('#live')?.textContent === 'live'")
        assert await tab.run("document.cookie") == ""


async def test_every_page_fits_every_screen(site: Site, tab: Tab, tmp_path: Path) -> None:
    """In light and dark, wide and on a phone: nothing runs out of the screen, nothing is refused, text has the contrast it needs.

    With $NEWS_MONITOR_PICTURES set to a folder, pictures of all of them are left there to be looked at.
    """
    for number in range(3):
        add_alert(site.database, title=f"{'Averylongwordwithoutanybreak' * 5} {number}", channels=("desk", "phone"))
    pictures = Path(os.environ.get("NEWS_MONITOR_PICTURES") or tmp_path)
    for path in PAGES:
        for name, width, dark in (
            ("light", 1200, False),
            ("dark", 1200, True),
            ("phone", PHONE, False),
            ("phone-dark", PHONE, True),
        ):
            await tab.open(site.url + path, width=width, dark=dark)
            assert await tab.run("document.documentElement.scrollWidth") <= width, f"{path} {name}"
            assert await tab.run("(nav => nav.scrollWidth - nav.clientWidth)(document.querySelector('nav'))") <= 0, f"{path} {name}"
            assert await tab.run(LEAST_CONTRAST) >= 4.5, f"{path} {name}"
            await tab.picture(pictures / f"{path.strip('/').replace('/', '-') or 'alerts'}-{name}.png")
    assert tab.complaints == []


async def test_a_story_is_traced_and_split(site: Site, tab: Tab, tmp_path: Path) -> None:
    """Its page and the trace of it fit a phone with the longest of words, and a click gives a statement a story of its own."""
    long = "Averylongwordwithoutanybreak" * 5
    first, second = (ArticleId(add_article(site.database, title=f"{long} {name}", source=long)) for name in ("one", "two"))
    with site.database.write() as connection:
        begun, joined = (articles.load(connection, [one])[0] for one in (first, second))
        story_id = stories.begin(connection, begun, now=begun.fetched_at)
        join(connection, joined, story_id)
        relation = Relation(kind=RelationKind.DEVELOPMENT, nearest=first, changes=(long,), evidence=(long,), maybe=story_id)
        relations.add(connection, second, story_id, relation, now=begun.fetched_at)
    pictures = Path(os.environ.get("NEWS_MONITOR_PICTURES") or tmp_path)
    for name, path in (
        ("trace-story", f"/trace?q={story_id}"),
        ("trace-never", f"/trace?q=https://{long}.example/"),
        ("story", f"/stories/{story_id}"),
    ):
        for width, dark in ((PHONE, True), (1200, False), (PHONE, False)):
            await tab.open(site.url + path, width=width, dark=dark)
            assert await tab.run("document.documentElement.scrollWidth") <= width, f"{path} {width}"
            assert await tab.run(LEAST_CONTRAST) >= 4.5, f"{path} {width}"
            await tab.picture(pictures / f"{name}-{width}{'-dark' if dark else ''}.png")
    await tab.run(f"document.querySelector('input[value=\"{second}\"] + button').click()")
    await tab.until("document.querySelector('main')?.textContent.includes('split by hand')")
    assert (await tab.run("location.pathname")) != f"/stories/{story_id}"
    assert tab.complaints == []
