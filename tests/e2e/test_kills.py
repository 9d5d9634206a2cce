"""Whatever is killed, every document is scanned and every alert arrives, once under one id."""

from __future__ import annotations

from email.utils import format_datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from monitor.domain.clock import SYSTEM_CLOCK
from tests.e2e.program import Program, kill
from tests.receiving import Receiver, hang, ok, one_by_one
from tests.waiting import until

DOCUMENTS = 500
EVERY_ALERT = DOCUMENTS // 2
FEEDS = 8

_WORDS = (
    *("harbour", "council", "river", "engineer", "market", "bridge", "winter", "teacher", "railway", "garden", "island", "doctor"),
    *("factory", "border", "festival", "library", "museum", "valley", "minister", "captain", "village", "station", "forest"),
)


def _document(number: int) -> str:
    """Text unlike any other document's, so that each is a story of its own."""
    words = [f"{_WORDS[(number * 7 + step * (number % 11 + 1)) % len(_WORDS)]}{number}x{step}" for step in range(40)]
    words[5] = "ceasefire" if number % 2 else "quarrel"
    return f"Report {number} from the {words[0]}\n\n{' '.join(words)}."


def test_kills_cost_nothing(tmp_path: Path) -> None:
    """Kill -9 of a scan worker, a deliver worker, the scheduler and Valkey while 500 documents are worked on: nothing is lost or doubled."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with Receiver() as receiver:
        program = Program(
            tmp_path,
            {
                "folders": ["inbox"],
                "watch": ["ceasefire"],
                "channels": {"hook": {"type": "webhook", "url": receiver.url()}},
                "workers": {"scan": 2},
            },
        )
        with program.running("--no-web") as daemon:
            until(lambda: program.events("daemon.started"), within_s=60)
            victims = iter((("work", "scan"), ("scheduler",), ("valkey-server",), ("work", "deliver"), ("work", "scan")))
            for number in range(DOCUMENTS):
                (inbox / f"{number:03}.txt").write_text(_document(number))
                if number % 100 == 99:
                    receiver.wait_for(max(1, number // 10), 90)
                    kill(daemon, *next(victims))
            until(lambda: _all_done(program), within_s=120)
    bodies: dict[str, set[bytes]] = {}
    for request in receiver.requests:
        bodies.setdefault(request.headers["webhook-id"], set()).add(request.body)
    assert all(len(contents) == 1 for contents in bodies.values()), "an id came with two contents"
    assert len(bodies) == EVERY_ALERT
    assert len({request.json["data"]["article"]["title"] for request in receiver.requests}) == EVERY_ALERT


class _Press:
    """Feeds `/1`, `/2` …, each with the newest thirty of its documents; their dates change with every answer."""

    def __init__(self) -> None:
        self.documents: dict[str, list[int]] = {f"/{number}": [] for number in range(FEEDS)}

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """Answer one poll."""
        now = format_datetime(SYSTEM_CLOCK.now())
        items = "".join(
            f"<item><title>{title}</title><guid isPermaLink='false'>{number}</guid><pubDate>{now}</pubDate>"
            f"<description>{text}</description></item>"
            for number in self.documents[request.path][-1:-31:-1]
            for title, _, text in (_document(number).partition("\n\n"),)
        )
        channel = f"<title>Press</title><lastBuildDate>{now}</lastBuildDate>{items}"
        return web.Response(text=f"<rss version='2.0'><channel>{channel}</channel></rss>", content_type="application/rss+xml")


def test_kills_cost_no_entry_of_a_feed(tmp_path: Path) -> None:
    """Kill -9 of scheduler, parser and workers while feeds publish: every entry alerts, once under one id, and no feed is blamed."""
    press = _Press()
    with Receiver(press) as server, Receiver() as receiver:
        program = Program(
            tmp_path,
            {
                "polling": {"min": "1s", "host_gap": "0s", "host_connections": FEEDS},
                "feeds": [{"url": server.url(path), "every": "1s"} for path in press.documents],
                "watch": ["ceasefire"],
                "channels": {"hook": {"type": "webhook", "url": receiver.url()}},
                "workers": {"scan": 1},
            },
        )
        with program.running("--no-web") as daemon:
            until(lambda: all(feed["status"] == "ok" for feed in program.records("feeds")), within_s=60)
            victims = (
                ("scheduler",),
                ("parser of feeds",),
                ("work", "scan"),
                ("scheduler",),
                ("work", "deliver"),
                (),
            )
            for turn, words in enumerate(victims):
                for number, documents in enumerate(press.documents.values()):
                    documents.append(2 * (turn * FEEDS + number) + 1)
                until(lambda turn=turn: _alerts(receiver) >= max(1, turn * FEEDS), within_s=60)  # type: ignore[misc]
                if words:
                    kill(daemon, *words)
            until(lambda: _alerts(receiver) >= len(victims) * FEEDS, within_s=60)
        assert not program.events("feed.failed")
    bodies: dict[str, set[bytes]] = {}
    for request in receiver.requests:
        bodies.setdefault(request.headers["webhook-id"], set()).add(request.body)
    assert all(len(contents) == 1 for contents in bodies.values()), "an id came with two contents"
    titles = {request.json["data"]["article"]["title"] for request in receiver.requests}
    assert len(bodies) == len(titles) == len(victims) * FEEDS


def _alerts(receiver: Receiver) -> int:
    return len({request.headers["webhook-id"] for request in receiver.requests})


def test_what_a_killed_worker_had_in_hand_is_sent_again_at_once(tmp_path: Path) -> None:
    """Kill -9 while a receiver takes its time: its successor sends the same alert again long before the lease would have run out."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with Receiver(one_by_one(hang, ok)) as receiver:
        hook = {"type": "webhook", "url": receiver.url(), "timeout": "60s"}
        program = Program(tmp_path, {"folders": ["inbox"], "watch": ["ceasefire"], "channels": {"hook": hook}})
        with program.running("--no-web") as daemon:
            until(lambda: program.events("daemon.started"), within_s=60)
            (inbox / "one.txt").write_text(_document(1))
            receiver.wait_for(1, 30)
            kill(daemon, "work", "deliver")
            receiver.wait_for(2, 30)
            until(lambda: program.records("status")["deliveries"]["delivered"] == 1)
        first, second = receiver.requests
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)


def _all_done(program: Program) -> bool:
    status: dict[str, Any] = program.records("status")
    return (
        status["articles"]["stored"] == DOCUMENTS
        and not status["articles"]["waiting"]
        and status["deliveries"]["delivered"] >= EVERY_ALERT
    )
