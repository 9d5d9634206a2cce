"""From a feed to a webhook, as a user runs it."""

from __future__ import annotations

from email.utils import format_datetime
from pathlib import Path

from aiohttp import web

from monitor.domain.clock import SYSTEM_CLOCK
from tests.e2e.program import Program
from tests.receiving import Receiver
from tests.waiting import until


class Publisher:
    """A feed server: `titles` are its entries, newest first; unchanged feeds are answered with 304."""

    def __init__(self, *titles: str) -> None:
        self.titles = list(titles)
        self.statuses: dict[str, list[int]] = {}

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """Answer one poll."""
        etag = f'"{len(self.titles)}"'
        status = 304 if request.headers.get("If-None-Match") == etag else 200
        self.statuses.setdefault(request.path, []).append(status)
        body = self._document().encode() if status == 200 else None
        return web.Response(status=status, body=body, headers={"ETag": etag}, content_type="application/rss+xml")

    def _document(self) -> str:
        now = format_datetime(SYSTEM_CLOCK.now())
        items = "".join(
            f"<item><title>{title}</title><link>https://news.example.org/{title.replace(' ', '-')}?utm_source=rss</link>"
            f"<pubDate>{now}</pubDate><description>Told by our correspondent, number {number}.</description></item>"
            for number, title in enumerate(reversed(self.titles))
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Example World</title>{items}</channel></rss>'


def test_a_feed_alerts_once_whoever_carries_it(tmp_path: Path) -> None:
    """First poll, 304, a new entry; the same entry under another feed's URL tells nobody again."""
    publisher = Publisher("Quiet day at the harbour")
    with Receiver(publisher) as server, Receiver() as receiver:
        config = {
            "polling": {"min": "1s", "host_gap": "0s"},
            "feeds": [{"url": server.url("/world.xml"), "every": "1s"}],
            "watch": ["ceasefire", "harbour"],
            "channels": {"hook": {"type": "webhook", "url": receiver.url()}},
            "workers": {"scan": 1},
        }
        program = Program(tmp_path, config)
        with program.running("--no-web"):
            first = receiver.wait_for(1, 60)[0].json["data"]
            until(lambda: publisher.statuses["/world.xml"].count(304) >= 2, within_s=20)
            publisher.titles.insert(0, "Ceasefire agreed in the north")
            before = len(publisher.statuses["/world.xml"])
            until(lambda: 200 in publisher.statuses["/world.xml"][before:], within_s=20)
            second = receiver.wait_for(2, 20)[1].json["data"]
            config["feeds"].append({"url": server.url("/copy.xml"), "every": "1s", "name": "Copy"})  # type: ignore[attr-defined]
            program.configure(config)
            until(lambda: 304 in publisher.statuses.get("/copy.xml", ()), within_s=20)
        feeds = {feed["url"]: feed for feed in program.records("feeds")}
        stories = program.records("stories")
    assert first["alert"]["term"] == "harbour"
    assert first["article"]["source"] == "Example World"
    assert second["alert"]["term"] == "ceasefire"
    assert len(receiver.requests) == 2, "a copy alerted again"
    assert [feeds[server.url(path)]["status"] for path in ("/world.xml", "/copy.xml")] == ["ok", "ok"]
    assert {story["title"]: set(story["sources"]) for story in stories}["Ceasefire agreed in the north"] == {
        "Example World",
        "Copy",
    }


def test_what_a_feed_holds_at_first_is_told_only_if_fresh(tmp_path: Path) -> None:
    """The backlog of a new feed alerts only within `backfill`; an unreachable feed is a line in the health list, no more."""
    old = (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>Old</title><item><title>An old ceasefire</title>'
        "<link>https://news.example.org/old</link><pubDate>Thu, 21 Mar 2024 08:00:00 GMT</pubDate></item></channel></rss>"
    )

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(text=old, content_type="application/rss+xml")

    with Receiver(answer) as server, Receiver() as receiver:
        dead = "http://127.0.0.1:9/feed.xml"
        program = Program(
            tmp_path,
            {
                "feeds": [server.url("/old.xml"), dead],
                "watch": ["ceasefire"],
                "channels": {"hook": {"type": "webhook", "url": receiver.url()}},
            },
        )
        done = program.command("run", "--once")
        assert done.returncode == 0, done.stderr
        feeds = {feed["url"]: feed for feed in program.records("feeds", "list")}
        assert not receiver.requests
    assert [article["title"] for article in program.records("articles")] == ["An old ceasefire"]
    assert feeds[dead]["status"] == "failing"
    assert feeds[dead]["reason"]
    assert dead in done.stdout
