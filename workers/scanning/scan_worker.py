"""The work of a scan worker process: scan with the newest settings and have new alerts delivered."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from monitor.broker.queues import SCAN
from monitor.daemon import settings_reloader
from monitor.daemon.parser_client import ParserPool
from monitor.daemon.parser_protocol import Task
from monitor.daemon.periodic_task import PeriodicTask
from monitor.daemon.sandbox import limit_memory
from monitor.daemon.settings_reloader import SettingsReloader
from monitor.domain.canary import CANARY_CHANNEL
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import MonitorError
from monitor.domain.ids import ScanId
from monitor.domain.quarantined import Quarantined, QuarantineKind, quarantine_id
from monitor.domain.word_counts import WordCounts
from monitor.relay import Relay
from monitor.settings.live import LiveSettings
from monitor.settings.model import Settings
from monitor.storage import word_statistics
from monitor.storage.engine import Database
from workers.language import detector
from workers.matching.word_shares import WordShares
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.dangerous import DangerousScans, is_dangerous, put_in_quarantine
from workers.scanning.full_text import FullTextReader
from workers.scanning.index_missing import index_missing
from workers.scanning.load import ScanTask, load_tasks, read_pages
from workers.scanning.scan import scan_batch
from workers.scanning.scan_canary import is_canary, scan_canaries
from workers.scanning.statement_cache import StatementCache

MEMORY_BYTES = 650_000_000
PAGE_S = 3.0
"""Seconds of CPU time in which the article of a page must be found."""


class ScanWorker:
    """Scans articles with the newest settings that could be compiled."""

    def __init__(self, live: LiveSettings, database: Database, relay: Relay) -> None:
        self._database = database
        self._relay = relay
        self._compiled = CompiledSettings.build(live.current, shares=WordShares(self._counts))
        self._parsers = ParserPool(Task.PAGE, quick_s=PAGE_S, processes=2)
        self._full_text = FullTextReader(database, live.current, self._parsers, clock=SYSTEM_CLOCK)
        detector.load_model()
        limit_memory(MEMORY_BYTES)
        reloader = SettingsReloader(SCAN, live, self._apply)
        self._cache = StatementCache()
        self._dangerous = DangerousScans(database, self._scan_alone, clock=SYSTEM_CLOCK)
        index_missing(database, live.current.stories, now=SYSTEM_CLOCK.now())
        self._reloading = PeriodicTask("settings", reloader.reload_if_changed, every_s=settings_reloader.EVERY_S).start()

    def scan(self, ids: Sequence[ScanId]) -> None:
        """Scan these articles, first those that need not wait for a page, last those that may bring this process down."""
        compiled, full_text = self._compiled, self._full_text
        tasks = self._without_canaries(compiled, load_tasks(self._database, ids))
        dangerous = [task for task in tasks if is_dangerous(task)]
        harmless = [task for task in tasks if not is_dangerous(task)]
        self._scan(compiled, [task for task in harmless if not full_text.is_wanted(task.article)])
        self._scan_with_pages(compiled, [task for task in harmless if full_text.is_wanted(task.article)])
        self._dangerous.run(dangerous)

    def _scan_with_pages(self, compiled: CompiledSettings, waiting: Sequence[ScanTask]) -> None:
        if not waiting:
            return
        found = read_pages(self._full_text, waiting)
        put_in_quarantine(self._database, [held for task in found if (held := _poisonous_page(task)) is not None])
        self._scan(compiled, [task for task in found if not is_dangerous(task)])
        self._dangerous.run(task for task in found if is_dangerous(task))

    def _scan_alone(self, task: ScanTask) -> None:
        if self._full_text.is_wanted(task.article) and task.page_result is None and task.scan.strikes == 0:
            (task,) = read_pages(self._full_text, [task])
        self._scan(self._compiled, [task])

    def deliver(self, channel: str) -> None:
        """Raise MonitorError: this process scans."""
        raise MonitorError(f"a scan worker was asked to deliver on {channel!r}")

    def close(self) -> None:
        """Stop reloading, end the parser processes and close the database."""
        self._reloading.stop()
        self._parsers.close()
        self._database.close()

    def _without_canaries(self, compiled: CompiledSettings, tasks: Sequence[ScanTask]) -> Sequence[ScanTask]:
        mine = [task for task in tasks if is_canary(task)]
        if mine:
            scan_canaries(self._database, compiled, mine, now=SYSTEM_CLOCK.now())
            self._relay.deliver(CANARY_CHANNEL)
        return [task for task in tasks if not is_canary(task)]

    def _scan(self, compiled: CompiledSettings, tasks: Sequence[ScanTask]) -> None:
        for channel in scan_batch(self._database, compiled, tasks, self._cache, clock=SYSTEM_CLOCK).channels:
            self._relay.deliver(channel)

    def _counts(self, words: Collection[int]) -> WordCounts:
        with self._database.read() as connection:
            return word_statistics.load(connection, words)

    def _apply(self, settings: Settings) -> None:
        self._compiled = CompiledSettings.build(settings, self._compiled, WordShares(self._counts))
        self._full_text = FullTextReader(self._database, settings, self._parsers, clock=SYSTEM_CLOCK)


def _poisonous_page(task: ScanTask) -> Quarantined | None:
    """Return what to put in quarantine if the page behind an article's link takes too much; its summary is matched."""
    result, article = task.page_result, task.article
    if result is None or result.poison is None:
        return None
    return Quarantined(
        id=quarantine_id(result.poison),
        kind=QuarantineKind.PAGE,
        subject=article.id,
        title=article.title,
        source=article.source,
        url=article.url,
        reason=f"{result.reason}; its summary is matched",
        since=SYSTEM_CLOCK.now(),
    )
