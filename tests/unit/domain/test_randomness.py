"""Chance: seeded for a simulation, and ids that sort by time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from monitor.domain import randomness
from monitor.domain.virtual_clock import VirtualClock

NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[VirtualClock]:
    """A clock that the ids of this test go by."""
    clock = VirtualClock(NOW)
    randomness.use(Random(1), clock)
    yield clock
    randomness.use_system()


def test_a_seed_gives_the_same_choices(clock: VirtualClock) -> None:
    """All of them."""
    drawn = (randomness.jitter(), randomness.token(), randomness.uuid7())
    randomness.use(Random(1), clock)
    assert (randomness.jitter(), randomness.token(), randomness.uuid7()) == drawn


def test_an_id_tells_its_time(clock: VirtualClock) -> None:
    """To the millisecond, in the place where RFC 9562 has it."""
    made = randomness.uuid7()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == int(NOW.timestamp() * 1000)
    clock.advance(seconds=1)
    assert randomness.uuid7().int >> 80 == int(NOW.timestamp() * 1000) + 1000


def test_ids_grow_in_the_same_instant_and_when_the_clock_goes_back(clock: VirtualClock) -> None:
    """Order by id is order of making."""
    made = [randomness.uuid7() for _ in range(10_000)]
    clock.advance_to(NOW - timedelta(hours=1))
    made += [randomness.uuid7() for _ in range(100)]
    assert made == sorted(set(made))
