"""Choose the channels of an alert."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from monitor.domain.watch import Severity, Term
from monitor.settings.model import RouteSettings, Settings


def channels_for(
    severity: Severity,
    tags: Collection[str],
    term_channels: Sequence[str] | None,
    routes: Iterable[RouteSettings],
    channels: Iterable[str],
    *,
    term: str,
) -> tuple[str, ...]:
    """Return the channels of an alert: those that its term names, else those of the first route that fits.

    If there are no routes, these are all channels; if no route fits, none: the alert is stored and sent to nobody.
    """
    if term_channels is not None:
        return tuple(dict.fromkeys(term_channels))
    rules = tuple(routes)
    for rule in rules:
        if _fits(rule, severity, tags, term):
            return tuple(dict.fromkeys(rule.channels))
    return () if rules else tuple(channels)


def routed(settings: Settings, terms: Mapping[str, Term], term: str, severity: Severity, tags: Collection[str]) -> tuple[str, ...]:
    """Return the channels to which an alert of `term` goes by the settings of now, as far as they exist; `terms` is the watch list by name."""
    own = terms[term].channels if term in terms else None
    found = channels_for(severity, tags, own, settings.routes, settings.channels, term=term)
    return tuple(name for name in found if name in settings.channels)


def _fits(rule: RouteSettings, severity: Severity, tags: Collection[str], term: str) -> bool:
    """Whether an alert satisfies every part of the rule; one of the rule's tags is enough."""
    return (
        (rule.min_severity is None or severity.rank >= rule.min_severity.rank)
        and (not rule.tags or not set(rule.tags).isdisjoint(tags))
        and (not rule.terms or term in rule.terms)
    )
