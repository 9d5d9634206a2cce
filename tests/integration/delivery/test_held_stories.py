"""Reports of what was held back, on channels that show each story in one message: what is in them, and what they share no message with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from monitor.domain.alert import Hold, Reason, Suppression
from monitor.domain.ids import StoryId
from monitor.domain.virtual_clock import VirtualClock
from monitor.settings.channels import ChannelBase
from monitor.storage import alert_history, holds
from monitor.storage.engine import Database
from monitor.storage.tables import alerts
from tests.alerting import add_story, raise_alerts
from tests.channels import channel as make_channel
from tests.story_scenes import MINUTE, Scene, methods, scene
from workers.delivery.report_held import HeldReporter, takes_reports

HOOK = {"type": "webhook", "url": "https://receiver.example/hook"}


def hold(story: Scene, *numbers: int, of: StoryId | None = None, reason: Reason = Reason.NEW) -> None:
    """Hold alerts with these numbers back for a minute, on the story `of` or on one each."""
    end = story.now + MINUTE
    with story.database.write() as connection:
        for number in numbers:
            story_id = of or add_story(connection, story.now)
            (one,) = raise_alerts(connection, [number], [], at=story.now, story_id=story_id)
            values = {"suppressed": Suppression.COOLDOWN, "reason": reason}
            connection.execute(update(alerts).where(alerts.c.id == one).values(values))
            holds.add(connection, one, Hold(reason=Suppression.COOLDOWN, until=end, earliest=end))


def report(story: Scene, **channels: ChannelBase) -> Sequence[str]:
    """Make the reports that are due on the story's channel, or on `channels`; return the channels that have one."""
    settings = story.settings.model_copy(update={"channels": channels or story.settings.channels})
    told: list[str] = []
    HeldReporter(story.database, lambda: settings, told.append, clock=VirtualClock(story.now)).report_due()
    return told


def test_the_events_of_a_program_decide_whether_it_gets_reports() -> None:
    """Without `events` it does; people always do."""
    asked: list[tuple[dict[str, Any], bool]] = [
        (HOOK, True),
        ({**HOOK, "events": ["alert.created"]}, False),
        ({**HOOK, "events": ["held.report"]}, True),
        ({"type": "file", "path": "x", "events": ["story.updated"]}, False),
        ({"type": "log"}, True),
        ({"type": "slack", "url": "https://receiver.example/x"}, True),
    ]
    assert [takes_reports(make_channel(settings)) for settings, _ in asked] == [right for _, right in asked]


def test_a_story_that_has_developed_meanwhile_is_left_out(database: Database) -> None:
    """People have been told of it, by the development; a program, for which a development is no alert, gets the report."""
    with scene(database, "slack") as (story, _, receiver):
        story.report("Gulf Wire", "Rafah")
        story.drain()
        hold(story, 1, of=story.story_id)
        story.wait(MINUTE / 2)
        story.develop("Second Wire", "12 → 14 dead")
        story.drain()
        hold(story, 2)
        story.wait(2 * MINUTE)
        assert report(story) == ["desk"]
        story.drain()
        shown = receiver.requests[-1].body.decode()
    assert "While quiet: 1 event" in shown
    assert "report 2" in shown


def test_a_program_is_told_of_an_alert_whose_story_has_developed(database: Database) -> None:
    """For it a development is no alert."""
    with scene(database, "slack") as (story, _, _receiver):
        hook = make_channel({**HOOK, "events": ["alert.created", "story.updated", "held.report"]})
        story.settings = story.settings.model_copy(update={"channels": {"desk": hook}})
        story.report("Gulf Wire", "Rafah")
        story.wait(MINUTE)
        hold(story, 1, of=story.story_id)
        story.wait(MINUTE / 2)
        assert story.develop("Second Wire", "12 → 14 dead") == ("desk",)
        story.wait(MINUTE)
        assert report(story) == ["desk"]


