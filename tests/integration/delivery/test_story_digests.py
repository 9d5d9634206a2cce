"""Stories in bursts, digests and quiet hours: when they share a message, and when they have one of their own again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from monitor.domain.virtual_clock import VirtualClock
from monitor.domain.watch import Severity
from monitor.storage.engine import Database, sqlite_url
from monitor.storage.tables import metadata
from tests.story_scenes import MINUTE, SECOND, Scene, methods, scene
from workers.delivery.dispatcher import Dispatcher


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A SQLite file; what differs between databases is tested elsewhere."""
    database = Database(sqlite_url(tmp_path / "news.db"))
    with database.write() as connection:
        metadata.create_all(connection)
    yield database
    database.close()


def test_a_digest_names_the_worst_first(database: Database) -> None:
    """Its title has the worst severity, its lines are in the order of severity, each with its link; a story is one line, whatever fired."""
    with scene(database, "slack", digest_over=2) as (story, _, receiver):
        for number, one in enumerate((story, *(Scene(database, story.channel) for _ in range(2)))):
            one.report("Gulf Wire", f"Term {number}", f"Also {number}", severity=Severity.LOW)
        Scene(database, story.channel).report("Gulf Wire", "Worst", severity=Severity.CRITICAL, title="Worst of all")
        story.drain()
        (digest,) = receiver.requests
    assert digest.json["text"].startswith("4 alerts · CRITICAL: Worst")
    lines = digest.json["blocks"][1]["text"]["text"].splitlines()
    assert len(lines) == 4
    assert "Worst of all" in lines[0]
    assert all("<https://" in line for line in lines)


def test_a_burst_ends_with_its_backlog(database: Database) -> None:
    """The dispatcher that has sent a digest sends single messages once nothing waits, also where the rate made it wait in between."""
    with scene(database, "slack", digest_over=1, rate=1) as (story, _, receiver):
        Scene(database, story.channel).report("Gulf Wire", "Two")
        story.report("Gulf Wire", "One")
        clock = VirtualClock(story.now + SECOND)
        dispatcher = Dispatcher(database, lambda: {"desk": story.channel}, clock=clock, rng=Random(1), patience=timedelta(0))
        dispatcher.drain("desk").result(20)
        assert receiver.requests[0].json["text"].startswith("2 alerts")
        clock.advance(seconds=5)
        Scene(database, story.channel, at=clock.now()).report("Gulf Wire", "Three")
        dispatcher.drain("desk").result(20)
        assert receiver.requests[1].json["text"].startswith("HIGH · Three")
        assert dispatcher.close()


def test_a_story_told_in_a_digest_gets_a_message_with_its_next_news(database: Database) -> None:
    """There is nothing to change in a digest: growth is not told, and the next news is a whole message, which is changed from then on."""
    with scene(database, "slack", digest_over=1) as (story, _, receiver):
        other = Scene(database, story.channel)
        for one in (story, other):
            one.report("Gulf Wire", "Rafah")
        story.drain()
        story.grow("Second Wire")
        story.drain()
        assert methods(receiver.requests) == ["post"]
        story.report("Third Wire", "Hamas", severity=Severity.CRITICAL)
        story.drain()
        story.wait(MINUTE)
        story.grow("Fourth Wire")
        story.drain()
        assert methods(receiver.requests) == ["post", "post", "edit"]
    assert "Rafah" in receiver.requests[1].body.decode()


def test_quiet_hours_hold_news_but_not_changes(database: Database) -> None:
    """At night the message keeps growing without a sound; the development is told in the morning."""
    hours = {"from": "22:00", "to": "07:00"}
    with scene(database, "slack", quiet_hours=hours) as (story, _, receiver):
        story.report("Gulf Wire", "Rafah")
        story.drain()
        story.wait(timedelta(hours=15))
        story.grow("Other Wire")
        story.develop("Second Wire", "12 → 14 dead")
        story.drain()
        assert methods(receiver.requests) == ["post", "edit"]
        story.wait(timedelta(hours=8))
        story.drain()
        assert methods(receiver.requests) == ["post", "edit", "answer", "edit"]
