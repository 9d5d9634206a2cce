"""Who is told of an alert."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from monitor.domain.watch import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A rule of `routes:`. An empty part admits everything; tags admit an alert that has any of them."""

    channels: tuple[str, ...]
    min_severity: Severity = Severity.INFO
    tags: frozenset[str] = frozenset()


def channels_for(
    severity: Severity,
    tags: Collection[str],
    term_channels: Sequence[str] | None,
    routes: Iterable[Route],
    channels: Iterable[str],
) -> tuple[str, ...]:
    """The channels of an alert: those its term names, else those of the first route that matches, else all.

    With routes, an alert that none of them matches goes nowhere but is kept. Without any route it goes to every channel.
    """
    if term_channels is not None:
        return tuple(dict.fromkeys(term_channels))
    rules = tuple(routes)
    for rule in rules:
        if severity.rank >= rule.min_severity.rank and (not rule.tags or not rule.tags.isdisjoint(tags)):
            return tuple(dict.fromkeys(rule.channels))
    return () if rules else tuple(channels)
