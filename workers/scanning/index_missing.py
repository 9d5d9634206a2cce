"""Index the articles of the last days that are not in the index: once, after a version whose index was another."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.domain.article import Article
from monitor.logs import get_logger
from monitor.settings.model import StoriesSettings
from monitor.storage import statements, stories
from monitor.storage.engine import Database
from monitor.storage.statements import IndexedStatement
from workers.scanning.background import BatchCounts, read_statements
from workers.scanning.relate_statement import indexed_statement
from workers.stories.index_keys import index_keys
from workers.stories.statement import Statement

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
                counts.add(read[article.id])
            statements.index(connection, [_indexed(article, read[article.id].statement) for article in missing])
            counts.save(connection, now)
        indexed += len(missing)
        if len(missing) < _AT_A_TIME:
            break
    if indexed:
        get_logger().info("stories.indexed", articles=indexed)
    return indexed


def _indexed(article: Article, statement: Statement) -> IndexedStatement:
    return indexed_statement(article, statement, index_keys(statement))
