"""Real feeds and the test files of other readers, served over HTTP and read by the daemon's own code."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from monitor.daemon.parser_client import ParserPool
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.fetching.fetcher import Fetcher
from monitor.polling.diagnose import explain_poll
from monitor.polling.poll import FeedPollSettings
from monitor.settings.feeds import FeedSettings, HttpSettings, PollingSettings
from tests.integration.polling import oracle
from tests.integration.polling.oracle import Difference, Expectation
from tests.integration.polling.world import Site

AGREEMENT = 0.995
HANGS_AFTER_S = 60.0
POLLING = PollingSettings.model_validate({"max_body": "50MB"})


class Reader:
    """Reads files of the corpora through a loopback proxy that answers for the address each was found at."""

    def __init__(self, site: Site, corpora: Path, parser: ParserPool) -> None:
        self.site = site
        self.parser = parser
        self.expectations = {expected.file: expected for expected in oracle.load(corpora)}

        async def serve(request: web.Request) -> web.StreamResponse:
            expected = self.expectations[request.headers["X-File"]]
            return web.Response(body=(corpora / expected.file).read_bytes(), headers=expected.headers)

        for expected in self.expectations.values():
            site.pages[urlsplit(expected.url).path or "/"] = serve

    async def read(self, fetcher: Fetcher, expected: Expectation) -> dict[str, Any]:
        """The record of one poll."""
        feed = FeedSettings.model_validate({"url": expected.url, "proxy": self.site.url, "headers": {"X-File": expected.file}})
        setting = FeedPollSettings(feed=feed, polling=POLLING, http=HttpSettings())
        async with asyncio.timeout(HANGS_AFTER_S):
            diagnosis = await explain_poll(setting, fetcher, self.parser, clock=SYSTEM_CLOCK)
        return diagnosis.record()


@pytest.mark.timeout(300)
async def test_the_daemon_reads_what_the_oracle_says(site: Site, corpora: Path, parser: ParserPool) -> None:
    """Count, title, link, id and dates agree in at least 99.5 % of the asserted fields; nothing hangs, nothing else is asked for."""
    reader = Reader(site, corpora, parser)
    asserted, differences, hanging = 0, list[Difference](), []
    async with Fetcher(POLLING, HttpSettings()) as fetcher:
        for expected in reader.expectations.values():
            try:
                record = await reader.read(fetcher, expected)
            except TimeoutError:
                hanging.append(expected.file)
                continue
            count, found = oracle.compare(expected, record)
            asserted += count
            differences += found
    table = "\n".join(f"{d.file} [{d.index}] {d.field}: expected {d.expected!r}, got {d.got!r}" for d in differences)
    if reports := os.environ.get("NEWS_MONITOR_REPORTS"):
        (Path(reports) / "oracle_http.txt").write_text(f"{asserted} asserted, {len(differences)} differ\n{table}\n")
    assert hanging == []
    assert len(site.requests) == len(reader.expectations), "a feed was fetched that nobody asked for"
    assert 1 - len(differences) / asserted >= AGREEMENT, table
