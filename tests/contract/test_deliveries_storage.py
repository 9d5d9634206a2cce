"""What the outbox of alerts promises, on every database."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from monitor.domain.channel_state import ChannelState
from monitor.domain.delivery import AttemptResult, ClaimedDelivery, Delivery, DeliveryStatus, DeliveryUpdate, Outcome
from monitor.domain.ids import AlertId, DeliveryId
from monitor.domain.lease import Lease
from monitor.domain.watch import Severity
from monitor.storage import attempts, channels, deliveries, fallback_copies, holds, silences
from monitor.storage.engine import Database
from tests.alerting import EPOCH, raise_alerts

SECOND = timedelta(seconds=1)
LEASE = timedelta(seconds=20)
DELIVERED = DeliveryUpdate(status=DeliveryStatus.DELIVERED, next_attempt_at=None, error=None)


def _raise(database: Database, count: int, *names: str) -> tuple[AlertId, ...]:
    with database.write() as connection:
        return raise_alerts(connection, range(count), names)


def _claim(database: Database, name: str, owner: str, *, seconds: float = 1, limit: int = 1) -> tuple[ClaimedDelivery, ...]:
    with database.write() as connection:
        return _claim_next(connection, name, owner, now=EPOCH + seconds * SECOND, limit=limit)


def _claim_next(connection: Connection, name: str, owner: str, *, now: datetime, limit: int = 1) -> tuple[ClaimedDelivery, ...]:
    """What a deliver worker does when it has leased a channel."""
    deliveries.reclaim(connection, name, now)
    ids = deliveries.due(connection, name, now=now, limit=limit)
    return deliveries.claim(connection, ids, Lease(owner=owner, until=now + LEASE)) if ids else ()


def _settle(database: Database, ids: list[DeliveryId], change: DeliveryUpdate, owner: str, *, seconds: float = 2) -> int:
    now = EPOCH + seconds * SECOND
    with database.write() as connection:
        return deliveries.settle(connection, ids, change, owner=owner, now=now, began=now)


def _all(database: Database, status: DeliveryStatus | None = None) -> tuple[Delivery, ...]:
    with database.read() as connection:
        return deliveries.listing(connection, status=status)


def test_an_alert_goes_to_each_channel_once(database: Database) -> None:
    """Raising the same alert again, as after a crash, puts nothing on its way twice."""
    (alert,) = _raise(database, 1, "desk", "audit")
    with database.write() as connection:
        again = deliveries.create(connection, alert, ("desk", "phone"), now=EPOCH)
    assert len(again) == 1
    assert sorted(one.channel for one in _all(database)) == ["audit", "desk", "phone"]


def test_deliveries_are_claimed_oldest_alert_first(database: Database) -> None:
    """The oldest alert leaves first, whichever was stored first."""
    with database.write() as connection:
        (late,) = raise_alerts(connection, [2], ["desk"], at=EPOCH + SECOND)
        (early,) = raise_alerts(connection, [1], ["desk"], at=EPOCH)
    assert [one.alert_id for one in _claim(database, "desk", "me", limit=5)] == [early, late]


def test_a_claimed_delivery_is_nobody_elses(database: Database) -> None:
    """Two workers never have the same delivery in hand while the first one lives."""
    _raise(database, 1, "desk")
    assert len(_claim(database, "desk", "me")) == 1
    assert _claim(database, "desk", "you") == ()


def test_a_killed_workers_delivery_comes_back_under_the_same_id(database: Database) -> None:
    """When the lease is over the delivery is claimed again; the first worker's late answer changes nothing."""
    _raise(database, 1, "desk")
    (first,) = _claim(database, "desk", "me")
    assert _claim(database, "desk", "you", seconds=10) == ()
    (second,) = _claim(database, "desk", "you", seconds=22)
    assert (second.id, second.data) == (first.id, first.data)
    assert _settle(database, [first.id], DELIVERED, "me", seconds=23) == 0
    assert _settle(database, [first.id], DELIVERED, "you", seconds=24) == 1
    assert [one.status for one in _all(database)] == [DeliveryStatus.DELIVERED]


