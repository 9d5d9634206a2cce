"""Who is told of an alert."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from monitor.domain.watch import Severity
from monitor.settings.model import RouteSettings


def channels_for(
    severity: Severity,
    tags: Collection[str],
    term_channels: Sequence[str] | None,
    routes: Iterable[RouteSettings],
    channels: Iterable[str],
    *,
    term: str,
) -> tuple[str, ...]:
    """The channels of an alert: those its term names, else those of the first route that fits, else all.

    With routes, an alert that fits none of them goes nowhere but is kept. Without any route it goes to every channel.
    """
    if term_channels is not None:
        return tuple(dict.fromkeys(term_channels))
    rules = tuple(routes)
    for rule in rules:
        if _fits(rule, severity, tags, term):
            return tuple(dict.fromkeys(rule.channels))
    return () if rules else tuple(channels)


def _fits(rule: RouteSettings, severity: Severity, tags: Collection[str], term: str) -> bool:
    """Every part that the rule states holds; its tags admit an alert that has any of them."""
    return (
        (rule.min_severity is None or severity.rank >= rule.min_severity.rank)
        and (not rule.tags or not set(rule.tags).isdisjoint(tags))
        and (not rule.terms or term in rule.terms)
    )
