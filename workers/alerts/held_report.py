"""Write the report of what was held back: one line for each story, or for each source over its budget, worst first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from monitor.domain.alert import HeldAlert, Suppression, ToldStory
from monitor.domain.ids import AlertId, DeliveryId, derived_id
from monitor.domain.times import rfc3339
from monitor.domain.watch import Severity

MAX_BYTES = 18_000
"""JSON of the events in one report, so that a webhook's body stays within its 20 KB."""
_TITLE, _SOURCE, _URL, _TERMS, _FACTS = 300, 100, 1500, 10, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldEvent:
    """One line of a report and the alerts that it stands for. `record` is what a webhook says of it."""

    alerts: tuple[AlertId, ...]
    severity: Severity
    record: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldReport:
    """One message of a report, as it is stored."""

    id: DeliveryId
    severity: Severity
    data: dict[str, Any]


def untold(held: Iterable[HeldAlert], told: Iterable[ToldStory], channel: str) -> tuple[HeldAlert, ...]:
    """Return the alerts whose story was not told on `channel` anyway: by a later alert, or by one on the same article."""
    by_story: dict[str, list[ToldStory]] = {}
    for one in told:
        if one.channel == channel:
            by_story.setdefault(one.story_id, []).append(one)
    return tuple(
        alert
        for alert in held
        if not any(
            one.at > alert.created_at or (one.at == alert.created_at and one.article_id == alert.article_id)
            for one in by_story.get(alert.story_id or "", ())
        )
    )


def held_events(held: Sequence[HeldAlert]) -> tuple[HeldEvent, ...]:
    """Return the lines of a report, worst severity first, then oldest first."""
    groups: dict[tuple[str, str], list[HeldAlert]] = {}
    for alert in held:
        over = alert.hold.reason is Suppression.BUDGET
        groups.setdefault(("source", alert.source) if over else ("story", alert.story_id or alert.id), []).append(alert)
    ordered = [sorted(group, key=_worst_first) for group in groups.values()]
    return tuple(_event(group) for group in sorted(ordered, key=lambda group: _worst_first(group[0])))


def report_parts(
    channel: str, held: Sequence[HeldAlert], *, most: int | None = None, characters: int | None = None
) -> tuple[HeldReport, ...]:
    """Return the report of these alerts in as many messages as the channel needs: at most `most` lines and `characters` in each."""
    events = held_events(held)
    if not events:
        return ()
    parts = list(_split(events, most, characters))
    since, until = min(alert.created_at for alert in held), max(alert.hold.until or alert.created_at for alert in held)
    return tuple(
        HeldReport(
            id=_report_id(channel, part),
            severity=max((event.severity for event in part), key=lambda severity: severity.rank),
            data={
                "since": rfc3339(since),
                "until": rfc3339(until),
                "events": [event.record for event in part],
                "total": len(events),
                "part": number,
                "parts": len(parts),
            },
        )
        for number, part in enumerate(parts, 1)
    )


def _split(events: Iterable[HeldEvent], most: int | None, characters: int | None) -> Iterator[list[HeldEvent]]:
    """Yield the events in parts, each within the limits; an event that is too large for any has a part of its own."""
    limits: list[tuple[int, Callable[[HeldEvent], int]]] = [(MAX_BYTES, _bytes)]
    if most is not None:
        limits.append((most, lambda _: 1))
    if characters is not None:
        limits.append((characters * 3 // 4, _shown_length))
    part: list[HeldEvent] = []
    sums = [0] * len(limits)
    for event in events:
        sizes = [size(event) for _, size in limits]
        if part and any(total + size > limit for total, size, (limit, _) in zip(sums, sizes, limits, strict=True)):
            yield part
            part, sums = [], [0] * len(limits)
        part.append(event)
        sums = [total + size for total, size in zip(sums, sizes, strict=True)]
    if part:
        yield part


def _event(group: Sequence[HeldAlert]) -> HeldEvent:
    """Return the line for alerts of one story, or of one source over its budget; the first is the worst."""
    worst = group[0]
    url = worst.url if worst.url and len(worst.url) <= _URL else None
    record: dict[str, Any] = {
        "alert": worst.id,
        "term": worst.term,
        "terms": list(dict.fromkeys(alert.term for alert in group))[:_TERMS],
        "severity": worst.severity,
        "title": worst.title[:_TITLE],
        "url": url,
        "source": worst.source[:_SOURCE],
        "story": worst.story_id,
        "reason": worst.hold.reason,
        "alerts": len(group),
    }
    if worst.hold.reason is not Suppression.BUDGET and (facts := dict.fromkeys(fact for alert in group for fact in alert.facts)):
        record["facts"] = [fact[:_TITLE] for fact in facts][-_FACTS:]
    if worst.links:
        record["links"] = dict(worst.links)
    return HeldEvent(alerts=tuple(alert.id for alert in group), severity=worst.severity, record=record)


def _report_id(channel: str, part: Iterable[HeldEvent]) -> DeliveryId:
    """Return an id that follows from the channel and what is told, so that the same report never has two."""
    ids = sorted(alert_id for event in part for alert_id in event.alerts)
    return DeliveryId(derived_id("held.report", channel, *ids))


def _worst_first(alert: HeldAlert) -> tuple[int, datetime, str]:
    return -alert.severity.rank, alert.created_at, alert.id


def _bytes(event: HeldEvent) -> int:
    return len(orjson.dumps(event.record)) + 1


def _shown_length(event: HeldEvent) -> int:
    """Return about how long the line is in a chat, with its link and what escaping adds."""
    record = event.record
    return min(len(record["title"]), 150) * 5 // 4 + len(record["url"] or "") + min(len(", ".join(record["terms"])), 80) + 60
