"""Whatever is killed, every document is scanned and every alert arrives, once under one id."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.e2e.program import Program, kill
from tests.receiving import Receiver, hang, ok, one_by_one
from tests.waiting import until

DOCUMENTS = 500
EVERY_ALERT = DOCUMENTS // 2

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
