"""The pages on which feeds are added, polled and removed, and channels tested and resumed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from aiohttp import web

from monitor.domain.channel_state import ChannelState
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.lease import Lease
from monitor.storage import channels
from monitor.storage.engine import Database
from tests.integration.web.scenes import HOSTILE
from tests.integration.web.serving import Answer, Site, serving
from tests.receiving import Receiver

YAML = """# the desk's feeds
data_dir: data
watch: [ceasefire]
feeds:
  - http://127.0.0.1:9/kept.xml   # a remark
channels: {desk: {type: file, path: out.jsonl}}
"""
_PAGES = {
    "/site": '<html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head><body>A site</body></html>',
    "/rss": "<rss version='2.0'><channel><title>A</title><item><title>One &lt;b&gt;</title></item></channel></rss>",
    "/plain": "<html><body>no feed</body></html>",
}


async def _serve(request: web.Request) -> web.StreamResponse:
    kind = "application/rss+xml" if request.path == "/rss" else "text/html"
    return web.Response(text=_PAGES[request.path], content_type=kind)


@pytest.fixture
def written(tmp_path: Path, store: Database, redis_url: str) -> Iterator[Site]:
    """A site with a hand-written list of feeds and a channel."""
    with serving(tmp_path, store, redis_url, channels={"desk": {"type": "file", "path": "out.jsonl"}}) as site:
        (tmp_path / "monitor.yaml").write_text(YAML)
        yield site


def _send(site: Site, path: str, **fields: str) -> Answer:
    return site.post(path, urlencode(fields).encode(), accept="text/html")


def _upload(site: Site, content: str) -> Answer:
    body = f'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.opml"\r\nContent-Type: text/xml\r\n\r\n{content}\r\n--edge--\r\n'
    return site.post("/feeds/import", body.encode(), Content_Type="multipart/form-data; boundary=edge", accept="text/html")


def _file(site: Site) -> str:
    return (site.folder / "monitor.yaml").read_text()


def test_a_site_is_added_as_the_feed_that_it_names_and_removed(written: Site) -> None:
    """It is polled first; twice is refused; removing it leaves the file as it was."""
    with Receiver(_serve) as server:
        added = _send(written, "/feeds", do="add", url=server.url("/site"))
        assert added.status == 303, added.text
        assert f"- {server.url('/rss')}" in _file(written)
        assert "is added" in written.page(added.headers["location"]).text
        assert _send(written, "/feeds", do="add", url=server.url("/rss")).status == 409
        assert _send(written, "/feeds", do="remove", url=server.url("/rss")).status == 303
        assert _file(written) == YAML


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "file:///etc/passwd", "telegram:no name", HOSTILE])
def test_what_is_no_address_is_refused_with_the_reason(written: Site, url: str) -> None:
    """Nothing is written, and what was typed comes back as text."""
    for wanted in ("add", "poll"):
        answer = _send(written, "/feeds", do=wanted, url=url)
        assert answer.status == 422
        assert 'role="alert"' in answer.text
        assert "<script>alert" not in answer.text
    assert _file(written) == YAML


def test_a_poll_is_explained_and_stores_nothing(written: Site) -> None:
    """The lines are those of `feeds poll`; a page without a feed cannot be added."""
    with Receiver(_serve) as server:
        shown = _send(written, "/feeds", do="poll", url=server.url("/rss"))
        assert f"&gt; GET {server.url('/rss')}" in shown.text
        assert "Nothing was stored" in shown.text
        assert written.post("/api/feeds/poll", {"url": server.url("/rss")}).json["entries"]
        refused = _send(written, "/feeds", do="add", url=server.url("/plain"))
        assert (refused.status, "nothing was written" in refused.text) == (422, True)
    assert _file(written) == YAML


def test_a_list_is_uploaded(written: Site) -> None:
    """Feeds of an OPML file are added, with remarks on what was left out; what is no OPML is refused."""
    outlines = '<outline xmlUrl="https://one.example/rss" text="One"/><outline xmlUrl="nonsense" text="Two"/>'
    done = _upload(written, f'<opml version="2.0"><body>{outlines}</body></opml>')
    assert done.status == 200, done.text
    assert "1 feed added" in done.text
    assert "left out" in done.text
    assert "https://one.example/rss" in _file(written)
    assert _upload(written, "no xml").status == 422
    assert _upload(written, "").status == 422
    assert written.post("/feeds/import", b"file=x").status == 415


def test_a_channel_is_tested_and_resumed(written: Site) -> None:
    """A test gives a receipt; a paused channel says so and sends again after a click, over the API as well."""
    tested = _send(written, "/channels", do="test", name="desk")
    assert "the test was accepted" in tested.text
    assert _send(written, "/channels", do="test", name="none").status == 404
    assert _send(written, "/channels", do="resume", name="desk").status == 404
    with written.database.write() as connection:
        channels.acquire(connection, "desk", Lease(owner="a", until=SYSTEM_CLOCK.now()), now=SYSTEM_CLOCK.now())
        channels.save(connection, "desk", ChannelState(failures=9, paused=True, reason=HOSTILE), release=True)
    shown = written.page("/channels").text
    assert "paused" in shown
    assert "<script>alert" not in shown
    assert _send(written, "/channels", do="resume", name="desk").status == 303
    assert ">Resume<" not in written.page("/channels?resumed=desk").text
    assert written.post("/api/channels/desk/resume", {}).json == {"resumed": "desk"}
    assert written.post("/api/channels/none/resume", {}).status == 404
