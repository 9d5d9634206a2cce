"""Say whether silence means that nothing happened, or that nothing was watched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from monitor.domain.readiness import NEEDED
from monitor.domain.rhythm import Rhythm, observe
from monitor.domain.source import SourceStatus
from monitor.domain.times import age, rfc3339
from monitor.sources.registry import source_health
from monitor.sources.source import HealthRequest
from monitor.storage import activity, archive, canary_progress
from monitor.storage.engine import Connection
from monitor.web.app_state import AppState
from workers.analysis.almost_matched import near_misses

LOOKED_BACK: Final = timedelta(days=90)
_ARTICLES: Final = 300
_MOST: Final = 10
_NO_ARTICLE_FOR: Final = timedelta(days=1)


def watched(app_state: AppState, connection: Connection, now: datetime) -> dict[str, Any]:
    """Return what was watched, and whether that can be believed: `from to sources canary_at last_article_at cannot_tell summary`."""
    readiness = app_state.health.readiness()
    health = source_health(connection, HealthRequest(settings=app_state.settings, now=now))
    alive = [one for one in health if one.status is SourceStatus.OK]
    canary = canary_progress.state(connection).received
    oldest, newest = archive.span(connection)
    until = max((one for one in (newest, canary.at if canary else None) if one is not None), default=None)
    doubts = [f"{name}: {readiness.degraded[name]}" for name in readiness.degraded if name in NEEDED or name in {"canary", "queue"}]
    if not alive:
        doubts.append(f"none of the {len(health)} sources can be read" if health else "no source is configured")
    if newest is None:
        doubts.append("no article was ever read")
    elif newest < now - _NO_ARTICLE_FOR:
        doubts.append(f"the last article was read {age(newest, now)} ago")
    return {
        "from": rfc3339(oldest),
        "to": rfc3339(until),
        "sources": {"alive": len(alive), "configured": len(health), "not_alive": [one.name for one in health if one not in alive]},
        "canary_at": rfc3339(canary.at) if canary else None,
        "last_article_at": rfc3339(newest),
        "cannot_tell": doubts,
        "summary": _summary(oldest, until, newest, canary.at if canary else None, f"{len(alive)} of {len(health)}", doubts, now),
    }


def quiet_terms(app_state: AppState, connection: Connection, now: datetime) -> list[dict[str, Any]]:
    """Return the terms that have never fired, or not for much longer than is their habit: each `term state last_alert_at alerts`."""
    times = activity.alert_times(connection, now - LOOKED_BACK)
    found = [habit_record(term.name, times.get(term.name, ()), now) for term in app_state.settings.terms]
    return [record for record in found if record["state"] != "fires"]


def quiet_term(app_state: AppState, connection: Connection, name: str, now: datetime) -> dict[str, Any]:
    """Return of one term whether it fires, and what of the newest articles it almost matched. Blocks for a second or two."""
    times = activity.alert_times(connection, now - LOOKED_BACK).get(name, ())
    newest = archive.listing(connection, limit=_ARTICLES)
    nearly = near_misses(app_state.matcher, newest, name, limit=_MOST)
    return {**habit_record(name, times, now), "nearly": nearly}


def habit_record(name: str, times: Sequence[datetime], now: datetime) -> dict[str, Any]:
    """Return `term state last_alert_at alerts`; `state` is `never`, `stopped` or `fires`, by the alerts of the last 90 days."""
    habit = observe(Rhythm(), [at.timestamp() for at in times])
    after = habit.overdue_after_s()
    stopped = after is not None and habit.last is not None and now.timestamp() > habit.last + after
    return {
        "term": name,
        "state": "never" if not times else "stopped" if stopped else "fires",
        "last_alert_at": rfc3339(max(times)) if times else None,
        "alerts": len(times),
    }


def _summary(
    oldest: datetime | None,
    until: datetime | None,
    newest: datetime | None,
    canary_at: datetime | None,
    alive: str,
    doubts: Sequence[str],
    now: datetime,
) -> str:
    if doubts:
        return f"cannot tell: {'; '.join(doubts)}"
    assert oldest is not None
    assert until is not None
    assert newest is not None
    span = f"watched from {oldest:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC"
    canary = "no canary yet" if canary_at is None else f"canary ok at {canary_at:%H:%M}"
    return f"{span}, {alive} sources alive, {canary}, last article read {age(newest, now)} ago"
