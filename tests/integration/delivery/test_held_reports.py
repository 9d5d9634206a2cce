"""What was held back is told when its time is over: once, whatever happens in between, on every database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import jsonschema
import pytest
from sqlalchemy import update

from monitor.domain.alert import Hold, HoldState, Suppression
from monitor.domain.ids import AlertId
from monitor.domain.virtual_clock import VirtualClock
from monitor.domain.watch import Severity
from monitor.settings.channels import ChannelBase
from monitor.settings.model import RouteSettings, Settings, SilenceSettings
from monitor.storage import alerts as alerts_in_storage
from monitor.storage import deliveries, holds, progress, silences
from monitor.storage.engine import Database
from monitor.storage.tables import alerts
from tests.alerting import EPOCH, add_story, raise_alerts
from tests.channels import channel as make_channel
from tests.receiving import Receiver
from tests.unit.channels.test_webhook import SCHEMA
from workers.delivery.dispatcher import Dispatcher
from workers.delivery.report_held import HeldReporter

MINUTE = timedelta(minutes=1)


class Desk:
    """A reporter with a clock of its own, and channels that lead to a receiver."""

    def __init__(self, database: Database, receiver: Receiver, **settings: Any) -> None:
        self.database, self.receiver = database, receiver
        self.clock = VirtualClock(EPOCH)
        channels: dict[str, ChannelBase] = {"desk": make_channel({"type": "webhook", "url": receiver.url()})}
        self.settings = Settings(**{"channels": channels, **settings})
        self.notified: list[str] = []
        self.reporter = self.another()

    def another(self) -> HeldReporter:
        """Return the reporter of a process that has just started."""
        return HeldReporter(self.database, lambda: self.settings, self.notified.append, clock=self.clock)

    def hold(
        self,
        numbers: Sequence[int],
        until: datetime | None,
        *,
        earliest: datetime | None = None,
        story: str | None = None,
        **changes: Any,
    ) -> tuple[AlertId, ...]:
        """Hold alerts with these numbers back."""
        reason = Suppression.COOLDOWN if earliest else Suppression.SILENCED
        with self.database.write() as connection:
            ids = raise_alerts(connection, numbers, [], at=self.clock.now(), story_id=story)
            connection.execute(update(alerts).where(alerts.c.id.in_(ids)).values(suppressed=reason, **changes))
            for one in ids:
                holds.add(connection, one, Hold(reason=reason, until=until, earliest=earliest))
        return ids

    def silence(self, minutes: float) -> None:
        """Silence the term."""
        now = self.clock.now()
        with self.database.write() as connection:
            silences.add(connection, term="Rafah", until=now + minutes * MINUTE, now=now)

    def after(self, minutes: float) -> list[list[str]]:
        """Let time pass, report, deliver; return the titles of each report that came."""
        self.clock.advance(seconds=minutes * 60)
        self.reporter.report_due()
        return self.received()

    def received(self) -> list[list[str]]:
        """Deliver what waits; return the titles of each report that has come since the last look."""
        before = len(self.receiver.requests)
        dispatcher = Dispatcher(self.database, lambda: self.settings.channels, clock=self.clock, patience=timedelta(0))
        for name in self.settings.channels:
            dispatcher.drain(name).result(20)
        assert dispatcher.close()
        bodies = [request.json for request in self.receiver.requests[before:]]
        for body in bodies:
            jsonschema.validate(body, SCHEMA)
        return [[event["title"] for event in body["data"]["events"]] for body in bodies if body["type"] == "held.report"]

    def states(self, ids: Sequence[AlertId]) -> list[HoldState]:
        """Return how far these alerts have come."""
        with self.database.read() as connection:
            found = holds.states(connection, ids)
        return [found[one] for one in ids]


def title(number: int) -> str:
    """The title of alert `number`."""
    return f"Crossing reopens, report {number}"


def test_a_cooldown_ends_with_one_message(database: Database) -> None:
    """Each event is in it once, nothing comes before, nothing twice."""
    with Receiver() as receiver:
        desk = Desk(database, receiver)
        end = EPOCH + 30 * MINUTE
        ids = desk.hold([1, 2, 3], end, earliest=end)
        assert desk.after(29) == []
        assert desk.after(1) == [[title(1), title(2), title(3)]]
        assert desk.notified == ["desk"]
        assert desk.after(5) == []
        desk.reporter = desk.another()
        assert desk.after(5) == []
        assert set(desk.states(ids)) == {HoldState(until=end, reported_at=end)}


def test_a_silence_that_is_lifted_or_extended_moves_its_report(database: Database) -> None:
    """The report follows the real end, also in a process that was not there when it changed."""
    with Receiver() as receiver:
        desk = Desk(database, receiver)
        desk.silence(30)
        desk.hold([1], EPOCH + 30 * MINUTE)
        assert desk.after(10) == []
        desk.silence(50)
        assert desk.after(20) == []
        with database.write() as connection:
            silences.lift(connection, term="Rafah")
        desk.reporter = desk.another()
        assert desk.after(1) == [[title(1)]]


def test_a_silence_without_an_end_holds_until_it_is_removed(database: Database) -> None:
    """Nothing is told while the configuration has it; at once when it is gone."""
    with Receiver() as receiver:
        desk = Desk(database, receiver, silences=(SilenceSettings(term="Rafah"),))
        (one,) = desk.hold([1], None)
        assert desk.after(100_000) == []
        assert desk.states([one]) == [HoldState(until=None, reported_at=None)]
        desk.settings = desk.settings.model_copy(update={"silences": ()})
        assert desk.after(1) == [[title(1)]]


def test_a_lifted_silence_does_not_end_a_cooldown(database: Database) -> None:
    """What is held by both is told at the later end."""
    with Receiver() as receiver:
        desk = Desk(database, receiver)
        desk.silence(60)
        desk.hold([1], EPOCH + 60 * MINUTE, earliest=EPOCH + 30 * MINUTE)
        with database.write() as connection:
            silences.lift(connection, term="Rafah")
        assert desk.after(20) == []
        assert desk.after(10) == [[title(1)]]


def test_a_story_that_was_told_meanwhile_is_left_out(database: Database) -> None:
    """On the channel that told it; the alert counts as told."""
    with Receiver() as receiver:
        desk = Desk(database, receiver)
        with database.write() as connection:
            story = add_story(connection)
        end = EPOCH + 30 * MINUTE
        desk.hold([1], end, earliest=end, story=story)
        desk.hold([2], end, earliest=end)
        desk.clock.advance(seconds=60)
        with database.write() as connection:
            raise_alerts(connection, [3], ["desk"], at=desk.clock.now(), story_id=story)
        assert desk.after(30) == [[title(2)]]


def test_the_routes_decide_who_is_told(database: Database) -> None:
    """Each channel hears of what would have been sent to it."""
    with Receiver() as receiver:
        routes = (RouteSettings(min_severity=Severity.CRITICAL, channels=("desk",)), RouteSettings(channels=()))
        desk = Desk(database, receiver, routes=routes)
        end = EPOCH + MINUTE
        low = desk.hold([1], end, earliest=end)
        desk.hold([2], end, earliest=end, severity="critical")
        assert desk.after(1) == [[title(2)]]
        assert desk.states(low)[0].reported_at == end


def test_a_report_inside_quiet_hours_waits_for_their_end(database: Database) -> None:
    """A cooldown that ends at night wakes nobody, unless something critical was held."""
    with Receiver() as receiver:
        quiet = {"from": "07:00", "to": "09:00", "breakthrough": "critical"}
        desk = Desk(
            database, receiver, channels={"desk": make_channel({"type": "webhook", "url": receiver.url(), "quiet_hours": quiet})}
        )
        end = EPOCH + MINUTE
        desk.hold([1], end, earliest=end)
        desk.hold([2], end + MINUTE, earliest=end + MINUTE, severity="critical")
        assert desk.after(1) == []
        assert desk.after(1) == [[title(2)]]
        assert desk.after(60) == [[title(1)]]


def test_two_processes_make_one_report(database: Database) -> None:
    """Both see that it is due, one of them makes it."""
    with Receiver() as receiver:
        desk = Desk(database, receiver)
        end = EPOCH + MINUTE
        desk.hold([1], end, earliest=end)
        desk.clock.advance(seconds=60)
        desk.another().report_due()
        desk.another().report_due()
        assert desk.received() == [[title(1)]]


def test_a_failure_before_the_commit_leaves_everything_to_be_told(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Report and mark are one transaction: broken off at its end, it is made again under the same id."""
    with Receiver() as receiver:
        desk = Desk(database, receiver)
        end = EPOCH + MINUTE
        (one,) = desk.hold([1], end, earliest=end)
        desk.clock.advance(seconds=60)
        made: list[str] = []
        send = holds.send_report

        def break_off(*arguments: Any, **named: Any) -> None:
            send(*arguments, **named)
            made.append(named["report_id"])
            raise RuntimeError

        with monkeypatch.context() as patch:
            patch.setattr(holds, "send_report", break_off)
            with pytest.raises(RuntimeError):
                desk.another().report_due()
        assert desk.states([one]) == [HoldState(until=end, reported_at=None)]
        assert desk.received() == []
        assert desk.after(5) == [[title(1)]]
        assert [request.headers["webhook-id"] for request in receiver.requests] == made


