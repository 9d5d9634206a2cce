"""What is stored of a story that was told, on every database."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from monitor.domain.alert import Reason
from monitor.domain.delivery import AttemptResult, ClaimedDelivery, DeliveryStatus, DeliveryUpdate, Outcome
from monitor.domain.lease import Lease
from monitor.domain.watch import Severity
from monitor.settings.channels import ChannelBase
from monitor.settings.model import Settings
from monitor.storage import deliveries, messages, stories, story_deliveries
from monitor.storage.engine import Database
from tests.alerting import EPOCH, add_story
from tests.channels import channel as make_channel
from tests.story_scenes import MINUTE, Scene
from workers.announcing.announce import channels_to_tell
from workers.delivery.batch import SentMessage
from workers.delivery.settle import settle_deliveries
from workers.delivery.story_state import with_stories

LEASE = Lease(owner="me", until=EPOCH + timedelta(days=9))
BOT = {"type": "slack", "token": "xoxb-1", "channel": "C1"}
HOOK = {"type": "webhook", "url": "https://receiver.example/hook"}


def of_type(**settings: Any) -> ChannelBase:
    """A channel of these settings."""
    return make_channel(settings)


def claim_due(story: Scene) -> tuple[ClaimedDelivery, ...]:
    """Claim all that is due on the channel, with its story."""
    with story.database.write() as connection:
        ids = deliveries.due(connection, "desk", now=story.now, limit=99)
        return with_stories(connection, "desk", deliveries.claim(connection, ids, LEASE), editable=True, now=EPOCH)


def settle(story: Scene, claimed: Sequence[ClaimedDelivery], reference: str | None = "C1:1") -> None:
    """The receiver has accepted these as one message."""
    result = AttemptResult(outcome=Outcome.ACCEPTED, at=story.now, reference=reference)
    with story.database.write() as connection:
        sent = [SentMessage(deliveries=tuple(claimed), result=result)]
        settle_deliveries(connection, "desk", sent, set(), owner="me", now=story.now, rng=None)  # type: ignore[arg-type]


def kinds(story: Scene) -> list[tuple[str, dict[str, Any]]]:
    """Claim what is due, as types and data."""
    return [(one.kind, one.data) for one in claim_due(story)]


def test_a_channel_that_was_never_told_hears_nothing(database: Database) -> None:
    """What happens to a story concerns those who know it."""
    story = Scene(database, of_type(**BOT))
    assert story.grow("Gulf Wire") == ()
    assert story.develop("Gulf Wire", "12 → 14 dead") == ()
    assert claim_due(story) == ()


def test_the_message_of_a_story_is_remembered(database: Database) -> None:
    """Its name, when it was posted, changed and last notified, and the facts that it shows."""
    story = Scene(database, of_type(**BOT))
    story.report("Gulf Wire", "Rafah")
    settle(story, claim_due(story))
    story.wait(MINUTE)
    story.develop("Second Wire", "12 → 14 dead")
    settle(story, claim_due(story), reference="C1:2")
    with database.read() as connection:
        found = messages.find(connection, "desk", story.story_id)
    assert found is not None
    assert (found.reference, found.posted_at, found.notified_at) == ("C1:1", EPOCH, EPOCH + MINUTE)
    assert (found.edited_at, found.developed_at, found.facts) == (EPOCH + MINUTE, EPOCH + MINUTE, ("12 → 14 dead",))


def test_a_merged_story_keeps_its_message(database: Database) -> None:
    """What joins the story that another was merged into changes the message of that other one."""
    story = Scene(database, of_type(**BOT))
    story.report("Gulf Wire", "Rafah")
    settle(story, claim_due(story))
    with database.write() as connection:
        into = add_story(connection)
        assert stories.merge(connection, story.story_id, into)
    story.story_id = into
    assert story.grow("Second Wire") == ("desk",)
    (growth,) = claim_due(story)
    assert growth.story is not None
    assert (growth.story.reference, growth.story.outlets, growth.story.notifies) == ("C1:1", 2, False)


def test_growth_while_the_post_is_being_sent_is_not_lost(database: Database) -> None:
    """What is being sent does not show it any more; what still waits will."""
    story = Scene(database, of_type(**BOT))
    story.report("Gulf Wire", "Rafah")
    claimed = claim_due(story)
    assert story.grow("Second Wire") == ("desk",)
    assert story.grow("Third Wire") == ()
    settle(story, claimed)
    (growth,) = claim_due(story)
    assert growth.story is not None
    assert growth.story.outlets == 3


def test_programs_hear_what_they_name(database: Database) -> None:
    """Without `events` an alert is all; with them each event is a delivery of its own, frozen when it happens."""
    quiet = Scene(database, of_type(**HOOK))
    article = quiet.report("Gulf Wire", "Rafah")
    claim_due(quiet)
    assert quiet.grow("Second Wire") == quiet.withdraw(article, "Rafah") == ()

    story = Scene(database, of_type(**HOOK, events=["story.updated", "alert.withdrawn"]))
    article = story.report("Gulf Wire", "Rafah", "Hamas")
    claim_due(story)
    assert story.grow("Second Wire") == ("desk",)
    assert story.develop("Third Wire", "12 → 14 dead") == ("desk",)
    assert story.withdraw(article, "Rafah", "Hamas") == ("desk",)
    found = kinds(story)
    assert sorted(kind for kind, _ in found) == ["alert.withdrawn", "alert.withdrawn", "story.updated", "story.updated"]
    by_change = {data["change"]: data for _, data in found}
    assert by_change["developed"]["facts"] == ["12 → 14 dead"]
    assert by_change["grew"]["story"]["articles"] == 2
    assert {data["alert"]["term"] for kind, data in found if kind == "alert.withdrawn"} == {"Rafah", "Hamas"}


@pytest.mark.parametrize(
    ("settings", "created", "updated"),
    [
        (BOT, True, False),
        ({"type": "slack", "url": "https://receiver.example/x"}, True, True),
        ({"type": "teams", "url": "https://receiver.example/x"}, True, True),
        (HOOK, True, True),
        ({"type": "log"}, True, True),
        ({**HOOK, "events": ["alert.created"]}, True, False),
        ({**HOOK, "events": ["alert.updated"]}, False, True),
        ({"type": "file", "path": "alerts.jsonl", "events": ["story.updated"]}, False, False),
    ],
)
def test_who_gets_an_alert(settings: dict[str, Any], created: bool, updated: bool) -> None:  # noqa: FBT001 - a table
    """People get every alert; growth as messages of its own only where no message can be changed. Programs get what they name."""
    configured = Settings.model_construct(channels={"desk": of_type(**settings)})
    assert channels_to_tell(configured, ("desk",), Reason.NEW) == (("desk",) if created else ())
    assert channels_to_tell(configured, ("desk",), Reason.UPDATED) == (("desk",) if created else ())
    assert channels_to_tell(configured, ("desk",), Reason.JOINED) == (("desk",) if updated else ())


def test_mail_answers_once_an_hour(database: Database) -> None:
    """Growth is a mail an hour after the last one, with all that has joined by then."""
    story = Scene(database, of_type(type="email", host="receiver.example", **{"from": "a@example.org"}, to=["b@example.org"]))
    story.report("Gulf Wire", "Rafah")
    settle(story, claim_due(story), reference="<d@news-monitor>")
    story.wait(10 * MINUTE)
    assert [story.grow(f"Outlet {number}") for number in range(3)] == [(), (), ()]
    assert claim_due(story) == ()
    story.wait(50 * MINUTE)
    (growth,) = claim_due(story)
    assert growth.story is not None
    assert growth.story.outlets == 4


def test_what_fails_is_told_under_the_same_id_by_another_process(database: Database) -> None:
    """A lease that runs out leaves what was in hand to the next process, which tells the same deliveries."""
    story = Scene(database, of_type(**BOT))
    story.report("Gulf Wire", "Rafah", "Hamas")
    before = {one.id for one in claim_due(story)}
    story.wait(timedelta(days=10))
    with database.write() as connection:
        deliveries.reclaim(connection, "desk", story.now)
        waiting = story_deliveries.due(connection, "desk", now=story.now, limit=9)
    assert {one.id for one in waiting} == before
    assert len({one.story_id for one in waiting}) == 1


def test_the_worst_is_due_first_and_changes_come_last(database: Database) -> None:
    """Severity decides, then age; what only changes a message waits for all that notifies."""
    first = Scene(database, of_type(**BOT))
    first.report("Gulf Wire", "Rafah", severity=Severity.LOW)
    settle(first, claim_due(first))
    first.wait(MINUTE)
    first.grow("Second Wire")
    for severity in (Severity.MEDIUM, Severity.CRITICAL, Severity.HIGH):
        Scene(database, first.channel, at=first.now).report("Gulf Wire", severity, severity=severity)
    with database.write() as connection:
        waiting = story_deliveries.due(connection, "desk", now=first.now, limit=9)
        claimed = {one.id: one for one in deliveries.claim(connection, [one.id for one in waiting], LEASE)}
    assert [claimed[one.id].term for one in waiting] == ["critical", "high", "medium", ""]


def test_growth_is_never_lost_between_two_processes(database: Database) -> None:
    """Scans announce while a sender claims: the last message that is claimed shows every outlet."""
    story = Scene(database, of_type(**BOT))
    story.report("Gulf Wire", "Rafah")
    settle(story, claim_due(story))
    story.wait(MINUTE)
    done = threading.Event()
    seen: list[int] = []

    def sender() -> None:
        while True:
            last = done.is_set()
            claimed = claim_due(story)
            if claimed:
                assert claimed[0].story is not None
                seen.append(claimed[0].story.outlets)
                release(claimed)
            elif last:
                return

    def release(claimed: Sequence[ClaimedDelivery]) -> None:
        delivered = DeliveryUpdate(status=DeliveryStatus.DELIVERED, next_attempt_at=None, error=None)
        with database.write() as connection:
            deliveries.settle(connection, [one.id for one in claimed], delivered, owner="me", now=story.now, began=story.now)

    thread = threading.Thread(target=sender)
    thread.start()
    for number in range(30):
        story.grow(f"Outlet {number}")
    done.set()
    thread.join(60)
    assert seen[-1] == 31
