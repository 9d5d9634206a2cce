"""An alert that nobody has acknowledged is told further, once for each step, and an acknowledgement is told where it is asked for."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import jsonschema
import orjson
import pytest
from sqlalchemy import select

from monitor.domain.ids import AlertId
from monitor.domain.story_update import StoryChange
from monitor.domain.virtual_clock import VirtualClock
from monitor.domain.watch import EscalateTo, Severity, Term, TermKind
from monitor.settings.model import Settings
from monitor.storage import alert_history, escalations, silences, story_deliveries
from monitor.storage.engine import Database
from monitor.storage.tables import deliveries
from tests.alerting import EPOCH
from tests.channels import channel as make_channel
from tests.receiving import Receiver
from tests.story_scenes import ChatService, Scene, chat
from tests.unit.channels.test_webhook import SCHEMA
from workers.announcing.acknowledge import acknowledge
from workers.delivery.dispatcher import Dispatcher
from workers.delivery.escalate import Escalator
from workers.delivery.report_held import HeldReporter

MINUTE = timedelta(minutes=1)
STEPS = (EscalateTo(after=10 * MINUTE, to="phone"), EscalateTo(after=20 * MINUTE, to="chief"))
TERM = Term(name="Rafah", kind=TermKind.KEYWORD, phrases=("Rafah",), escalate=STEPS)


def _settings(receiver: Receiver, **channels: Any) -> Settings:
    named = {"phone": {}, "chief": {}, **channels}
    made = {name: make_channel({"type": "webhook", "url": receiver.url(f"/{name}"), **more}) for name, more in named.items()}
    return Settings.model_construct(terms=(TERM,), channels=made)


def _raise(story: Scene) -> AlertId:
    story.report("Gulf Wire", "Rafah")
    with story.database.write() as connection:
        (alert,) = alert_history.of_story(connection, story.story_id)
        escalations.add(connection, alert.id, EPOCH + STEPS[0].after)
    return alert.id


def _told(database: Database) -> list[tuple[str, str]]:
    with database.read() as connection:
        rows = connection.execute(select(deliveries).where(deliveries.c.channel != "desk").order_by(deliveries.c.created_at))
        return [(row.channel, row.id) for row in rows]


def test_each_step_is_told_once_and_the_last_again_until_somebody_has_seen_it(database: Database) -> None:
    """Whoever else looks at the same time tells nothing more; what was missed while nothing ran is told once."""
    with Receiver() as receiver:
        story, settings = Scene(database, chat("slack", receiver.url())), _settings(receiver)
        alert_id = _raise(story)
        heard: list[str] = []
        for minutes, channels in ((9, []), (10, ["phone"]), (21, ["chief"]), (39, []), (41, ["chief"]), (130, ["chief"])):
            heard.clear()
            for _ in range(2):
                Escalator(database, lambda: settings, heard.append, clock=VirtualClock(EPOCH + minutes * MINUTE)).escalate_due()
            assert heard == channels, minutes
        with database.write() as connection:
            acknowledge(connection, settings, alert_id, by="Mona", now=EPOCH + 131 * MINUTE)
        Escalator(database, lambda: settings, heard.append, clock=VirtualClock(EPOCH + 600 * MINUTE)).escalate_due()
        assert [channel for channel, _ in _told(database)] == ["phone", "chief", "chief", "chief"]
        assert len({delivery_id for _, delivery_id in _told(database)}) == 4


def test_what_is_silenced_waits_and_what_was_withdrawn_ends(database: Database) -> None:
    """A silence of the story keeps it from the next channel as long as it lasts."""
    with Receiver() as receiver:
        story, settings = Scene(database, chat("slack", receiver.url())), _settings(receiver)
        alert_id = _raise(story)
        with database.write() as connection:
            silences.add(connection, story=story.story_id, until=EPOCH + 15 * MINUTE, now=EPOCH)
        for minutes in (10, 21):
            Escalator(database, lambda: settings, str, clock=VirtualClock(EPOCH + minutes * MINUTE)).escalate_due()
        assert [channel for channel, _ in _told(database)] == ["chief"]
        with database.write() as connection:
            alert_history.mark_stale(connection, [alert_id], now=EPOCH)
        Escalator(database, lambda: settings, str, clock=VirtualClock(EPOCH + 90 * MINUTE)).escalate_due()
        assert len(_told(database)) == 1


@pytest.mark.parametrize("kind", ["slack", "discord", "telegram"])
def test_a_message_says_who_has_seen_it(database: Database, kind: str) -> None:
    """It is changed in place, and nobody is notified."""
    with Receiver(ChatService()) as receiver:
        story = Scene(database, chat(kind, receiver.url()))
        story.report("Gulf Wire", "Rafah")
        story.drain()
        with database.write() as connection:
            (alert,) = alert_history.of_story(connection, story.story_id)
            acknowledge(connection, story.settings, alert.id, by="<!channel> *Mona*", now=story.now)
        posted = len(receiver.requests)
        story.drain()
        (edit,) = receiver.requests[posted:]
        assert "acknowledged by" in edit.body.decode().lower()
        assert kind == "discord" or "<!channel>" not in edit.body.decode()  # the foot of an embed is shown as it is
        assert edit.path.endswith(("chat.update", "editMessageText")) or "/messages/" in edit.path


@pytest.mark.parametrize("event", ["alert.acknowledged", "story.updated", "alert.withdrawn"])
def test_an_event_comes_where_it_alone_is_named(database: Database, event: str) -> None:
    """Though the channel gets no alerts; it has the shape that the schema says, and comes once."""
    with Receiver() as receiver:
        story = Scene(database, chat("slack", receiver.url()))
        settings = _settings(receiver, audit={"events": [event]}, other={"events": ["held.report"]})
        story.settings = settings.model_copy(update={"channels": {**settings.channels, "desk": story.channel}})
        article = story.report("Gulf Wire", "Rafah")
        for _ in range(2):
            with database.write() as connection:
                (alert,) = alert_history.of_story(connection, story.story_id)
                acknowledge(connection, story.settings, alert.id, by="Mona", now=story.now)
        story.announce(article, StoryChange.DEVELOPED, "12 → 14 dead")
        story.withdraw(article, "Rafah")
        dispatcher = Dispatcher(
            database, lambda: story.settings.channels, clock=VirtualClock(story.now), rng=Random(1), patience=timedelta(0)
        )
        for name in ("audit", "other"):
            dispatcher.drain(name).result(30)
        dispatcher.close()
        bodies = [orjson.loads(one.body) for one in receiver.requests if one.path == "/audit"]
        assert [body["type"] for body in bodies] == [event]
        assert not [one for one in receiver.requests if one.path == "/other"]
        jsonschema.validate(bodies[0], SCHEMA)


def test_what_a_silenced_story_brings_is_told_in_one_message_when_it_ends(database: Database) -> None:
    """Developments are gathered meanwhile; lifting the silence tells them at once."""
    with Receiver(ChatService()) as receiver:
        story = Scene(database, chat("slack", receiver.url()))
        story.report("Gulf Wire", "Rafah", severity=Severity.LOW)
        story.drain()
        posted = len(receiver.requests)
        with database.write() as connection:
            silence = silences.add(connection, story=story.story_id, until=None, now=story.now)
        assert story.develop("Desk", "12 → 14 dead") == ()
        assert story.develop("Coast", "14 → 15 dead") == ()
        story.now += 60 * MINUTE
        story.drain()
        assert len(receiver.requests) == posted
        with database.write() as connection:
            silences.lift_one(connection, silence.id)
        heard: list[str] = []
        HeldReporter(database, lambda: story.settings, heard.append, clock=VirtualClock(story.now)).report_due()
        assert heard == ["desk"]
        with database.read() as connection:
            assert len(story_deliveries.waiting_news(connection)) == 1
        story.drain()
        told = [one for one in receiver.requests[posted:] if one.path.endswith("chat.postMessage")]
        assert len(told) == 1
        assert "12 → 14 dead" in told[0].json["blocks"][1]["text"]["text"]
        assert "14 → 15 dead" in told[0].json["blocks"][1]["text"]["text"]
