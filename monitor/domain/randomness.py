"""The only source of chance: a simulation replaces it, and the same seed then gives the same run."""

from __future__ import annotations

from random import Random, SystemRandom
from uuid import UUID

from monitor.domain.clock import SYSTEM_CLOCK, Clock

_SYSTEM = SystemRandom()


class _Source:
    """Where random numbers, and the times in ids, come from."""

    rng: Random = _SYSTEM
    clock: Clock = SYSTEM_CLOCK
    last: int = 0


_source = _Source()


def use(rng: Random, clock: Clock) -> None:
    """Take every random choice of this process from `rng` from now on, and the times in ids from `clock`."""
    _source.rng, _source.clock, _source.last = rng, clock, 0


def use_system() -> None:
    """Take random choices from the system, as at the start."""
    use(_SYSTEM, SYSTEM_CLOCK)


def jitter() -> float:
    """Return a number in [0, 1)."""
    return _source.rng.random()


def rng() -> Random:
    """Return the generator in use, for whoever draws often."""
    return _source.rng


def token() -> str:
    """Return 12 hexadecimal digits that nobody else gets."""
    return _source.rng.randbytes(6).hex()


def uuid7() -> UUID:
    """Return a UUID of version 7 (RFC 9562), greater than every earlier one of this process, also when the clock is set back."""
    microseconds = int(_source.clock.now().timestamp() * 1_000_000)
    # Milliseconds, and as RFC 9562 has it (method 3) the fraction in 12 further bits.
    ticks = (microseconds // 1000 << 12) + (microseconds % 1000 << 12) // 1000
    _source.last = ticks = max(ticks, _source.last + 1)
    version, variant = 0x7 << 76, 0b10 << 62
    return UUID(int=(ticks >> 12 << 80) | version | ((ticks & 0xFFF) << 64) | variant | _source.rng.getrandbits(62))
