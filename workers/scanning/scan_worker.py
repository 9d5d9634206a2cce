"""What a scan worker works with: the matcher of the newest settings, and the way back to the queue."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.broker.queues import SCAN
from monitor.daemon import settings_reloader
from monitor.daemon.periodic_task import PeriodicTask
from monitor.daemon.settings_reloader import SettingsReloader
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import MonitorError
from monitor.domain.ids import ScanId
from monitor.relay import Relay
from monitor.settings.live import LiveSettings
from monitor.settings.model import Settings
from monitor.storage.engine import Database
from workers.language import detector
from workers.scanning import merge_stories
from workers.scanning.full_text import FullTextReader
from workers.scanning.merge_stories import StoryMerger
from workers.scanning.scan import CompiledSettings, ScanResult, load, scan, with_pages


class ScanWorker:
    """Scans with the matcher of the newest settings that were usable."""

    def __init__(self, live: LiveSettings, database: Database, relay: Relay) -> None:
        self._database = database
        self._relay = relay
        self._ready = CompiledSettings.build(live.current)
        self._pages = FullTextReader(database, live.current, clock=SYSTEM_CLOCK)
        detector.load()
        merger = StoryMerger(database, lambda: live.current)
        self._beside = (
            PeriodicTask(
                "settings", SettingsReloader(SCAN, live, self._take_up).reload_if_changed, every_s=settings_reloader.EVERY_S
            ).start(),
            PeriodicTask("stories", merger.merge_if_changed, every_s=merge_stories.EVERY_S, at_end=merger.merge_if_changed).start(),
        )

    def scan(self, ids: Sequence[ScanId]) -> None:
        """Scan these and have their alerts sent."""
        ready, pages = self._ready, self._pages
        batch = load(self._database, ids)
        at_once = [work for work in batch if not pages.wanted(work.article)]
        self._finish(scan(self._database, ready, at_once, clock=SYSTEM_CLOCK))
        after_reading = [work for work in batch if pages.wanted(work.article)]
        if after_reading:
            self._finish(scan(self._database, ready, with_pages(pages, after_reading), clock=SYSTEM_CLOCK))

    def _finish(self, found: ScanResult) -> None:
        for channel in found.channels:
            self._relay.deliver(channel)

    def deliver(self, channel: str) -> None:
        """Not here: this process scans."""
        raise MonitorError(f"a scan worker was asked to deliver on {channel!r}")

    def close(self) -> None:
        """End in good order."""
        for one in self._beside:
            one.stop()
        self._database.close()

    def _take_up(self, settings: Settings) -> None:
        self._ready = CompiledSettings.build(settings, self._ready)
        self._pages = FullTextReader(self._database, settings, clock=SYSTEM_CLOCK)
