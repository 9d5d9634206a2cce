"""Keep the canaries apart from what users see, and remember how far the last one came."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select

from monitor.domain.canary import CANARY_ADDRESS, CANARY_CHANNEL, CanaryStage, CanaryState
from monitor.domain.ids import ArticleId
from monitor.storage import probes
from monitor.storage.tables import appearances, articles, deliveries

Stage = Literal["stored", "scanned", "received"]


def of_users() -> ColumnElement[bool]:
    """Return the condition that an article is none of ours."""
    return or_(articles.c.feed_url.is_(None), articles.c.feed_url != CANARY_ADDRESS)


def underway(connection: Connection) -> int:
    """Return how many canaries are stored among the articles."""
    return connection.execute(select(func.count()).where(appearances.c.origin_id == CANARY_ADDRESS)).scalar_one()


def passed(connection: Connection, stage: Stage, round_id: str, now: datetime) -> None:
    """Store that a canary has passed a stage."""
    probes.record(connection, f"canary {stage}", {"round": round_id}, now)


def state(connection: Connection) -> CanaryState:
    """Return how far the last canaries came."""
    return CanaryState(
        stored=_stage(connection, "stored"), scanned=_stage(connection, "scanned"), received=_stage(connection, "received")
    )


def remove(connection: Connection, article_ids: list[ArticleId]) -> None:
    """Delete the articles of canaries."""
    connection.execute(delete(articles).where(articles.c.id.in_(article_ids), articles.c.feed_url == CANARY_ADDRESS))


def remove_all(connection: Connection) -> None:
    """Delete what is left of all canaries, those on their way too."""
    connection.execute(delete(articles).where(articles.c.feed_url == CANARY_ADDRESS))
    connection.execute(delete(deliveries).where(deliveries.c.channel == CANARY_CHANNEL))


def _stage(connection: Connection, stage: Stage) -> CanaryStage | None:
    found = probes.load(connection, f"canary {stage}")
    return None if found is None else CanaryStage(round_id=found.data["round"], at=found.at)
