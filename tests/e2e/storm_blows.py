"""What comes over the program in a storm: the news that it is to tell, and the blows."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from email.utils import format_datetime
from pathlib import Path
from random import Random

import psutil
import redis
from aiohttp import web
from sqlalchemy import create_engine, text

from monitor.domain.clock import SYSTEM_CLOCK
from tests.e2e.storm_plan import Blow
from tests.receiving import Receiver, ok, status

FEEDS = 4
_WORDS = (
    "harbour",
    "council",
    "river",
    "engineer",
    "market",
    "bridge",
    "winter",
    "teacher",
    "railway",
    "garden",
    "island",
    "doctor",
)


class News:
    """Publishes documents, each a story of its own, to a folder and to feeds whose entries stay for a while only."""

    def __init__(self, inbox: Path, rng: Random) -> None:
        self._inbox = inbox
        self._rng = rng
        self._feeds: list[list[tuple[int, str, str]]] = [[] for _ in range(FEEDS)]
        self.expected: set[str] = set()
        self.failing = self.cutting = False

    def publish(self, number: int) -> None:
        """Publish one document; every second one is to be told."""
        words = [f"{self._rng.choice(_WORDS)}{number}x{step}" for step in range(40)]
        words[5] = "ceasefire" if number % 2 else "quarrel"
        title = f"Report {number} from the {words[0]}"
        if number % 2:
            self.expected.add(title)
        place = self._rng.randrange(FEEDS + 1)
        if place == FEEDS:
            part = self._inbox / f".{number}"
            part.write_text(f"{title}\n\n{' '.join(words)}.")
            part.rename(self._inbox / f"{number}.txt")
        else:
            self._feeds[place].append((number, title, " ".join(words)))

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one poll of the feed `/N`, with an error or only half of the document while told to."""
        if self.failing:
            return web.Response(status=500)
        now = format_datetime(SYSTEM_CLOCK.now())
        items = "".join(
            f"<item><title>{title}</title><guid isPermaLink='false'>{number}</guid><pubDate>{now}</pubDate>"
            f"<description>{body}.</description></item>"
            for number, title, body in self._feeds[int(request.path[1:])][:-200:-1]
        )
        document = f"<rss version='2.0'><channel><title>Press</title><lastBuildDate>{now}</lastBuildDate>{items}</channel></rss>"
        return web.Response(text=document[: len(document) // 2] if self.cutting else document, content_type="application/rss+xml")


class Storm:
    """Strikes the running program, and undoes each blow when its time is over."""

    def __init__(self, daemon: psutil.Process, news: News, receiver: Receiver, folder: Path, database_url: str | None) -> None:
        self._daemon = daemon
        self._news = news
        self._receiver = receiver
        self._folder = folder
        self._database_url = database_url

    def strike(self, blow: Blow) -> Callable[[], None]:
        """Do what the blow says and return what undoes it."""
        action: Callable[[Blow], Callable[[], None] | None] = getattr(self, "_" + blow.name.replace("-", "_"))
        try:
            return action(blow) or (lambda: None)
        except (psutil.Error, redis.RedisError, OSError):
            return lambda: None  # what it would have struck is down already

    def _kill(self, blow: Blow) -> None:
        for victim in self._processes(blow.role)[:1]:
            victim.kill()

    def _freeze(self, blow: Blow) -> Callable[[], None]:
        victims = self._processes(blow.role)
        for victim in victims:
            victim.suspend()

        def undo() -> None:
            for victim in victims:
                with contextlib.suppress(psutil.Error):
                    victim.resume()

        return undo

    def _wipe(self, _blow: Blow) -> None:
        self._redis().flushall()

    def _cramp(self, _blow: Blow) -> Callable[[], None]:
        self._redis().config_set("maxmemory", "1")

        def undo() -> None:
            with contextlib.suppress(redis.RedisError, OSError):
                self._redis().config_set("maxmemory", "256mb")

        return undo

    def _scramble(self, _blow: Blow) -> None:
        client = self._redis()
        for key in client.keys("*"):
            client.set(key, "somebody was here")

    def _receiver_refuses(self, _blow: Blow) -> Callable[[], None]:
        self._receiver.answer = status(503)
        return self._heal_receiver

    def _receiver_forgets(self, _blow: Blow) -> Callable[[], None]:
        async def forget(request: web.Request) -> web.StreamResponse:
            assert request.transport is not None
            request.transport.close()
            return web.Response()

        self._receiver.answer = forget
        return self._heal_receiver

    def _heal_receiver(self) -> None:
        self._receiver.answer = ok

    def _feeds_fail(self, _blow: Blow) -> Callable[[], None]:
        self._news.failing = True
        return lambda: setattr(self._news, "failing", False)

    def _feeds_cut(self, _blow: Blow) -> Callable[[], None]:
        self._news.cutting = True
        return lambda: setattr(self._news, "cutting", False)

    def _cut_connections(self, _blow: Blow) -> None:
        self._ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    def _read_only(self, blow: Blow) -> Callable[[], None]:
        self._ask(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$"
        )
        self._cut_connections(blow)

        def undo() -> None:
            reset = (
                "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', current_database()); END $$"
            )
            self._ask("SET default_transaction_read_only = off", reset)
            self._cut_connections(blow)

        return undo

    def _ask(self, *statements: str) -> None:
        assert self._database_url is not None
        engine = create_engine(
            self._database_url.replace("postgresql://", "postgresql+psycopg://", 1), isolation_level="AUTOCOMMIT"
        )
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()

    def _redis(self) -> redis.Redis:
        address = (self._folder / "data" / "broker" / "address").read_text()
        return redis.Redis.from_url(address, socket_timeout=1, socket_connect_timeout=1)

    def _processes(self, role: str) -> list[psutil.Process]:
        found = []
        for child in self._daemon.children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if role in " ".join(child.cmdline()):
                    found.append(child)
        return found
