"""Link lists beside an article, from a feed to the channel."""

from __future__ import annotations

from email.utils import format_datetime
from html import escape
from pathlib import Path

from aiohttp import web

from monitor.domain.clock import SYSTEM_CLOCK
from tests.e2e.program import Program
from tests.receiving import Receiver

_POND = "Dig one side shallow, and let the rain fill it; frogs find it on their own."


class Garden:
    """A feed of articles, each with the same list of what is read most beside it."""

    def __init__(self) -> None:
        self.articles = {"A pond for frogs": _POND, "Growing leeks": "Plant the seedlings in deep holes, then wait for autumn."}
        self.most_read = ["Ten roses to plant", "How to mow a lawn"]

    async def __call__(self, _request: web.Request) -> web.StreamResponse:
        """Answer one poll."""
        now = format_datetime(SYSTEM_CLOCK.now())
        box = "".join(f'<li><a href="/{number}">{title}</a></li>' for number, title in enumerate(self.most_read))
        items = "".join(
            f"<item><title>{title}</title><guid isPermaLink='false'>{title}</guid><pubDate>{now}</pubDate>"
            f"<description>{escape(f'<p>{text}</p><h3>Most read</h3><ul>{box}</ul>')}</description></item>"
            for title, text in self.articles.items()
        )
        return web.Response(
            text=f"<rss version='2.0'><channel><title>Garden</title>{items}</channel></rss>", content_type="application/rss+xml"
        )


def test_a_list_of_links_raises_no_alert_and_makes_no_revision(tmp_path: Path) -> None:
    """Neither at first nor when it turns; once the article itself says it, or another one does, that is told."""
    garden = Garden()
    garden.most_read.append("Embargo on wheat begins")
    with Receiver(garden) as server, Receiver() as receiver:
        program = Program(
            tmp_path,
            {
                "feeds": [{"url": server.url("/garden.xml"), "every": "1s"}],
                "polling": {"min": "1s", "host_gap": "0s"},
                "watch": ["embargo", {"name": "Wheat", "query": "wheat AND begins"}],
                "channels": {"hook": {"type": "webhook", "url": receiver.url()}},
                "workers": {"scan": 1},
            },
        )
        assert program.command("run", "--once").returncode == 0
        garden.most_read.insert(0, "Embargo on wheat begins")
        assert program.command("run", "--once").returncode == 0
        assert not receiver.requests
        assert {article["revision"] for article in program.records("articles")} == {1}
        garden.articles["A pond for frogs"] = f"{_POND} Because of the embargo, liner is dear."
        assert program.command("run", "--once").returncode == 0
        (told,) = (request.json["data"] for request in receiver.wait_for(1))
    assert (told["alert"]["term"], told["alert"]["reason"], told["article"]["title"]) == ("embargo", "updated", "A pond for frogs")


def test_a_dry_run_shows_what_it_passes_over(tmp_path: Path) -> None:
    """`match` lists the hit, where it stands and why it does not count, as text and as JSON."""
    (tmp_path / "page.html").write_text(
        f"<html><body><article><p>{_POND * 3}</p><h3>Most read</h3><ul><li><a href='/1'>Embargo begins</a></li></ul></article></body></html>"
    )
    program = Program(tmp_path, {"watch": ["embargo"]})
    (document,) = program.records("match", "page.html")["documents"]
    (term,) = document["terms"]
    assert (term["matched"], [hit["reason"] for hit in term["passed_over"]]) == (False, ["links to other articles"])
    shown = program.command("match", "page.html").stdout
    assert "passed over (links to other articles)" in shown
    assert "not the article's own text" in shown
