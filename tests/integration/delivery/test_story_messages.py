"""One living message for a story: posted once, changed as it grows, followed by a notification only where there is news."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.domain.delivery import DeliveryStatus
from monitor.domain.story_update import StoryChange
from monitor.domain.watch import Severity
from monitor.storage import deliveries
from monitor.storage.engine import Database, sqlite_url
from monitor.storage.tables import metadata
from tests.receiving import Request
from tests.story_scenes import MINUTE, SECOND, methods, scene

CHATS = pytest.mark.parametrize("kind", ["slack", "telegram", "discord"])


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A SQLite file; what differs between databases is tested elsewhere."""
    database = Database(sqlite_url(tmp_path / "news.db"))
    with database.write() as connection:
        metadata.create_all(connection)
    yield database
    database.close()


@CHATS
def test_many_terms_are_one_message_headed_by_the_worst(kind: str, database: Database) -> None:
    """Every term is listed, the severity that is spelled out first is the worst one, and each alert is delivered."""
    with scene(database, kind) as (story, _, receiver):
        article = story.report("Gulf Wire", "Alpha", severity=Severity.LOW)
        story.report("Gulf Wire", "Beta", severity=Severity.CRITICAL)
        story.report("Gulf Wire", "Gamma", severity=Severity.MEDIUM)
        story.drain()
        (message,) = receiver.requests
    assert article
    shown = message.body.decode()
    assert all(term in shown for term in ("Alpha", "Beta", "Gamma"))
    found = re.search(r"\b(info|low|medium|high|critical)\b", shown, re.IGNORECASE)
    assert found is not None
    assert found[0].lower() == "critical"
    with database.read() as connection:
        assert deliveries.counts(connection)["delivered"] == 3


@CHATS
def test_growth_changes_the_message_and_notifies_nobody(kind: str, database: Database) -> None:
    """Many outlets at a time are one change; the message says how the story has spread."""
    with scene(database, kind) as (story, _, receiver):
        story.report("Gulf Wire", "Rafah")
        story.drain()
        story.wait(9 * MINUTE)
        assert story.grow("Outlet 1") == ("desk",)
        assert [story.grow(f"Outlet {number}") for number in range(2, 14)] == [()] * 12
        story.drain()
        assert methods(receiver.requests) == ["post", "edit"]
        shown = receiver.requests[-1].body.decode()
        assert "1 → 14 outlets, 14 origins in 9 min · first: Gulf Wire 08:00" in shown.replace("\\", "")
        story.grow("Outlet 14")
        story.drain()
        assert methods(receiver.requests) == ["post", "edit"], "a message is changed every 15 s at most"
        story.wait(15 * SECOND)
        story.drain()
        assert methods(receiver.requests) == ["post", "edit", "edit"]


@CHATS
def test_growth_before_the_post_is_in_the_post(kind: str, database: Database) -> None:
    """What is yet to be told is told as it is then."""
    with scene(database, kind) as (story, _, receiver):
        story.report("Gulf Wire", "Rafah")
        assert story.grow("Other Wire") == ()
        story.drain()
    assert methods(receiver.requests) == ["post"]
    assert "2 outlets" in receiver.requests[0].body.decode()


@CHATS
def test_a_new_term_notifies_and_changes_the_message(kind: str, database: Database) -> None:
    """The notification names the new term alone, the message both."""
    with scene(database, kind) as (story, _, receiver):
        story.report("Gulf Wire", "Rafah")
        story.drain()
        story.report("Other Wire", "Hamas", severity=Severity.CRITICAL)
        story.drain()
        first, news, edit = receiver.requests
    assert methods([first, edit]) == ["post", "edit"]
    assert methods([news]) == ["post" if kind == "discord" else "answer"]
    assert "CRITICAL" in news.body.decode()
    assert "Hamas" in news.body.decode().split("Crossing")[0]
    assert "Rafah" in edit.body.decode()
    assert edit.body.decode().index("CRITICAL") < edit.body.decode().index("Rafah")


@CHATS
def test_developments_are_gathered(kind: str, database: Database) -> None:
    """The first is told at once, the next ones together ten minutes later, with every fact."""
    with scene(database, kind) as (story, _, receiver):
        story.report("Gulf Wire", "Rafah")
        story.drain()
        assert story.develop("Second Wire", "12 → 14 dead", title="Toll rises to 14") == ("desk",)
        story.drain()
        assert len(receiver.requests) == 3
        told = receiver.requests[1].body.decode()
        assert "12 → 14 dead" in told.replace("\\", "")
        assert "Toll rises to 14" in told
        assert "DEVELOPMENT" in told
        story.wait(MINUTE)
        assert story.develop("Third Wire", "14 → 15 dead") == ()
        story.wait(MINUTE)
        assert story.develop("Fourth Wire", "15 → 17 dead") == ()
        story.drain()
        assert len(receiver.requests) == 3
        story.wait(8 * MINUTE)
        story.drain()
        assert len(receiver.requests) == 5
        both = receiver.requests[3].body.decode().replace("\\", "")
        assert "14 → 15 dead" in both
        assert "15 → 17 dead" in both


