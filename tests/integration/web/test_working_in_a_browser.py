"""What a duty officer does on the pages, in a real browser: acknowledge, correct a term, write one, add a feed; with the mouse and with keys."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import web

from monitor.storage.engine import Database
from tests.integration.web.browser import LEAST_CONTRAST, PROGRAM, Tab, browsing
from tests.integration.web.scenes import add_alert, add_article
from tests.integration.web.serving import Site, serving
from tests.receiving import Receiver
from tests.waiting import until

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="needs Chromium: apt-get install chromium")

YAML = """# Ask Mona before you change it.
data_dir: data
watch:
  - ceasefire   # since March
  - name: Rafah   # agreed with the night desk
    type: place
    severity: high
feeds:
  - http://127.0.0.1:9/kept.xml   # a remark
channels:
  the-night-desk-and-everybody-who-is-with-it-this-week: {type: file, path: out.jsonl}
"""
LONG = "Averylongwordwithoutanybreak" * 5
PHONE = 390
_RSS = "<rss version='2.0'><channel><title>A</title><item><title>One</title></item></channel></rss>"


@pytest.fixture
async def tab() -> AsyncIterator[Tab]:
    """A fresh browser."""
    async with browsing() as tab:
        yield tab


@pytest.fixture
def desk(tmp_path: Path, store: Database, redis_url: str) -> Iterator[Site]:
    """A site with a hand-written configuration and two alerts, one of them wrong."""
    add_alert(store, title="The Rafah Grill wins a prize", text="The Rafah Grill in Chicago won a prize for its lamb.")
    add_article(store, title=f"Crossing {LONG}", text="Lorries cross at Rafah today, the World Food Programme (WFP) said.")
    with serving(tmp_path, store, redis_url) as site:
        (tmp_path / "monitor.yaml").write_text(YAML)
        until(lambda: site.get("/api/channels").json, within_s=20)
        yield site


def _file(site: Site) -> str:
    return (site.folder / "monitor.yaml").read_text()


async def _fill(tab: Tab, **fields: str) -> None:
    for name, value in fields.items():
        await tab.run(f"(field => {{ field.value = {value!r} }})(document.querySelector('main [name={name}]'))")


async def _click(tab: Tab, selector: str) -> None:
    """Click what leads to another page, and wait for that."""
    await tab.run("window.before = true")
    await tab.run(f"document.querySelector({selector!r}).click()")
    await tab.until("!window.before && document.readyState === 'complete'")


async def test_a_day_at_the_desk(desk: Site, tab: Tab) -> None:
    """Acknowledge, keep a wrong hit out, write a term, add a feed; every remark in the file is where it was."""
    await tab.open(desk.url + "/")
    await _fill(tab, by="Mona")
    await _click(tab, "form[action$='/acknowledge'] button")
    assert "acknowledged by Mona" in await tab.run("document.querySelector('.alert').innerText")
    await _click(tab, "a[href$='/wrong']")
    assert "2 → 1 stories" in await tab.run("document.querySelector('main').innerText")
    await _click(tab, ".remedies button")
    assert "Saved" in await tab.run("document.querySelector('[role=status]').textContent")
    assert "not: [Rafah Grill]" in _file(desk)

    await tab.open(desk.url + "/terms/new")
    await tab.run("document.querySelector('input[value=entity]').click()")
    assert not await tab.run("document.querySelector('[name=pattern]').checkVisibility()")
    await _fill(tab, name="World Food Programme", type="organisation", tags="aid")
    await _click(tab, "button[value=preview]")
    assert await tab.run("document.querySelector('#preview mark').textContent") == "World Food Programme"
    await tab.run("document.querySelector('[name=suggested][value=WFP]').click()")
    await _click(tab, "button[value=save]")
    assert "aliases: [WFP]" in _file(desk)

    async def feed(_request: web.Request) -> web.StreamResponse:
        return web.Response(text=_RSS, content_type="application/rss+xml")

    with Receiver(feed) as server:
        await tab.open(desk.url + "/feeds")
        await _fill(tab, url=server.url("/rss"))
        await _click(tab, "button[value=add]")
        assert f"- {server.url('/rss')}" in _file(desk)
    assert [line for line in _file(desk).splitlines() if line in YAML.splitlines()] == YAML.splitlines()
    assert tab.complaints == []


async def test_the_pages_of_work_fit_every_screen(desk: Site, tab: Tab, tmp_path: Path) -> None:
    """In light and dark, wide and on a phone, with a preview: nothing runs out, every field has a label, text has the contrast it needs."""
    pictures = Path(os.environ.get("NEWS_MONITOR_PICTURES") or tmp_path)
    await tab.open(desk.url + "/")
    wrong = await tab.run("document.querySelector('.alert').dataset.id")
    for name, path, button in (
        ("studio-new", "/terms/new?name=Rafah", "button[value=preview]"),
        ("studio-term", "/terms/Rafah", "button[value=preview]"),
        ("wrong-hit", f"/alerts/{wrong}/wrong", None),
        ("channels-tested", "/channels", "button[value=test]"),
        ("alert", f"/alerts/{wrong}", None),
    ):
        for width, dark in ((PHONE, True), (1200, False), (1200, True), (PHONE, False)):
            await tab.open(desk.url + path, width=width, dark=dark)
            if button:
                await _click(tab, button)
            assert await tab.run("document.documentElement.scrollWidth") <= width, f"{path} {width}"
            assert await tab.run(LEAST_CONTRAST) >= 4.5, f"{path} {width}"
            assert await tab.run(_UNNAMED) == [], path
            await tab.picture(pictures / f"{name}-{width}{'-dark' if dark else ''}.png")
    assert tab.complaints == []


async def test_keys_do_what_clicks_do(desk: Site, tab: Tab) -> None:
    """With j and k one goes from card to card, a and s open what acts on it, / searches, ? tells; while somebody types they are letters."""
    add_alert(desk.database, title="A second one")
    await tab.open(desk.url + "/")
    cards = "[...document.querySelectorAll('.alert')]"
    for key, at in (("j", 0), ("j", 1), ("j", 1), ("k", 0)):
        await _press(tab, key)
        assert await tab.run(f"{cards}.indexOf(document.activeElement)") == at
    await _press(tab, "s")
    assert await tab.run(f"{cards}[0].querySelector('details[open] select[name=what]') === document.activeElement")
    await _press(tab, "k")
    assert await tab.run("document.activeElement.name") == "what"
    await tab.run("document.activeElement.blur()")
    await _press(tab, "j")
    await _press(tab, "a")
    assert await tab.run("document.activeElement.name") == "by"
    await _press(tab, "?")
    assert await tab.run("document.querySelector('dialog')") is None
    await tab.run("document.activeElement.blur()")
    await _press(tab, "?")
    assert await tab.run("document.querySelector('dialog').open")
    await tab.run("document.querySelector('dialog button').click()")
    await tab.open(desk.url + "/terms")
    await _press(tab, "/")
    assert await tab.run("document.activeElement.type") == "search"
    assert tab.complaints == []


async def _press(tab: Tab, key: str) -> None:
    for kind in ("keyDown", "keyUp"):
        await tab.call("Input.dispatchKeyEvent", type=kind, key=key, **({"text": key} if kind == "keyDown" else {}))


_UNNAMED = """[...document.querySelectorAll("input:not([type=hidden]), select, textarea, button")]
  .filter((one) => !(one.labels?.length || one.getAttribute("aria-label") || (one.localName === "button" && one.textContent.trim())))
  .map((one) => one.outerHTML)"""
"""The fields and buttons that a screen reader has no name for."""
