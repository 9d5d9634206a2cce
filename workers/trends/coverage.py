"""Estimate by mark and recapture how many stories all sources miss. Pure.

Each independent origin is a list on which a story stands or not. What several lists have in common tells how much none of them has. Lists differ in how much they
have, and stories in how widely they are told: both are fitted, since leaving out the second makes every coverage look better than it is. A list has a story with
probability 1 - exp(-size * reach), reach being log-normal. The interval is that of the profile likelihood.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Final

LEAST_STORIES: Final = 30
LEAST_SHARED: Final = 10
"""Stories of two origins or more: with fewer, nothing can be told."""
LEAST_ORIGINS: Final = 3
WIDEST: Final = 0.4
"""An interval wider than this tells nothing."""
_CUTOFF: Final = 3.3
"""Half of the 99 % quantile of chi-square with one degree of freedom: origins have beats, which the model does not know, and 95 % would hold too seldom."""
_SPREADS: Final = (0.0, 0.4, 0.8, 1.2, 1.6)
_NODES: Final = 16
_COUNTED: Final = 5
"""Stories of more origins than this are counted together: they tell little of those that nobody has."""
_OWN: Final = 0.15
"""Lists with a smaller share of the stories are taken together, as a Poisson number."""
_STEP: Final = 0.93
"""By which the coverage falls from one candidate to the next."""
_LEAST_COVERAGE: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How many stories were seen, of which `shared` by two origins or more.

    `share` is the estimated part of all stories, with its interval; None where it cannot be told, for `reason`.
    """

    stories: int
    origins: int
    shared: int
    share: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str | None = None


def estimate_coverage(histories: Sequence[Collection[str]]) -> Coverage:
    """Estimate which part of all stories was seen; each history names the origins of a story."""
    seen = [frozenset(history) for history in histories if history]
    lists = Counter(name for history in seen for name in history)
    shared = sum(len(history) > 1 for history in seen)
    found = Coverage(stories=len(seen), origins=len(lists), shared=shared)
    reason = _too_little(found)
    if reason is not None:
        return _untold(found, reason)
    counts = Counter(min(len(history), _COUNTED + 1) for history in seen)
    likelihoods = tuple(_profile(len(seen), tuple(lists.values()), counts))
    best = max(likelihoods, key=lambda one: one[1])
    inside = [share for share, likelihood in likelihoods if likelihood >= best[1] - _CUTOFF]
    low, high = min(inside) * math.sqrt(_STEP), min(max(inside) / math.sqrt(_STEP), 1.0)
    if high - low > WIDEST or low <= _LEAST_COVERAGE:
        return _untold(found, "the origins have too few stories in common for an estimate")
    return Coverage(stories=found.stories, origins=found.origins, shared=shared, share=best[0], low=low, high=high)


def _untold(found: Coverage, reason: str) -> Coverage:
    return Coverage(stories=found.stories, origins=found.origins, shared=found.shared, reason=reason)


def _too_little(found: Coverage) -> str | None:
    if found.stories < LEAST_STORIES:
        return f"{found.stories} stories, {LEAST_STORIES} are needed"
    if found.origins < LEAST_ORIGINS:
        return f"{found.origins} independent origins, {LEAST_ORIGINS} are needed"
    if found.shared < LEAST_SHARED:
        return f"{found.shared} stories of more than one origin, {LEAST_SHARED} are needed"
    return None


def _profile(stories: int, lists: tuple[int, ...], counts: Counter[int]) -> Iterator[tuple[float, float]]:
    """Yield each candidate coverage with the greatest likelihood that any spread of the stories' reach gives it."""
    share, falling = 1.0, 0
    best = -math.inf
    while share > _LEAST_COVERAGE and falling < 3:
        likelihood = max(_likelihood(stories, lists, counts, share, spread) for spread in _SPREADS)
        falling = falling + 1 if likelihood < best - 3 * _CUTOFF else 0
        best = max(best, likelihood)
        yield share, likelihood
        share = share * _STEP if share < 0.75 else share - 0.01


def _likelihood(stories: int, lists: tuple[int, ...], counts: Counter[int], share: float, spread: float) -> float:
    """Return the log-likelihood of how many stories are on how many lists, if `share` of all stories is on any."""
    total, reaches = stories / share, _reaches(spread)
    sizes = [(number / total, _size(number / total, reaches)) for number in lists if number < total]
    own = [size for part, size in sizes if part >= _OWN]
    rest = sum(size for part, size in sizes if part < _OWN)
    always = len(lists) - len(sizes)
    chances = [0.0] * (_COUNTED + 1)
    for reach in reaches:
        for number, chance in enumerate(_on_lists(own, rest, reach, always)):
            chances[number] += chance / len(reaches)
    many = max(1 - sum(chances), 1e-300)
    missed = total - stories
    likelihood = math.lgamma(total + 1) - math.lgamma(missed + 1) + missed * math.log(max(chances[0], 1e-300))
    for number, found in counts.items():
        likelihood += found * math.log(max(chances[number] if number <= _COUNTED else many, 1e-300))
    return likelihood


def _on_lists(own: Sequence[float], rest: float, reach: float, always: int) -> list[float]:
    """Return the chances that a story of this reach is on 0, 1, … lists."""
    mean = rest * reach
    chances = [0.0] * (_COUNTED + 1)
    chance = math.exp(-mean)
    for number in range(always, _COUNTED + 1):
        chances[number] = chance
        chance *= mean / (number - always + 1)
    for size in own:
        without = math.exp(-size * reach)
        for number in range(_COUNTED, 0, -1):
            chances[number] = chances[number] * without + chances[number - 1] * (1 - without)
        chances[0] *= without
    return chances


def _size(part: float, reaches: Sequence[float]) -> float:
    """Return the size of a list that has this part of all stories, by Newton's method."""
    size = 0.0
    for _ in range(12):
        left = [math.exp(-size * reach) for reach in reaches]
        missing = sum(left) / len(reaches) - (1 - part)
        size += missing / max(sum(reach * one for reach, one in zip(reaches, left, strict=True)) / len(reaches), 1e-9)
        if abs(missing) < 1e-6:
            break
    return size


@cache
def _reaches(spread: float) -> tuple[float, ...]:
    """Return reaches that stand for equal parts of the stories; their mean is 1."""
    if spread == 0:
        return (1.0,)
    values = [math.exp(spread * NormalDist().inv_cdf((place + 0.5) / _NODES)) for place in range(_NODES)]
    return tuple(value * _NODES / sum(values) for value in values)