def test_growth_that_was_held_back_is_shown_where_a_message_grows(database: Database) -> None:
    """Not told again in a report; where nothing can be changed the report tells it."""
    with scene(database, "slack") as (story, _, _receiver):
        hold(story, 1, reason=Reason.JOINED)
        story.wait(2 * MINUTE)
        teams = make_channel({"type": "teams", "url": "https://receiver.example/x"})
        assert report(story, desk=story.channel, wall=teams, hook=make_channel(HOOK)) == ["wall", "hook"]


def test_a_report_has_a_message_of_its_own(database: Database) -> None:
    """In a burst the digest comes in one message without it; neither loses a line."""
    with scene(database, "slack", digest_over=1) as (story, _, receiver):
        hold(story, 1, 2)
        story.wait(2 * MINUTE)
        report(story)
        for one in (story, Scene(database, story.channel, at=story.now)):
            one.report("Gulf Wire", "Rafah")
        story.drain()
        texts = sorted(request.json["text"].partition(":")[0] for request in receiver.requests)
    assert texts == ["2 alerts · HIGH", "While quiet"]


def test_a_regular_digest_does_not_hold_a_report(database: Database) -> None:
    """It is told when the cooldown ends."""
    with scene(database, "slack", digest={"every": "1h"}) as (story, _, receiver):
        hold(story, 1)
        story.wait(2 * MINUTE)
        report(story)
        story.drain()
        assert [request.json["text"].partition(":")[0] for request in receiver.requests] == ["While quiet"]


def test_quiet_hours_hold_a_report_that_was_due_before_them(database: Database) -> None:
    """It could not be sent before they began."""
    with scene(database, "slack", quiet_hours={"from": "08:10", "to": "09:00"}) as (story, _, receiver):
        hold(story, 2)
        story.wait(2 * MINUTE)
        report(story)
        story.wait(timedelta(minutes=10))
        story.drain()
        assert receiver.requests == []
        story.wait(timedelta(hours=1))
        story.drain()
        assert [request.json["text"].partition(":")[0] for request in receiver.requests] == ["While quiet"]


def test_what_quiet_hours_held_of_one_story_is_its_message(database: Database) -> None:
    """Not a digest: it changes from then on."""
    hours = {"from": "07:00", "to": "09:00"}
    with scene(database, "slack", quiet_hours=hours) as (story, _, receiver):
        story.report("Gulf Wire", "Rafah", "Hamas")
        story.drain()
        story.wait(timedelta(hours=2))
        story.drain()
        story.grow("Other Wire")
        story.drain()
        assert methods(receiver.requests) == ["post", "edit"]
        assert "While quiet" not in receiver.requests[0].body.decode()


def test_what_quiet_hours_held_of_two_stories_is_headed_as_a_report(database: Database) -> None:
    """It counts the stories, not their terms."""
    hours = {"from": "07:00", "to": "09:00"}
    with scene(database, "slack", quiet_hours=hours) as (story, _, receiver):
        for one in (story, Scene(database, story.channel)):
            one.report("Gulf Wire", "Rafah", "Hamas")
        story.drain()
        story.wait(timedelta(hours=2))
        story.drain()
        assert [request.json["text"].partition(": Rafah")[0] for request in receiver.requests] == ["While quiet: 2 events"]


def test_what_was_corrected_while_it_was_held_is_not_told(database: Database) -> None:
    """Its article no longer says it; the others are told."""
    with scene(database, "slack") as (story, _, receiver):
        hold(story, 1, 2)
        with database.write() as connection:
            (gone, _kept) = holds.waiting(connection)
            alert_history.mark_stale(connection, [gone.id], now=story.now)
        story.wait(2 * MINUTE)
        assert report(story) == ["desk"]
        story.drain()
        shown = receiver.requests[-1].body.decode()
        assert report(story) == []
    assert "While quiet: 1 event" in shown
    assert "report 1" not in shown