def test_once_waits_for_what_is_due_only(database: Database) -> None:
    """`run --once` is not over while a report is due, and does not wait for one that is not."""
    with Receiver() as receiver:
        desk = Desk(database, receiver)
        end = EPOCH + MINUTE
        desk.hold([1], end, earliest=end)
        with database.read() as connection:
            assert progress.idle(connection, EPOCH)
            assert not progress.idle(connection, end)
        desk.after(1)
        with database.read() as connection:
            assert progress.idle(connection, end)


def test_all_that_is_held_can_be_decided_anew(database: Database) -> None:
    """What is due by then is told, the rest is held as before: until its own time, or until an open-ended silence is removed."""
    with Receiver() as receiver:
        desk = Desk(database, receiver, silences=(SilenceSettings(tag="gaza"),))
        cooling = desk.hold([1], EPOCH + 30 * MINUTE, earliest=EPOCH + 30 * MINUTE)
        open_ended = desk.hold([2], None, tags=["gaza"])
        desk.hold([3], EPOCH + 90 * MINUTE)
        with database.write() as connection:
            holds.look_again(connection, EPOCH)
        assert desk.after(1) == [[title(3)]]
        assert [state.until for state in desk.states([*cooling, *open_ended])] == [EPOCH + 30 * MINUTE, None]


