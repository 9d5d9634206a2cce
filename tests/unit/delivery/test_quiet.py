"""When a channel is not to be disturbed, and which interval a digest covers."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from monitor.domain.channel_state import digest_window, next_send_time, quiet_until

ALL = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "start", "end", "zone", "days", "until"),
    [
        ("2024-03-21T23:30", time(22), time(7), "UTC", ALL, "2024-03-22T07:00"),
        ("2024-03-21T06:59", time(22), time(7), "UTC", ALL, "2024-03-21T07:00"),
        ("2024-03-21T07:00", time(22), time(7), "UTC", ALL, None),
        ("2024-03-21T21:59", time(22), time(7), "UTC", ALL, None),
        ("2024-03-21T12:30", time(12), time(13), "UTC", ALL, "2024-03-21T13:00"),
        ("2024-03-21T21:30", time(22), time(7), "Europe/Berlin", ALL, "2024-03-22T06:00"),
        ("2024-03-21T23:30", time(22), time(7), "UTC", ("fri",), None),
        ("2024-03-22T03:00", time(22), time(7), "UTC", ("thu",), "2024-03-22T07:00"),
        ("2024-03-22T03:00", time(22), time(7), "UTC", ("fri",), None),
        ("2024-03-23T10:00", time(0), time(0), "UTC", ("sat", "sun"), "2024-03-24T00:00"),
        ("2024-03-31T00:30", time(22), time(7), "Europe/Berlin", ALL, "2024-03-31T05:00"),
        ("2024-10-27T00:30", time(22), time(7), "Europe/Berlin", ALL, "2024-10-27T06:00"),
    ],
)
def test_quiet_hours(now: str, start: time, end: time, zone: str, days: tuple[str, ...], until: str | None) -> None:
    """Hours are the wall clock's of their zone, over midnight and over the change to summer time, on the days they begin on."""
    found = quiet_until(_at(now), start=start, end=end, zone=zone, days=days)
    assert found == (None if until is None else _at(until))


def test_a_digest_covers_a_round_interval() -> None:
    """Hourly digests come on the hour."""
    assert digest_window(_at("2024-03-21T08:17"), timedelta(hours=1)) == (_at("2024-03-21T08:00"), _at("2024-03-21T09:00"))
    assert digest_window(_at("2024-03-21T08:00"), timedelta(days=1)) == (_at("2024-03-21T00:00"), _at("2024-03-22T00:00"))


def test_messages_are_spaced_at_the_channels_rate() -> None:
    """Two a second are half a second apart; no rate, no space."""
    now = _at("2024-03-21T08:00")
    assert next_send_time(now, 2.0) == now + timedelta(milliseconds=500)
    assert next_send_time(now, None) is None
