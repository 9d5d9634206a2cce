"""Put on its way that a burst has begun, has grown or is over.

Programs get the events that they name; people get one message, which changes with the burst where the service allows it. Everything happens in the
caller's transaction, in which the burst is stored as well; the ids of the deliveries follow from the burst.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from monitor.domain.delivery import BURST_ENDED, BURST_STARTED, BURST_UPDATED
from monitor.domain.ids import StoryId
from monitor.domain.story_message import FollowUp
from monitor.domain.story_update import StoryChange
from monitor.domain.trend import StoredBurst, burst_record
from monitor.domain.watch import Severity, Term
from monitor.settings.channels import Event, takes
from monitor.settings.model import Settings
from monitor.storage import story_deliveries
from monitor.storage.engine import Connection
from workers.alerts.routing import channels_for
from workers.channels.registry import kind_of

_EVENTS = {BURST_STARTED: Event.BURST_STARTED, BURST_ENDED: Event.BURST_ENDED}


def announce_burst(
    connection: Connection, settings: Settings, burst: StoredBurst, kind: str, titles: Mapping[str, str], *, now: datetime
) -> tuple[str, ...]:
    """Add a delivery for each channel that hears of the burst, and return their names. `titles` are those of its newest stories, by id."""
    severity = burst_severity(settings, burst)
    data = burst_data(settings, burst, severity, titles)
    people = set(channels_for_people(settings, burst, severity))
    told = []
    for name, channel in settings.channels.items():
        channel_kind = kind_of(channel)
        if not channel_kind.limits.digests:
            wanted = kind in _EVENTS and takes(channel, _EVENTS[kind])
            change = StoryChange.DEVELOPED
        else:
            edits = channel_kind.follow_up(channel) is FollowUp.EDIT
            wanted = name in people and (kind == BURST_STARTED or edits)
            change = StoryChange.DEVELOPED if kind == BURST_STARTED else StoryChange.GREW
        if wanted:
            rank = severity.rank if change is StoryChange.DEVELOPED else story_deliveries.EDIT_RANK
            story_deliveries.add(
                connection,
                name,
                StoryId(burst.id),
                change,
                told=(kind, str(burst.peak) if kind == BURST_UPDATED else ""),
                notice={"type": kind, "data": data},
                rank=rank,
                due=now,
                now=now,
            )
            told.append(name)
    return tuple(told)


def burst_data(settings: Settings, burst: StoredBurst, severity: Severity, titles: Mapping[str, str]) -> dict[str, Any]:
    """Return the `data` of the events of a burst."""
    term = _term(settings, burst)
    links = {} if settings.public_url is None else {"links": {"trends": f"{settings.public_url.rstrip('/')}/trends"}}
    return {
        "burst": {**burst_record(burst), "severity": severity, "tags": list(term.tags) if term else []},
        "stories": [{"id": story_id, "title": title} for story_id, title in titles.items()],
        **links,
    }


def burst_severity(settings: Settings, burst: StoredBurst) -> Severity:
    """Return how important a burst is: as its term says, or as `trends` does."""
    term = _term(settings, burst)
    if term is None or term.burst is None:
        return settings.trends.severity
    return term.burst.severity or term.severity


def channels_for_people(settings: Settings, burst: StoredBurst, severity: Severity) -> tuple[str, ...]:
    """Return the channels that are told of a burst, whatever their kind: those of `trends.notify`, and those of the term's `burst`."""
    term, named = _term(settings, burst), list(settings.trends.notify)
    if term is not None and term.burst is not None:
        named += term.burst.channels or channels_for(
            severity, term.tags, term.channels, settings.routes, settings.channels, term=term.name
        )
    return tuple(dict.fromkeys(named))


def _term(settings: Settings, burst: StoredBurst) -> Term | None:
    return next((term for term in settings.terms if term.name == burst.series.name), None)