def test_what_is_held_is_not_deleted_for_its_age(database: Database) -> None:
    """However long a silence lasts, retention leaves its alerts alone until they are told."""
    with Receiver() as receiver:
        desk = Desk(database, receiver)
        desk.hold([1], None)
        later = EPOCH + timedelta(days=400)
        with database.write() as connection:
            assert alerts_in_storage.prune(connection, later, 10) == 0
        desk.after(1)
        with database.write() as connection:
            assert alerts_in_storage.prune(connection, later, 10) == 1


def test_a_thousand_events_reach_people(database: Database) -> None:
    """Slack takes them in as many messages as it needs: every title and link, each message headed, none dropped."""
    with Receiver() as receiver:
        slack = make_channel({"type": "slack", "url": receiver.url(), "rate": 100_000})
        desk = Desk(database, receiver, channels={"desk": slack})
        end = EPOCH + MINUTE
        desk.hold(range(1000), end, earliest=end)
        desk.clock.advance(seconds=60)
        desk.reporter.report_due()
        with database.read() as connection:
            parts = len(deliveries.listing(connection))
        for _ in range(parts):
            desk.clock.advance(seconds=1)
            dispatcher = Dispatcher(database, lambda: desk.settings.channels, clock=desk.clock, patience=timedelta(0))
            dispatcher.drain("desk").result(20)
            assert dispatcher.close()
        bodies = [request.body.decode() for request in receiver.requests]
        assert len(bodies) == parts
        assert all(f"While quiet: 1000 events (part {number} of {parts})" in body for number, body in enumerate(bodies, 1))
        together = "\n".join(bodies)
        assert [n for n in range(1000) if f"report {n}>" not in together or f"/{n}?" not in together] == []
