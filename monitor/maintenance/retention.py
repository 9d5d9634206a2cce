"""Housekeeping: forget what retention has run out for, a bounded piece at a time, so that no writer waits long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from monitor.settings.model import RetentionSettings
from monitor.storage import silences, sketches, stories
from monitor.storage.engine import Database
from monitor.storage.tables import alerts, articles, deliveries, scans

PIECE = 500
_MAX_PIECES = 200

Prune = Callable[[Connection, datetime], int]


def tidy(database: Database, retention: RetentionSettings, now: datetime, *, window: timedelta) -> None:
    """Delete articles, alerts and deliveries older than their retention. What is not settled yet stays, however old.

    What finds an article's story is kept for the stories' `window` only: nothing older can be joined.
    """
    for prune, before in (
        (_prune_sketches, now - window),
        (_prune_deliveries, now - retention.deliveries),
        (_prune_alerts, now - retention.alerts),
        (_prune_articles, now - retention.articles),
        (_prune_stories, now - retention.articles),
        (silences.expire, now - retention.alerts),
    ):
        for _ in range(_MAX_PIECES):
            with database.write() as connection:
                if prune(connection, before) < PIECE:
                    break


def _prune_deliveries(connection: Connection, before: datetime) -> int:
    old = select(deliveries.c.id).where(deliveries.c.settled_at < before).limit(PIECE)
    return connection.execute(delete(deliveries).where(deliveries.c.id.in_(old))).rowcount


def _prune_alerts(connection: Connection, before: datetime) -> int:
    unsettled = select(deliveries.c.id).where(deliveries.c.alert_id == alerts.c.id, deliveries.c.settled_at.is_(None)).exists()
    old = select(alerts.c.id).where(alerts.c.created_at < before, ~unsettled).limit(PIECE)
    return connection.execute(delete(alerts).where(alerts.c.id.in_(old))).rowcount


def _prune_articles(connection: Connection, before: datetime) -> int:
    told = select(alerts.c.id).where(alerts.c.article_id == articles.c.id).exists()
    waiting = select(scans.c.id).where(scans.c.article_id == articles.c.id).exists()
    old = select(articles.c.id).where(articles.c.fetched_at < before, ~told, ~waiting).limit(PIECE)
    return connection.execute(delete(articles).where(articles.c.id.in_(old))).rowcount


def _prune_sketches(connection: Connection, before: datetime) -> int:
    return sketches.prune(connection, before, limit=PIECE)


def _prune_stories(connection: Connection, before: datetime) -> int:
    return stories.prune(connection, before, limit=PIECE)
