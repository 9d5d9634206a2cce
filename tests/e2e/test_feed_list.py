"""The commands that change the list of feeds, and sources that are no feeds, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from aiohttp import web

from monitor.cli import main
from monitor.domain.clock import SYSTEM_CLOCK
from tests.e2e.program import Program
from tests.receiving import Receiver
from tests.unit.parse.agency_documents import cap, newsml, reference

CONFIG = """\
feeds:
  - http://127.0.0.1:9/kept.xml   # a remark
watch: [Halden]
channels: {log: {type: file, path: alerts.jsonl}}
"""
PAGES = {
    "/site": '<html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head><body>A site</body></html>',
    "/rss": "<rss version='2.0'><channel><title>A</title><item><title>One</title></item></channel></rss>",
    "/plain": "<html><body>no feed</body></html>",
    "/notices": '<ul><li><a href="/1">Halden bridge closes</a><time datetime="{now}">today</time></li></ul>',
}


async def _serve(request: web.Request) -> web.StreamResponse:
    text = PAGES[request.path].format(now=SYSTEM_CLOCK.now().isoformat())
    return web.Response(text=text, content_type="text/html" if request.path != "/rss" else "application/rss+xml")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration with one feed."""
    path = tmp_path / "monitor.yaml"
    path.write_text(CONFIG)
    return path


def _run(config: Path, *arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--config", str(config)])
    return int(ended.value.code or 0)


def test_a_site_is_added_as_its_feed_and_removed_again(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is written is the feed that the page names; removing it leaves the file as it was, remarks and all."""
    with Receiver(_serve) as server:
        assert _run(config, "feeds", "add", server.url("/site"), "--json") == 0
        assert json.loads(capsys.readouterr().out)["added"] == [server.url("/rss")]
        assert _run(config, "feeds", "add", server.url("/rss")) == 0
        assert "is there already" in capsys.readouterr().out
        assert _run(config, "feeds", "remove", server.url("/rss")) == 0
    assert config.read_text() == CONFIG


def test_what_cannot_be_read_is_not_written(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A page without a feed is refused with the reason, a wrong name with what a name looks like; on request the first is written."""
    with Receiver(_serve) as server:
        assert _run(config, "feeds", "add", server.url("/rss"), server.url("/plain")) == 1
        assert "nothing was written" in capsys.readouterr().err
        assert _run(config, "feeds", "add", "telegram:no name") == 2
        assert "telegram:channel" in capsys.readouterr().err
        assert _run(config, "feeds", "remove", "http://127.0.0.1:9/keptt.xml") == 2
        assert "kept.xml" in capsys.readouterr().err
        assert config.read_text() == CONFIG
        assert _run(config, "feeds", "add", "--unchecked", server.url("/plain"), "telegram:haldennews") == 0
    assert "telegram:haldennews" in config.read_text()
    assert _run(config, "check") == 0
    assert _run(config, "feeds", "remove", "telegram:haldennews") == 0


def test_a_page_warnings_and_an_agency_reach_a_webhook(tmp_path: Path) -> None:
    """One notice on a page, a warning and its cancellation, and a package of an agency: each tells of Halden once, the cancellation as an update."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "alert.cap").write_text(cap("H1"))
    (inbox / "package.xml").write_text(newsml())
    with Receiver(_serve) as server, Receiver() as receiver:
        program = Program(
            tmp_path,
            {
                "feeds": [{"url": server.url("/notices"), "select": {"item": "li", "date": "time"}}],
                "backfill": "1d",
                "folders": [str(inbox)],
                "watch": ["Halden", "cancelled"],
                "channels": {"hook": {"type": "webhook", "url": receiver.url()}},
                "workers": {"scan": 1},
            },
        )
        assert program.command("run", "--once").returncode == 0
        titles = {request.json["data"]["article"]["title"] for request in receiver.wait_for(3)}
        assert titles == {"Halden bridge closes", "Flood warning for the Halden valley", "Harbour reopens"}
        (inbox / "cancel.xml").write_text(cap("H2", kind="Cancel", references=reference("H1"), hour=9))
        assert program.command("run", "--once").returncode == 0
        told = receiver.wait_for(4)[3].json["data"]
    assert (told["article"]["title"], told["alert"]["term"]) == ("Cancelled: Flood warning for the Halden valley", "cancelled")
    assert told["alert"]["reason"] == "updated"