def test_a_failed_delivery_is_due_again_when_its_wait_is_over(database: Database) -> None:
    """A retry stands in the queue with its error and its time."""
    _raise(database, 1, "desk")
    (one,) = _claim(database, "desk", "me")
    again = EPOCH + 60 * SECOND
    _settle(database, [one.id], DeliveryUpdate(status=DeliveryStatus.PENDING, next_attempt_at=again, error="HTTP 503"), "me")
    (shown,) = _all(database, DeliveryStatus.PENDING)
    assert (shown.attempts, shown.next_attempt_at, shown.last_error) == (1, again, "HTTP 503")
    with database.read() as connection:
        assert deliveries.due_channels(connection, again - SECOND) == ()
        assert deliveries.due_channels(connection, again) == ("desk",)
        assert deliveries.next_due(connection, "desk") == again
    (claimed,) = _claim(database, "desk", "me", seconds=60)
    assert (claimed.attempts, claimed.first_attempt_at) == (1, EPOCH + 2 * SECOND)


def test_due_channels_are_those_on_which_something_can_be_sent_now(database: Database) -> None:
    """Channels that rest, are paused, or are being worked on are left in peace; a vanished worker's channel is not."""
    _raise(database, 1, "resting", "paused", "worked_on", "abandoned", "fresh", "spaced")
    now = EPOCH + SECOND
    states = {
        "resting": ChannelState(open_until=now + SECOND),
        "paused": ChannelState(paused=True),
        "spaced": ChannelState(next_send_at=now + SECOND),
    }
    with database.write() as connection:
        for name in ("resting", "paused", "worked_on", "abandoned", "spaced"):
            until = now - SECOND if name == "abandoned" else now + LEASE
            assert channels.acquire(connection, name, Lease(owner="me", until=until), now=now - LEASE)
            channels.save(connection, name, states.get(name, ChannelState()))
            if name not in {"worked_on", "abandoned"}:
                channels.release(connection, name, owner="me")
    with database.read() as connection:
        assert deliveries.due_channels(connection, now) == ("abandoned", "fresh")
        assert deliveries.due_channels(connection, now + SECOND) == ("abandoned", "fresh", "resting", "spaced")


def test_a_channel_is_leased_by_one_process_at_a_time(database: Database) -> None:
    """The next process gets the lease when it is ended or over."""
    with database.write() as connection:
        assert channels.acquire(connection, "desk", Lease(owner="me", until=EPOCH + LEASE), now=EPOCH)
        assert channels.acquire(connection, "desk", Lease(owner="me", until=EPOCH + LEASE), now=EPOCH)
        assert not channels.acquire(connection, "desk", Lease(owner="you", until=EPOCH + LEASE), now=EPOCH + SECOND)
        channels.release(connection, "desk", owner="you")
        assert not channels.acquire(connection, "desk", Lease(owner="you", until=EPOCH + LEASE), now=EPOCH + SECOND)
        channels.release(connection, "desk", owner="me")
        assert channels.acquire(connection, "desk", Lease(owner="you", until=EPOCH + LEASE), now=EPOCH + SECOND)
        assert channels.acquire(connection, "desk", Lease(owner="me", until=EPOCH + 2 * LEASE), now=EPOCH + LEASE)


def test_a_channels_state_is_kept_until_it_leads_elsewhere(database: Database) -> None:
    """A channel that its receiver has closed takes up work again once its address has changed, or when told to."""
    gone = ChannelState(failures=1, failing_since=EPOCH, paused=True, reason="HTTP 410", next_send_at=EPOCH)
    with database.write() as connection:
        here = partial(channels.acquire, connection, "desk", Lease(owner="me", until=EPOCH + LEASE), now=EPOCH)
        assert here(target=b"here") == ChannelState()
        channels.save(connection, "desk", gone)
        assert here(target=b"here") == here() == gone
        assert channels.failing(connection, since=EPOCH) == {"desk": gone}
        assert channels.failing(connection, since=EPOCH - SECOND) == {}
        assert here(target=b"there") == ChannelState(next_send_at=EPOCH)
        channels.save(connection, "desk", gone)
        assert channels.resume(connection, "desk")
        assert channels.listing(connection) == {"desk": ChannelState(next_send_at=EPOCH)}


