"""A story that is told on a channel: its articles, its alerts, what happens to it, and a service that shows its message."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from aiohttp import web
from sqlalchemy import Connection, insert

from monitor.domain.ids import AlertId, ArticleId, StoryId
from monitor.domain.story_update import StoryChange, StoryUpdate
from monitor.domain.virtual_clock import VirtualClock
from monitor.domain.watch import Severity
from monitor.settings.channels import ChannelBase
from monitor.settings.model import Settings
from monitor.storage import alert_history, deliveries
from monitor.storage.engine import Database
from monitor.storage.ids import new_id
from monitor.storage.tables import alerts, articles
from tests.alerting import EPOCH, add_story, alert_data
from tests.channels import channel as make_channel
from tests.receiving import Receiver, Request
from workers.announcing.announce import announce
from workers.delivery.dispatcher import Dispatcher

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def add_article(connection: Connection, story_id: StoryId, source: str, *, at: datetime = EPOCH, title: str = "t") -> ArticleId:
    """An article of a story, read at `at`."""
    article_id = ArticleId(new_id())
    connection.execute(
        insert(articles).values(
            id=article_id,
            title=title,
            url=f"https://{source.replace(' ', '-').lower()}.example/{article_id}",
            source=source,
            fetched_at=at,
            summary="",
            text="",
            tags=[],
            revision=1,
            content_hash=hashlib.sha256(article_id.encode()).digest(),
            alertable=True,
            story_id=story_id,
        )
    )
    return article_id


def raise_on(
    connection: Connection,
    story_id: StoryId,
    article_id: ArticleId,
    term: str,
    *,
    severity: Severity = Severity.HIGH,
    at: datetime = EPOCH,
    channel: str = "desk",
    title: str = "Crossing reopens",
) -> AlertId:
    """An alert of `term` on an article of the story, on its way to the channel."""
    alert_id = AlertId(new_id())
    data = alert_data(1, id=article_id, title=title)
    data["alert"] |= {"id": alert_id, "term": term, "severity": severity}
    connection.execute(
        insert(alerts).values(
            id=alert_id,
            dedup_key=hashlib.sha256(alert_id.encode()).digest(),
            term=term,
            kind="entity",
            severity=severity,
            tags=[],
            reason="new",
            article_id=article_id,
            revision=1,
            story_id=story_id,
            created_at=at,
            data=data,
        )
    )
    deliveries.create(connection, alert_id, [channel], now=at)
    return alert_id


class ChatService:
    """Answers as Slack, Telegram and Discord do.

    `gone`: it no longer has the message that is to be changed; `no_edits`: it answers 503 to changes, `down`: to everything.
    """

    def __init__(self) -> None:
        self.gone = False
        self.down = False
        self.no_edits = False
        self._numbers = count(1)

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        if self.down:
            return web.Response(status=503)
        number = next(self._numbers)
        edits = request.path.endswith(("chat.update", "editMessageText")) or request.method == "PATCH"
        if edits and self.no_edits:
            return web.Response(status=503)
        if edits and self.gone:
            return self._not_found(request)
        body = {"ok": True, "channel": "C1", "ts": f"17.{number}", "result": {"message_id": number}, "id": str(number)}
        return web.json_response(body)

    def _not_found(self, request: web.Request) -> web.StreamResponse:
        if request.path.endswith("chat.update"):
            return web.json_response({"ok": False, "error": "message_not_found"})
        if request.method == "PATCH":
            return web.json_response({"message": "Unknown Message", "code": 10008}, status=404)
        answer = {"ok": False, "error_code": 400, "description": "Bad Request: message to edit not found"}
        return web.json_response(answer, status=400)


def chat(kind: str, base: str, **more: Any) -> ChannelBase:
    """A channel of a kind that can change its messages, at a service on `base`."""
    settings: dict[str, dict[str, Any]] = {
        "slack": {"token": "xoxb-1", "channel": "C1", "api": base + "/api"},
        "telegram": {"token": "1:x", "chat_id": "5", "api": base},
        "discord": {"url": base + "/api/webhooks/1/x"},
    }
    return make_channel({"type": kind, "rate": 1000, **settings[kind], **more})


class Scene:
    """One story on the channel `desk`, and the time, which only moves when it is told to."""

    def __init__(self, database: Database, channel: ChannelBase, *, at: datetime = EPOCH) -> None:
        self.database = database
        self.channel = channel
        self.now = at
        self.settings = Settings.model_construct(channels={"desk": channel})
        with database.write() as connection:
            self.story_id = add_story(connection, at)

    def report(self, source: str, *terms: str, severity: Severity = Severity.HIGH, title: str = "Crossing reopens") -> ArticleId:
        """One more article of the story, which raises an alert for each of `terms`."""
        with self.database.write() as connection:
            article_id = add_article(connection, self.story_id, source, at=self.now, title=title)
            for term in terms:
                raise_on(connection, self.story_id, article_id, term, severity=severity, at=self.now, title=title)
        return article_id

    def announce(self, article_id: ArticleId, change: StoryChange, *facts: str, terms: tuple[str, ...] = ()) -> tuple[str, ...]:
        """What the scan worker says of the story."""
        update = StoryUpdate(story_id=self.story_id, article_id=article_id, change=change, facts=facts, terms=terms)
        with self.database.write() as connection:
            return announce(connection, self.settings, update, now=self.now)

    def grow(self, source: str) -> tuple[str, ...]:
        """One more outlet has the story."""
        return self.announce(self.report(source), StoryChange.GREW)

    def develop(self, source: str, *facts: str, title: str = "Toll rises") -> tuple[str, ...]:
        """One more outlet has it, with new facts."""
        return self.announce(self.report(source, title=title), StoryChange.DEVELOPED, *facts)

    def withdraw(self, article_id: ArticleId, *terms: str) -> tuple[str, ...]:
        """The article no longer has these terms."""
        with self.database.write() as connection:
            past = alert_history.of_story(connection, self.story_id)
            gone = [one.id for one in past if one.article_id == article_id and one.term in terms]
            alert_history.mark_stale(connection, gone, now=self.now)
        return self.announce(article_id, StoryChange.WITHDRAWN, terms=terms)

    def drain(self, rounds: int = 4) -> None:
        """Send what can be sent now."""
        clock = VirtualClock(self.now)
        channels = {"desk": self.channel}
        dispatcher = Dispatcher(self.database, lambda: channels, clock=clock, rng=Random(1), patience=timedelta(0))
        for _ in range(rounds):
            dispatcher.drain("desk").result(20)
            clock.advance(milliseconds=5)
        assert dispatcher.close()
        self.now = clock.now()

    def wait(self, by: timedelta) -> None:
        """Let time pass."""
        self.now += by


@contextmanager
def scene(database: Database, kind: str, **more: Any) -> Iterator[tuple[Scene, ChatService, Receiver]]:
    """A story on a channel of a kind that changes its messages, with its service."""
    service = ChatService()
    with Receiver(service) as receiver:
        yield Scene(database, chat(kind, receiver.url(""), **more)), service, receiver


def methods(requests: list[Request]) -> list[str]:
    """What each request did: `post`, `answer` (in the thread or to the first message) or `edit`."""
    return [_method(request) for request in requests]


def _method(request: Request) -> str:
    if request.path.endswith(("chat.update", "editMessageText")) or "/messages/" in request.path:
        return "edit"
    return "answer" if {"thread_ts", "reply_parameters"} & set(request.json) else "post"
