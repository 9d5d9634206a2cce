"""Servers on loopback, and a poller with a clock of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from aiohttp import web

from monitor.daemon.parser_client import ParserPool
from monitor.daemon.parser_protocol import Task
from monitor.domain.virtual_clock import VirtualClock
from monitor.fetching.fetcher import Fetcher
from monitor.polling.poller import Poller, PollerResources
from monitor.settings.feeds import FeedSettings, HttpSettings, PollingSettings
from monitor.settings.model import Settings
from monitor.storage import feeds
from monitor.storage.engine import Database, sqlite_url
from monitor.storage.tables import metadata
from tests.integration.polling.world import START, PollerHarness, Site


@pytest.fixture
async def make_site() -> AsyncIterator[Callable[[], Awaitable[Site]]]:
    """Starts servers on loopback, each on a port of its own."""
    runners: list[web.AppRunner] = []

    async def start() -> Site:
        site = Site()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", site.handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1, handle_signals=False)
        await runner.setup()
        runners.append(runner)
        tcp = web.TCPSite(runner, "127.0.0.1", 0)
        await tcp.start()
        site.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return site

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def site(make_site: Callable[[], Awaitable[Site]]) -> Site:
    """One server on loopback."""
    return await make_site()


@pytest.fixture
async def raw_server() -> AsyncIterator[
    Callable[[Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]], Awaitable[str]]
]:
    """Starts servers that speak whatever their handler writes once a request head has been read; the URL of each."""
    servers: list[asyncio.Server] = []

    async def start(handler: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> str:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await reader.readuntil(b"\r\n\r\n")
                await handler(reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        servers.append(server)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/feed"

    yield start
    for server in servers:
        server.close()


@pytest.fixture(scope="session")
def parser() -> Iterator[ParserPool]:
    """The parser in its process, shared because it starts slowly."""
    process = ParserPool()
    yield process
    process.close()


@pytest.fixture(scope="session")
def pages() -> Iterator[ParserPool]:
    """Parser processes for pages, shared because they start slowly."""
    pool = ParserPool(Task.PAGE, quick_s=3.0)
    yield pool
    pool.close()


@pytest.fixture
async def make_harness(tmp_path: Path, parser: ParserPool) -> AsyncIterator[Callable[..., Awaitable[PollerHarness]]]:
    """Builds a poller for given feeds. The host gap is off unless asked for: it has tests of its own."""
    harnesses: list[tuple[PollerHarness, Fetcher]] = []

    async def make(*configured: FeedSettings | str, http: HttpSettings | None = None, **polling: object) -> PollerHarness:
        settings = Settings(
            feeds=tuple(FeedSettings(url=feed) if isinstance(feed, str) else feed for feed in configured),
            polling=PollingSettings.model_validate({"host_gap": "0s", "host_connections": 100, **polling}),
            http=http or HttpSettings(),
        )
        database = Database(sqlite_url(tmp_path / f"{len(harnesses)}.db"))
        clock = VirtualClock(START)
        with database.write() as connection:
            metadata.create_all(connection)
            feeds.sync(connection, settings.feeds, clock.now())
        fetcher = await Fetcher(settings.polling, settings.http, clock=clock).__aenter__()
        scans: list[str] = []
        poller = Poller(
            PollerResources(database=database, fetcher=fetcher, parse=parser),
            settings,
            on_stored=scans.extend,
            clock=clock,
            random_jitter=lambda: 0.5,
        )
        harness = PollerHarness(database=database, poller=poller, clock=clock, settings=settings, scans=scans)
        harnesses.append((harness, fetcher))
        return harness

    yield make
    for harness, fetcher in harnesses:
        await harness.poller.close()
        await fetcher.__aexit__(None, None, None)
        harness.database.close()