def test_dead_letters_are_kept_and_can_be_retried(database: Database) -> None:
    """`deliveries retry` starts afresh, all 24 hours of it, and wakes a paused channel; what was delivered stays delivered."""
    _raise(database, 3, "desk")
    one, two, three = _claim(database, "desk", "me", limit=3)
    dead = DeliveryUpdate(status=DeliveryStatus.DEAD, next_attempt_at=None, error="HTTP 400")
    _settle(database, [one.id, two.id], dead, "me")
    _settle(database, [three.id], DELIVERED, "me")
    with database.write() as connection:
        channels.acquire(connection, "desk", Lease(owner="me", until=EPOCH), now=EPOCH)
        channels.save(connection, "desk", ChannelState(paused=True))
        assert deliveries.counts(connection) == {"pending": 0, "sending": 0, "delivered": 1, "held": 0, "dead": 2}
        assert deliveries.retry(connection, [one.id, three.id], now=EPOCH + 9 * SECOND) == (one.id,)
        assert not channels.load(connection, "desk").paused
        assert deliveries.retry(connection, None, now=EPOCH + 9 * SECOND) == (two.id,)
        assert deliveries.due(connection, "desk", now=EPOCH + 9 * SECOND, limit=9) == (one.id, two.id)
    assert {one.attempts for one in _all(database, DeliveryStatus.PENDING)} == {0}


def test_what_is_held_is_released_at_its_time(database: Database) -> None:
    """Quiet hours hold what is not urgent; it is due when they end."""
    with database.write() as connection:
        raise_alerts(connection, [1], ["desk"], severity=Severity.LOW)
        raise_alerts(connection, [2], ["desk"], severity=Severity.CRITICAL)
        until, now = EPOCH + 3600 * SECOND, EPOCH + SECOND
        assert deliveries.defer(connection, "desk", until=until, severities=[Severity.LOW], now=now, since=None) == 1
        assert deliveries.defer(connection, "desk", until=until, severities=[Severity.CRITICAL], now=now, since=now) == 0
        assert len(deliveries.due(connection, "desk", now=now, limit=9)) == 1
        assert deliveries.due_channels(connection, until) == ("desk",)
        assert deliveries.reclaim(connection, "desk", now) == 0
        assert deliveries.reclaim(connection, "desk", until) == 1
        assert len(deliveries.due(connection, "desk", now=until, limit=9)) == 2


def test_another_channel_takes_over_what_waits(database: Database) -> None:
    """The fallback gets each waiting alert once, in the order of the alerts; the failing channel keeps its own."""
    ids = _raise(database, 3, "desk")
    (first,) = _claim(database, "desk", "me")
    _settle(database, [first.id], DELIVERED, "me")
    with database.write() as connection:
        assert len(fallback_copies.copy_to_fallback(connection, "desk", "phone")) == 2
        assert fallback_copies.copy_to_fallback(connection, "desk", "phone") == ()
    assert [one.alert_id for one in _claim(database, "phone", "me", limit=9)] == list(ids[1:])
    assert len(_claim(database, "desk", "me", limit=9)) == 2


def test_a_channel_that_is_not_there_leaves_dead_letters(database: Database) -> None:
    """Alerts for a channel that was taken out of the configuration are kept, with the reason, not retried for ever."""
    _raise(database, 2, "old", "desk")
    with database.write() as connection:
        assert deliveries.dead_letter_all(connection, "old", "there is no channel of this name", now=EPOCH) == 2
    assert {(one.channel, one.last_error) for one in _all(database, DeliveryStatus.DEAD)} == {
        ("old", "there is no channel of this name")
    }


def test_a_recovered_channel_is_not_kept_waiting(database: Database) -> None:
    """Once a receiver is back, retries that would be due in an hour go out with the rest, in order."""
    _raise(database, 2, "desk")
    (first,) = _claim(database, "desk", "me")
    later = DeliveryUpdate(status=DeliveryStatus.PENDING, next_attempt_at=EPOCH + 3600 * SECOND, error="HTTP 500")
    _settle(database, [first.id], later, "me")
    with database.write() as connection:
        assert deliveries.make_due(connection, "desk", now=EPOCH + 5 * SECOND) == 1
    assert _claim(database, "desk", "me", seconds=5)[0].id == first.id


