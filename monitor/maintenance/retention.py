"""Delete what has been kept long enough, a bounded number of rows at a time, so that no writer waits long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from monitor.settings.model import RetentionSettings
from monitor.storage import alerts, articles, fallback_copies, silences, statements, stories, tombstones, word_statistics
from monitor.storage.engine import Connection, Database

ROWS_AT_A_TIME = 500
_MOST_ROUNDS = 200
_PASSAGES = timedelta(days=30)
"""What a source repeats is forgotten after this long without it."""

Prune = Callable[[Connection, datetime, int], int]


def prune(database: Database, retention: RetentionSettings, now: datetime, *, window: timedelta) -> None:
    """Delete articles, alerts and deliveries older than their retention. Unsettled deliveries stay, however old.

    Then the planner learns how the tables have grown. The index that finds an article's story is kept for the stories' `window` only: no article joins an older story.
    """
    steps: tuple[tuple[Prune, datetime], ...] = (
        (statements.prune, now - window),
        (word_statistics.prune, now - max(window, _PASSAGES)),
        (fallback_copies.prune, now - retention.deliveries),
        (alerts.prune, now - retention.alerts),
        (partial(articles.prune, now=now), now - retention.articles),
        (tombstones.prune, now - tombstones.SHOWN_FOR),
        (stories.prune, now - retention.articles),
        (silences.prune, now - retention.alerts),
    )
    for delete_some, before in steps:
        for _ in range(_MOST_ROUNDS):
            with database.write() as connection:
                if delete_some(connection, before, ROWS_AT_A_TIME) < ROWS_AT_A_TIME:
                    break
    database.refresh_statistics()
