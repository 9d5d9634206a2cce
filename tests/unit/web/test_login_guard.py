"""How guessing tokens is slowed and locked out."""

from __future__ import annotations

import pytest

from monitor.web.login_guard import BETWEEN_S, FREE, LOCKED_AFTER, LOCKED_S, LoginGuard
from monitor.web.responses import ApiError


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the seconds that have passed."""
        return self.now


def _judged(guard: LoginGuard) -> bool:
    try:
        guard.check()
    except ApiError:
        return False
    guard.failed("203.0.113.7")
    return True


@pytest.mark.parametrize("every_s", [0.0, 0.001, 0.1])
def test_however_fast_one_guesses_few_are_judged(every_s: float) -> None:
    """A few at once, then one at a time, then none for a while; never more than one a second in the long run."""
    clock = Clock()
    guard = LoginGuard(clock)
    judged = 0
    for _ in range(int(60 / max(every_s, 0.01))):
        judged += _judged(guard)
        clock.now += max(every_s, 0.01)
    assert FREE < judged <= LOCKED_AFTER + 60 / LOCKED_S


def test_the_lock_ends_and_the_right_token_forgets_the_wrong_ones() -> None:
    """Asking while it lasts does not make it longer."""
    clock = Clock()
    guard = LoginGuard(clock)
    for _ in range(LOCKED_AFTER):
        assert _judged(guard)
        clock.now += BETWEEN_S
    assert not _judged(guard)
    clock.now += LOCKED_S
    guard.check()
    guard.worked()
    assert [_judged(guard) for _ in range(FREE)] == [True] * FREE
