"""When every host fails at once, it is us."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.domain.uplink import Uplink

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def after(*polls: tuple[str, bool, bool]) -> Uplink:
    """The state after polls of feeds: name, whether its host was reached, whether it worked before."""
    state = Uplink()
    for name, reached, worked in polls:
        state = state.after(name, reached=reached, worked_before=worked, now=NOW)
    return state


def test_three_feeds_that_worked_fail_in_a_row() -> None:
    """Our own connection is away from the first failure on, and back with the first answer."""
    away = after(("a", False, True), ("b", False, True), ("c", False, True))
    assert away.is_away
    assert away.since == NOW
    assert not away.after("d", reached=True, worked_before=False, now=NOW).is_away


def test_any_answer_in_between_shows_that_we_are_connected() -> None:
    """Failures on both sides of it do not add up."""
    assert not after(("a", False, True), ("b", False, True), ("c", True, True), ("d", False, True)).is_away


def test_feeds_that_were_failing_anyway_show_nothing() -> None:
    """Nor does one that fails three times."""
    assert not after(("a", False, False), ("b", False, False), ("c", False, False)).is_away
    assert not after(("a", False, True), ("a", False, True), ("a", False, True)).is_away
