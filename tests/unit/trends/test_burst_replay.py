"""Bursts are found again in what is stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from workers.analysis.burst_replay import BurstReplay

START = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


def filled(*, extra: int) -> BurstReplay:
    """Return ten days of twelve stories an hour, every 36th of them on Rafah, with so many more in one hour of the ninth."""
    rng, replay = Random(3), BurstReplay()
    for number in range(240 * 12):
        replay.add(f"s{number}", START + (number // 12 + rng.random()) * HOUR, ("Rafah",) if number % 36 == 0 else ())
    for number in range(extra):
        replay.add(f"x{number}", START + (200 + number / extra) * HOUR, ("Rafah",))
    return replay


def test_a_burst_is_found_where_it_was() -> None:
    """Once, with its end; a quiet fortnight has none, and nothing has none."""
    (burst,) = filled(extra=14).records()
    assert (burst["kind"], burst["name"]) == ("term", "Rafah")
    assert "2026-03-10T08" <= burst["started_at"] < "2026-03-10T09:00"
    assert burst["started_at"] < burst["ended_at"] < "2026-03-10T20"
    assert filled(extra=0).records() == []
    assert BurstReplay().records() == []


def test_a_story_counts_once_and_when_it_is_young() -> None:
    """Copies are no burst, nor are old stories that a term comes to late."""
    replay = filled(extra=1)
    for minute in range(50):
        replay.add("x0", START + 200 * HOUR + timedelta(minutes=minute), ("Rafah",))
        replay.add(f"s{minute}", START + 200 * HOUR + timedelta(minutes=minute), ("Rafah",))
    assert replay.records() == []
