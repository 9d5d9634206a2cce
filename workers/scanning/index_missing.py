"""Index the articles of the last days that are not in the index: once, after a version whose index was another."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.logs import get_logger
from monitor.settings.model import StoriesSettings
from monitor.storage import statements, stories
from monitor.storage.engine import Database
from workers.scanning.background import BatchCounts, read_statements
from workers.scanning.relate_statement import store_statement

_AT_A_TIME = 200
_MOST = 20_000


def index_missing(database: Database, settings: StoriesSettings, *, now: datetime) -> int:
    """Index the articles of the stories' window that have a story and are not in the index; return how many.

    They keep their stories and raise nothing; later statements find them.
    """
    indexed = 0
    since = now - max(settings.window, timedelta())
    while indexed < _MOST:
        with database.write() as connection:
            stories.lock(connection)
            missing = statements.unindexed(connection, since, _AT_A_TIME)
            read = read_statements(connection, missing)
            counts = BatchCounts()
            for article in missing:
                store_statement(connection, article, read[article.id].statement)
                counts.add(read[article.id])
            counts.save(connection, now)
        indexed += len(missing)
        if len(missing) < _AT_A_TIME:
            break
    if indexed:
        get_logger().info("stories.indexed", articles=indexed)
    return indexed