def test_what_was_not_tried_goes_back_untouched(database: Database) -> None:
    """A batch that ends early costs the messages that were not sent no attempt."""
    _raise(database, 2, "desk")
    assert len(_claim(database, "desk", "me", limit=2)) == 2
    with database.write() as connection:
        assert deliveries.release_all(connection, owner="me") == 2
    assert [one.attempts for one in _claim(database, "desk", "you", limit=2)] == [0, 0]


def test_every_attempt_is_stored(database: Database) -> None:
    """Time, status, duration and answer of each try can be read, the first one first."""
    _raise(database, 1, "desk")
    (one,) = _claim(database, "desk", "me")
    failed = AttemptResult(outcome=Outcome.FAILED, at=EPOCH, duration_s=0.5, http_status=503, answer="busy")
    lost = AttemptResult(outcome=Outcome.FAILED, at=EPOCH + SECOND, duration_s=10, reason="no answer within 10 s")
    with database.write() as connection:
        attempts.record(connection, [(one.id, lost), (one.id, failed)])
        found = attempts.of(connection, one.id)
    assert [(r.at, r.http_status, r.duration_s, r.answer) for r in found] == [
        (EPOCH, 503, 0.5, "busy"),
        (EPOCH + SECOND, None, 10, "no answer within 10 s"),
    ]


def test_a_silence_lasts_as_long_as_it_was_set_for(database: Database) -> None:
    """A silence set by command is in force until its end or until it is lifted."""
    with database.write() as connection:
        silences.add(connection, term="Rafah", until=EPOCH + 60 * SECOND, now=EPOCH, reason="known")
        silences.add(connection, tag="gaza", until=EPOCH + 90 * SECOND, now=EPOCH)
        assert [(one.term, one.tag, one.until) for one in silences.active(connection, EPOCH)] == [
            ("Rafah", None, EPOCH + 60 * SECOND),
            (None, "gaza", EPOCH + 90 * SECOND),
        ]
        assert [one.tag for one in silences.active(connection, EPOCH + 60 * SECOND)] == ["gaza"]
        assert silences.lift(connection, tag="gaza") == 1
        assert silences.active(connection, EPOCH + 60 * SECOND) == ()
        assert silences.prune(connection, EPOCH + 61 * SECOND, 1000) == 1
        assert silences.listing(connection, EPOCH) == ()


def test_a_fallback_is_told_once_however_long_its_channel_is_away(database: Database) -> None:
    """Retention keeps what was told there as long as the same alert still waits; with the original, the copy goes too."""
    (alert,) = _raise(database, 1, "desk")
    later = EPOCH + timedelta(days=400)
    with database.write() as connection:
        (copy,) = fallback_copies.copy_to_fallback(connection, "desk", "phone")
    _claim(database, "phone", "p")
    _settle(database, [copy], DELIVERED, "p")
    with database.write() as connection:
        assert fallback_copies.prune(connection, later, 99) == 0
        assert fallback_copies.copy_to_fallback(connection, "desk", "phone") == ()
    (original,) = [one.id for one in _all(database) if one.channel == "desk"]
    _claim(database, "desk", "q")
    _settle(database, [original], DELIVERED, "q")
    with database.write() as connection:
        assert fallback_copies.prune(connection, later, 99) == 2
        (again,) = deliveries.create(connection, alert, ("phone",), now=EPOCH)
    assert again == copy, "the id follows from the alert and the channel"


def test_a_report_of_what_was_held_back_goes_to_the_fallback_too(database: Database) -> None:
    """Once, and not again after retention while it waits on its own channel."""
    data = {"part": 1, "parts": 1, "total": 1, "events": []}
    with database.write() as connection:
        holds.send_report(
            connection, report_id=DeliveryId("r-1"), channel="desk", severity=Severity.HIGH, data=data, now=EPOCH, quiet_until=None
        )
        (copy,) = fallback_copies.copy_to_fallback(connection, "desk", "phone")
        assert fallback_copies.copy_to_fallback(connection, "desk", "phone") == ()
    (claimed,) = _claim(database, "phone", "p")
    assert (claimed.kind, claimed.data) == ("held.report", data)
    _settle(database, [copy], DELIVERED, "p")
    with database.write() as connection:
        assert fallback_copies.prune(connection, EPOCH + timedelta(days=400), 99) == 0
        assert fallback_copies.copy_to_fallback(connection, "desk", "phone") == ()
