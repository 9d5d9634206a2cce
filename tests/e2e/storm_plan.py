"""What a storm does and when: everything follows from the seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

ROLES = ("scheduler", "scan-worker", "deliver-worker", "valkey-server")
ANYWHERE = ("kill", "freeze", "wipe", "cramp", "scramble", "receiver-refuses", "receiver-forgets", "feeds-fail", "feeds-cut")
"""Blows on any database; the names say what `Storm` does."""
ON_POSTGRES = ("cut-connections", "read-only")
_LONGEST_S = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    """One blow: `at_s` after the start, on a role if it concerns one, undone after `lasts_s`."""

    at_s: float
    name: str
    role: str
    lasts_s: float


def plan(seed: int, seconds: float, *, postgres: bool, every_s: float = 2.0) -> tuple[Blow, ...]:
    """Return the blows of a storm. Each kind comes once before any comes again."""
    rng = Random(seed)
    names: Sequence[str] = (*ANYWHERE, *(ON_POSTGRES if postgres else ()))
    blows, at_s, left = [], 0.0, list[str]()
    while (at_s := at_s + rng.uniform(0.2, 2.0) * every_s) < seconds:
        if not left:
            left = rng.sample(names, len(names))
        blows.append(Blow(at_s=at_s, name=left.pop(), role=rng.choice(ROLES), lasts_s=rng.uniform(0.3, _LONGEST_S)))
    return tuple(blows)
