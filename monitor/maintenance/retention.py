"""Retention: delete what has been kept long enough, a bounded piece at a time, so that no writer waits long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from monitor.settings.model import RetentionSettings
from monitor.storage import alerts, articles, deliveries, silences, sketches, stories
from monitor.storage.engine import Connection, Database

PIECE = 500
_MAX_PIECES = 200

Prune = Callable[[Connection, datetime, int], int]


def prune(database: Database, retention: RetentionSettings, now: datetime, *, window: timedelta) -> None:
    """Delete articles, alerts and deliveries older than their retention. What is not settled yet stays, however old.

    The index that finds an article's story is kept for the stories' `window` only: nothing older can be joined.
    """
    steps: tuple[tuple[Prune, datetime], ...] = (
        (sketches.prune, now - window),
        (deliveries.prune, now - retention.deliveries),
        (alerts.prune, now - retention.alerts),
        (articles.prune, now - retention.articles),
        (stories.prune, now - retention.articles),
        (silences.prune, now - retention.alerts),
    )
    for delete_some, before in steps:
        for _ in range(_MAX_PIECES):
            with database.write() as connection:
                if delete_some(connection, before, PIECE) < PIECE:
                    break
