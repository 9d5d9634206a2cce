"""Feeds with `full_text`: the page behind the link is what is matched."""

from __future__ import annotations

from email.utils import format_datetime
from pathlib import Path

from aiohttp import web

from monitor.domain.clock import SYSTEM_CLOCK
from tests.e2e.program import Program
from tests.receiving import Receiver

_PARAGRAPH = "The delegates walked along the quay in the rain and spoke of fish, of nets and of the price of ice in the harbour. "


def _page(last: str) -> str:
    body = "".join(f"<p>{_PARAGRAPH * 3}</p>" for _ in range(4))
    return (
        f"<html><head><title>A meeting</title></head><body><article><h1>A meeting</h1>{body}<p>{last}</p></article></body></html>"
    )


def test_the_page_is_matched_or_else_the_summary(tmp_path: Path) -> None:
    """A term that stands only on the page fires; an entry whose page cannot be read is matched by its summary all the same."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/feed.xml":
            now, base = format_datetime(SYSTEM_CLOCK.now()), f"http://{request.host}"
            items = "".join(
                f"<item><title>{title}</title><link>{base}{path}</link><pubDate>{now}</pubDate><description>{summary}</description></item>"
                for title, path, summary in (
                    ("A meeting by the sea", "/open", "Delegates met."),
                    ("Another meeting", "/locked", "The armistice holds."),
                )
            )
            feed = f'<rss version="2.0"><channel><title>Quay News</title>{items}</channel></rss>'
            return web.Response(text=feed, content_type="application/rss+xml")
        if request.path == "/open":
            return web.Response(text=_page("In the end an armistice was signed."), content_type="text/html")
        return web.Response(status=404)

    with Receiver(answer) as server, Receiver() as receiver:
        program = Program(
            tmp_path,
            {
                "polling": {"host_gap": "0s"},
                "feeds": [{"url": server.url("/feed.xml"), "full_text": True}],
                "watch": ["armistice"],
                "channels": {"hook": {"type": "webhook", "url": receiver.url()}},
                "workers": {"scan": 1},
            },
        )
        assert program.command("run", "--once").returncode == 0
        told = {request.json["data"]["article"]["title"]: request.json["data"] for request in receiver.wait_for(2)}
    articles = {article["title"]: article for article in program.records("articles")}
    assert set(told) == {"A meeting by the sea", "Another meeting"}
    full = articles["A meeting by the sea"]
    assert full["revision"] == 1
    hit = told["A meeting by the sea"]["matches"][0]
    assert full["text"][hit["start"] : hit["end"]] == "armistice"
    assert articles["Another meeting"]["text"] == "The armistice holds."