def test_a_development_that_is_gathered_comes_with_what_is_worse(database: Database) -> None:
    """A higher severity is told at once, and the development with it."""
    with scene(database, "slack") as (story, _, receiver):
        story.report("Gulf Wire", "Rafah")
        story.drain()
        story.develop("Second Wire", "12 → 14 dead")
        story.drain()
        story.develop("Third Wire", "14 → 15 dead")
        story.report("Third Wire", "Hospital", severity=Severity.CRITICAL)
        story.drain()
    told = receiver.requests[3].body.decode()
    assert "CRITICAL" in told
    assert "14 → 15 dead" in told


@CHATS
def test_a_withdrawal_is_told(kind: str, database: Database) -> None:
    """People hear which term no longer matches; the message no longer counts it."""
    with scene(database, kind) as (story, _, receiver):
        article = story.report("Gulf Wire", "Rafah", "Hamas")
        story.drain()
        assert story.withdraw(article, "Hamas") == ("desk",)
        assert story.withdraw(article, "Hamas") == (), "the same withdrawal is told once"
        story.drain()
        _, news, edit = receiver.requests
    assert "WITHDRAWN" in news.body.decode()
    assert "No longer matches: Hamas" in news.body.decode().replace("\\", "")
    assert "No longer matches: Hamas" in edit.body.decode().replace("\\", "")
    assert "Hamas" not in edit.body.decode().split("Crossing")[0]


@CHATS
def test_a_message_that_was_deleted_is_posted_anew(kind: str, database: Database) -> None:
    """The next change finds no message: the story is posted again, and further changes go there."""
    with scene(database, kind) as (story, service, receiver):
        story.report("Gulf Wire", "Rafah")
        story.drain()
        service.gone = True
        story.wait(MINUTE)
        story.grow("Other Wire")
        story.drain()
        assert methods(receiver.requests) == ["post", "edit", "post"]
        service.gone = False
        story.wait(MINUTE)
        story.grow("Third Wire")
        story.drain()
        assert methods(receiver.requests) == ["post", "edit", "post", "edit"]
        assert re.search(r'messages/3$|"17\.3"|"message_id":3\b', _named(receiver.requests[-1]))
    with database.read() as connection:
        assert {one.status for one in deliveries.listing(connection)} == {DeliveryStatus.DELIVERED}


def _named(request: Request) -> str:
    return f"{request.body.decode()} {request.path}"


@CHATS
def test_the_order_holds_while_the_service_is_down(kind: str, database: Database) -> None:
    """Nothing is changed or answered before the message is posted, whatever happens to the story meanwhile."""
    with scene(database, kind) as (story, service, receiver):
        service.down = True
        article = story.report("Gulf Wire", "Rafah", "Hamas")
        story.drain()
        for number in range(3):
            story.grow(f"Outlet {number}")
            story.wait(20 * SECOND)
            story.drain()
        story.develop("Second Wire", "12 → 14 dead")
        story.withdraw(article, "Hamas")
        story.drain()
        failed = len(receiver.requests)
        assert set(methods(receiver.requests)) == {"post"}
        service.down = False
        story.wait(timedelta(hours=1))
        story.drain()
        (message,) = receiver.requests[failed:]
    assert methods([message]) == ["post"]
    shown = message.body.decode().replace("\\", "")
    assert "5 outlets" in shown
    assert "12 → 14 dead" in shown
    assert "No longer matches: Hamas" in shown


def test_what_was_in_hand_goes_again_under_the_same_id(database: Database) -> None:
    """A worker that dies after the service has answered has settled nothing; its successor tells the same deliveries."""
    with scene(database, "slack") as (story, _, receiver):
        story.report("Gulf Wire", "Rafah")
        story.drain()
        article = story.report("Second Wire")
        story.announce(article, StoryChange.DEVELOPED, "12 → 14 dead")
        with database.read() as connection:
            before = {one.id for one in deliveries.listing(connection)}
        assert story.announce(article, StoryChange.DEVELOPED, "12 → 14 dead") == ("desk",)
        story.drain()
        story.announce(article, StoryChange.DEVELOPED, "12 → 14 dead")
        story.wait(timedelta(hours=1))
        story.drain()
        assert methods(receiver.requests) == ["post", "answer", "edit"]
    with database.read() as connection:
        assert {one.id for one in deliveries.listing(connection)} == before


@CHATS
def test_a_change_that_did_not_follow_its_notification_is_made_up_for(kind: str, database: Database) -> None:
    """The notification is not repeated; the message is changed a little later."""
    with scene(database, kind) as (story, service, receiver):
        story.report("Gulf Wire", "Rafah")
        story.drain()
        service.no_edits = True
        story.report("Other Wire", "Hamas")
        story.drain()
        assert len(receiver.requests) == 3
        service.no_edits = False
        story.wait(MINUTE)
        story.drain()
        assert len(receiver.requests) == 4
        assert methods(receiver.requests[3:]) == ["edit"]
    assert "Hamas" in receiver.requests[3].body.decode()


def test_a_channel_that_leads_elsewhere_gets_messages_of_its_own(database: Database) -> None:
    """Nothing is answered or changed at the old address."""
    with scene(database, "slack") as (story, _, receiver):
        story.report("Gulf Wire", "Rafah")
        story.drain()
        story.channel = story.channel.model_copy(update={"channel": "C2"})
        story.report("Other Wire", "Hamas")
        story.drain()
        assert methods(receiver.requests) == ["post", "post"]
    assert receiver.requests[1].json["channel"] == "C2"
    assert "Rafah" in receiver.requests[1].body.decode()
