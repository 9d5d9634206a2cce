"""Which tokens and secrets are refused because they can be guessed."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from random import Random

import pytest

from monitor.settings.secret_strength import weakness


@pytest.mark.parametrize(
    "weak",
    [
        "a",
        "1234",
        "password",
        "fifteen-letters",
        "a" * 24,
        "abcabcabcabcabcabc",
        "1234567890123456",
        "abcdefghijklmnopqrst",
        "0123456789abcdef",
    ],
)
def test_what_can_be_guessed_is_refused_with_advice(weak: str) -> None:
    """Too short, repeated, or counted up; the refusal does not quote it."""
    said = weakness(weak)
    assert said is not None
    assert "openssl" in said


@pytest.mark.parametrize("length", [8, 12, 24])
def test_random_ones_are_good(length: int) -> None:
    """What generators make is taken, but for the one in thousands that has hardly any digits."""
    rng = Random(length)
    assert [one for one in (rng.randbytes(length).hex() for _ in range(200)) if weakness(one)] == []
    assert [one for one in (urlsafe_b64encode(rng.randbytes(length + 4)).decode() for _ in range(200)) if weakness(one)] == []
