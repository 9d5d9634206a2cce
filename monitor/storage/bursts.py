"""Store what is usual of each series and the bursts, and read which stories have come to which series."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, func, or_, select, update

from monitor.domain.alert import Reason
from monitor.domain.trend import Series, SeriesKind, SeriesStory, StoredBurst
from monitor.storage.chunks import parts
from monitor.storage.dialect import insert, upsert
from monitor.storage.locks import serialise
from monitor.storage.tables import alerts, bursts, deliveries, series_baselines, stories

YOUNG: Final = timedelta(hours=24)
"""A story counts for a series when it comes to it within this time: what an old one says besides is no sign of a burst."""
_VOLUME: Final = "volume"


def lock(connection: Connection) -> None:
    """Let one process at a time follow the series."""
    serialise(connection, "bursts")


def term_stories(connection: Connection, since: datetime) -> tuple[SeriesStory, ...]:
    """Return which stories have come to which watch terms since `since`, each once, the earliest first."""
    story = func.coalesce(stories.c.merged_into, stories.c.id)
    at = func.min(alerts.c.created_at, type_=alerts.c.created_at.type)
    query = (
        select(alerts.c.term, story.label("story"), at.label("at"), func.min(stories.c.created_at, type_=at.type).label("begun"))
        .join_from(alerts, stories, stories.c.id == alerts.c.story_id)
        .where(alerts.c.created_at >= since, alerts.c.reason != Reason.JOINED.value)
        .group_by(alerts.c.term, story)
        .order_by("at")
    )
    return tuple(
        SeriesStory(series=Series(kind=SeriesKind.TERM, name=row.term), story_id=row.story, at=row.at)
        for row in connection.execute(query)
        if row.at - row.begun < YOUNG
    )


def stories_begun(connection: Connection, since: datetime) -> dict[datetime, int]:
    """Return how many stories began in each minute since `since`."""
    found: dict[datetime, int] = {}
    query = select(stories.c.created_at).where(
        stories.c.last_article_at >= since - YOUNG, stories.c.created_at >= since, stories.c.merged_into.is_(None)
    )
    for created_at in connection.execute(query).scalars():
        minute = created_at.replace(second=0, microsecond=0)
        found[minute] = found.get(minute, 0) + 1
    return found


def newest_story(connection: Connection) -> datetime | None:
    """Return when an alert was last raised: before that, nothing can have changed."""
    found: datetime | None = connection.execute(select(func.max(alerts.c.created_at))).scalar_one()
    return found


def volume(connection: Connection) -> dict[str, Any] | None:
    """Return what is stored of the volume of all stories; None at first."""
    return _data(connection, [(_VOLUME, "")]).get((_VOLUME, ""))


def baselines(connection: Connection, wanted: Collection[Series]) -> dict[Series, dict[str, Any]]:
    """Return what is stored of these series; those never counted are left out."""
    found = _data(connection, [(one.kind, one.name) for one in wanted])
    return {one: found[one.kind, one.name] for one in wanted if (one.kind, one.name) in found}


def save_baselines(connection: Connection, volume: dict[str, Any], changed: Mapping[Series, dict[str, Any]]) -> None:
    """Store the volume and the baselines of these series."""
    rows = [{"kind": one.kind.value, "name": one.name, "data": data} for one, data in changed.items()]
    connection.execute(
        upsert(connection, series_baselines, changed=("data",)), [{"kind": _VOLUME, "name": "", "data": volume}, *rows]
    )


def active(connection: Connection) -> tuple[StoredBurst, ...]:
    """Return the bursts that have not ended, oldest first."""
    query = select(bursts).where(bursts.c.ended_at.is_(None)).order_by(bursts.c.started_at, bursts.c.id)
    return tuple(map(_burst, connection.execute(query)))


def listing(connection: Connection, since: datetime, limit: int = 200) -> tuple[StoredBurst, ...]:
    """Return the bursts that go on, and those that ended since `since`, the newest first."""
    query = select(bursts).where(or_(bursts.c.ended_at.is_(None), bursts.c.ended_at >= since))
    return tuple(map(_burst, connection.execute(query.order_by(bursts.c.started_at.desc(), bursts.c.id).limit(limit))))


def begin(connection: Connection, burst: StoredBurst) -> bool:
    """Store a burst and return True; False if it is there already."""
    query = insert(connection, bursts).values(_row(burst)).on_conflict_do_nothing().returning(bursts.c.id)
    return connection.execute(query).scalar_one_or_none() is not None


def change(connection: Connection, burst: StoredBurst) -> None:
    """Store the peak and the end of a burst."""
    connection.execute(update(bursts).where(bursts.c.id == burst.id).values(_row(burst)))


def message_of(connection: Connection, channel: str, burst_id: str) -> str | None:
    """Return the receiver's name for the message of a burst on a channel."""
    found: str | None = connection.execute(
        select(deliveries.c.reference)
        .where(deliveries.c.story_id == burst_id, deliveries.c.channel == channel, deliveries.c.reference.is_not(None))
        .order_by(deliveries.c.settled_at.desc())
        .limit(1)
    ).scalar_one_or_none()
    return found


def is_burst(connection: Connection, story_id: str) -> bool:
    """Whether this id is that of a burst."""
    return connection.execute(select(bursts.c.id).where(bursts.c.id == story_id)).scalar_one_or_none() is not None


def _data(connection: Connection, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for kind in sorted({kind for kind, _ in keys}):
        for some in parts(sorted(name for one, name in keys if one == kind)):
            rows = connection.execute(
                select(series_baselines).where(and_(series_baselines.c.kind == kind, series_baselines.c.name.in_(some)))
            )
            found |= {(row.kind, row.name): row.data for row in rows}
    return found


def _row(burst: StoredBurst) -> dict[str, Any]:
    return {
        "id": burst.id,
        "kind": burst.series.kind.value,
        "name": burst.series.name,
        "started_at": burst.started_at,
        "ended_at": burst.ended_at,
        "hours": burst.hours,
        "stories": burst.stories,
        "usual": burst.usual,
        "score": burst.score,
        "peak": burst.peak,
        "peak_at": burst.peak_at,
        "shown": burst.shown,
        "shown_at": burst.shown_at,
    }


def _burst(row: Row[Any]) -> StoredBurst:
    values = dict(row._mapping)  # noqa: SLF001 - the documented way to read a row by name
    series = Series(kind=SeriesKind(values.pop("kind")), name=values.pop("name"))
    return StoredBurst(series=series, **values)
