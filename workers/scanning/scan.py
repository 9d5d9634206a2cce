"""Scan a batch of articles: examine each outside any transaction, then record all in one.

In that transaction the scan is deleted, the article is related to a story, and alerts with their deliveries are stored: all of it happens, or
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.domain.alert import Alert
from monitor.domain.clock import Clock
from monitor.logs import get_logger
from monitor.storage import scans
from monitor.storage.engine import Database
from workers.scanning.background import read_statements
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.examine import ExaminedArticle, examine
from workers.scanning.load import ScanTask
from workers.scanning.record import ScanResult, record
from workers.scanning.relate_statement import StoryPlacer
from workers.scanning.statement_cache import StatementCache


def scan_batch(
    database: Database, compiled: CompiledSettings, tasks: Sequence[ScanTask], cache: StatementCache, *, clock: Clock
) -> ScanResult:
    """Examine and record these articles; log and return the alerts that were raised."""
    batch = [examined for task in tasks if (examined := _attempt(database, compiled, task)) is not None]
    if not batch:
        return ScanResult()
    with database.read() as connection:
        statements = read_statements(connection, [examined.article for examined in batch])
        read = [(examined.article, statements[examined.article.id]) for examined in batch]
        placer = StoryPlacer(connection, read, cache, compiled.settings.stories)
    with database.write() as connection:
        result = record(connection, compiled, batch, statements, placer, now=clock.now())
    for alert in result.alerts:
        _log(alert)
    return result


def _attempt(database: Database, compiled: CompiledSettings, task: ScanTask) -> ExaminedArticle | None:
    """Examine an article; None, and stored as failed, if it makes the matcher raise: the others go on, and this one is tried again."""
    try:
        return examine(compiled, task)
    except Exception as error:  # noqa: BLE001 - one article must not hold up the rest of the batch
        get_logger().error("scan.failed", article=task.article.id, error=repr(error))
        with database.write() as connection:
            scans.fail(connection, task.scan.id, repr(error))
        return None


def _log(alert: Alert) -> None:
    event = "alert.raised" if alert.suppressed is None else "alert.suppressed"
    get_logger().info(
        event,
        alert=alert.id,
        term=alert.term,
        severity=alert.severity,
        reason=alert.reason,
        title=alert.data["article"]["title"],
        source=alert.data["article"]["source"],
        url=alert.data["article"]["url"],
        **({} if alert.suppressed is None else {"suppressed": alert.suppressed}),
    )
