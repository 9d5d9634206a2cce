"""What servers do wrong, by mistake or on purpose: each with its name in the feed's health, none at the expense of the next feed."""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from aiohttp import web

from monitor.daemon.parser_client import ParserPool
from monitor.domain.source import SourceStatus
from monitor.domain.urls import parse_url
from monitor.domain.virtual_clock import VirtualClock
from monitor.fetching.fetcher import Fetcher
from monitor.fetching.outcome import Fetched, FetchFailure, Problem
from monitor.parse.feed_delta import FeedDelta
from monitor.parse.result import ParseFailure
from monitor.settings.feeds import HttpSettings, PollingSettings
from tests.integration.polling.hostile import HOSTILE, Answer, endless, never, saying, self_signed
from tests.integration.polling.world import START, PollerHarness, Site, rss

Start = Callable[[Answer], Awaitable[str]]
IMPATIENT = PollingSettings.model_validate({"timeout": "1s", "max_body": "2MB"})


async def problem_of(url: str, polling: PollingSettings = IMPATIENT) -> FetchFailure | Fetched:
    """How the fetcher names what happens at `url`."""
    async with Fetcher(polling, HttpSettings()) as fetcher:
        outcome = await fetcher.get(parse_url(url), origin=parse_url(url))
    assert isinstance(outcome, FetchFailure | Fetched)
    return outcome


async def test_every_misbehaviour_has_its_name_and_good_feeds_come_first(
    raw_server: Start, site: Site, make_harness: Callable[..., Awaitable[PollerHarness]], parser: ParserPool
) -> None:
    """Polled together with thirty hostile servers, good feeds are stored before the first hostile one has run into its deadline."""
    hostile = {await raw_server(answer): name for name, (answer, _) in HOSTILE.items()}
    good = [site.page(f"/good{number}", rss(f"good {number}")) for number in range(5)]
    harness = await make_harness(*hostile, *good, timeout="4s", max_body="2MB")
    await parser(b"<rss/>", "http://warm.example/", {}, harness.clock.now())
    await harness.poller.tick()
    async with asyncio.timeout(60):
        while len(harness.titles()) < 5:  # noqa: ASYNC110 - the database sends no event
            await asyncio.sleep(0.01)
    statuses = [harness.feed(url).status for url, name in hostile.items() if HOSTILE[name][1] is Problem.TIMEOUT]
    assert statuses == [SourceStatus.NEW] * 3, "the hostile feeds were still being waited for"
    await harness.poller.drain()
    for url, name in hostile.items():
        feed = harness.feed(url)
        assert feed.status is SourceStatus.FAILING, name
        assert feed.reason, name
        assert feed.next_poll_at is not None, name
        assert feed.next_poll_at > harness.clock.now(), name


@pytest.mark.parametrize("name", [name for name, (_, problem) in HOSTILE.items() if problem is not Problem.NO_FEED])
async def test_the_failure_is_named(name: str, raw_server: Start) -> None:
    """The operator reads what the server did, not a stack trace."""
    answer, expected = HOSTILE[name]
    outcome = await problem_of(await raw_server(answer))
    assert isinstance(outcome, FetchFailure)
    assert outcome.problem is expected, outcome.reason
    assert len(outcome.reason) < 300


async def test_bombs_cost_no_memory(raw_server: Start) -> None:
    """An endless body and compressed bombs are given up at the limit, not after they were taken in."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for answer in (endless, HOSTILE["gzip bomb"][0], HOSTILE["brotli bomb"][0], HOSTILE["gzip bomb in gzip"][0]):
        assert isinstance(await problem_of(await raw_server(answer)), FetchFailure)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000, "kilobytes"


async def test_http_1_0_is_read(raw_server: Start) -> None:
    """An old server that ends its body by hanging up is understood."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\n\r\n" + rss("old").encode())

    outcome = await problem_of(await raw_server(answer))
    assert isinstance(outcome, Fetched)
    assert b"old" in outcome.body


async def test_an_untrusted_certificate_is_refused(tmp_path: Path) -> None:
    """A server nobody vouches for is not read, and the reason says so."""
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=self_signed(tmp_path))
    port = server.sockets[0].getsockname()[1]
    outcome = await problem_of(f"https://localhost:{port}/")
    server.close()
    assert isinstance(outcome, FetchFailure)
    assert outcome.problem is Problem.TLS
    assert "certificate" in outcome.reason


async def test_plain_http_on_a_tls_port(raw_server: Start) -> None:
    """Https to a server that does not speak TLS fails by name."""
    outcome = await problem_of((await raw_server(never)).replace("http:", "https:"))
    assert isinstance(outcome, FetchFailure)
    assert outcome.problem in {Problem.TLS, Problem.TIMEOUT, Problem.CONNECT}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:1/", Problem.CONNECT),
        ("http://no-such-host.invalid/", Problem.DNS),
        ("http://[::1/", Problem.BAD_REDIRECT),
        ("http://bad host/", Problem.DNS),
        ("http://../feed", Problem.BAD_URL),
    ],
)
async def test_nobody_there(url: str, expected: Problem) -> None:
    """A port nobody listens on, a name nobody has, an address that is none."""
    outcome = await problem_of(url)
    assert isinstance(outcome, FetchFailure)
    assert outcome.problem in {expected, Problem.DNS_TEMPORARY, Problem.BAD_URL}


async def test_a_redirect_chain_has_an_end(site: Site) -> None:
    """Redirects that go on and on are given up."""

    async def onwards(request: web.Request) -> web.StreamResponse:
        number = int(request.path.removeprefix("/r"))
        site.pages[f"/r{number + 1}"] = onwards
        return web.Response(status=302, headers={"Location": f"/r{number + 1}"})

    site.pages["/r0"] = onwards
    outcome = await problem_of(site.url + "/r0")
    assert isinstance(outcome, FetchFailure)
    assert outcome.problem is Problem.TOO_MANY_REDIRECTS
    assert len(site.requests) <= 11


POLLER = """
import asyncio
from monitor.daemon.parser_client import ParserPool
from monitor.domain.clock import SYSTEM_CLOCK
async def main():
    parse = ParserPool()
    await parse(b"<rss/>", "http://x.example/", {}, SYSTEM_CLOCK.now())
    print(*parse.processes(), flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


async def test_a_document_that_hangs_the_parser_is_given_up() -> None:
    """A parser that does not come back is ended, and the next document is parsed by a fresh one."""
    process = ParserPool(quick_s=0.2, timeout_s=0.3)
    headers, now = dict[str, str](), VirtualClock(START).now()
    hung = await process(rss(*map(str, range(100_000))).encode(), "http://x.example/", headers, now)
    assert "given up" in str(hung)
    assert "0.3 s of CPU time" in str(hung)
    read = await process(rss("next").encode(), "http://x.example/", headers, now)
    process.close()
    assert isinstance(read, FeedDelta)
    assert [entry.title for entry in read.feed.entries] == ["next"]


async def test_a_slow_document_delays_nobody() -> None:
    """While one document takes its time, others are read."""
    process = ParserPool(quick_s=0.2, timeout_s=60.0)
    headers, now = dict[str, str](), VirtualClock(START).now()
    slow = asyncio.create_task(process(rss(*map(str, range(30_000))).encode(), "http://x.example/", headers, now))
    for number in range(20):
        assert isinstance(await process(rss(str(number)).encode(), "http://x.example/", headers, now), FeedDelta)
    assert not slow.done()
    assert isinstance(await slow, FeedDelta)
    process.close()


def _is_parser(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):  # it has ended, and nobody has waited for it yet
        return "parser" in " ".join(process.cmdline())
    return False


def _parsers() -> list[psutil.Process]:
    return list(filter(_is_parser, psutil.Process().children()))


async def test_a_killed_parser_is_nobodys_fault() -> None:
    """The document that comes next is read by a fresh parser; one at which parsers end again and again has crashed them."""
    before = set(_parsers())
    process, clock = ParserPool(), VirtualClock(START)
    await process(rss("one").encode(), "http://x.example/", {}, clock.now())
    (idle,) = set(_parsers()) - before
    idle.kill()
    read = await process(rss("two").encode(), "http://x.example/", {}, clock.now())
    assert isinstance(read, FeedDelta)
    assert [entry.title for entry in read.feed.entries] == ["two"]

    async def kill_every_parser() -> None:
        while True:
            for parser in set(_parsers()) - before:
                parser.kill()
            await asyncio.sleep(0.01)

    killing = asyncio.create_task(kill_every_parser())
    failed = await process(rss(*map(str, range(30_000))).encode(), "http://x.example/", {}, clock.now())
    killing.cancel()
    process.close()
    assert "crashes the parser" in str(failed) or "cannot be started" in str(failed)


def test_the_parser_ends_with_its_poller() -> None:
    """Nothing is left of a poller that was killed: its parser sees the connection close."""
    poller = subprocess.Popen([sys.executable, "-c", POLLER], stdout=subprocess.PIPE, text=True)
    assert poller.stdout is not None
    with poller.stdout:
        parser = psutil.Process(int(poller.stdout.readline()))
    poller.kill()
    poller.wait()
    parser.wait(timeout=10)


async def test_a_bug_in_the_parser_is_one_feeds_failure(parser: ParserPool) -> None:
    """If parsing raises, the feed fails with a reason and the poller goes on."""
    failed = await parser(rss("one").encode(), "http://x.example/", {"content-type": 5}, START)  # type: ignore[dict-item] # what no server can send
    assert isinstance(failed, ParseFailure)
    assert "failed on this document" in failed.reason


async def test_a_validator_of_raw_bytes_does_not_end_the_feed(
    raw_server: Start, make_harness: Callable[..., Awaitable[PollerHarness]]
) -> None:
    """What a server gives us to ask with may be no proper text; the next request is still made, and answered."""
    body = rss("one").encode()
    head = b'HTTP/1.1 200 OK\r\nETag: "\xff\xfe\x01\xc3"\r\nLast-Modified: \xf0\x9f\x98\x80\r\nContent-Length: %d\r\n\r\n' % len(
        body
    )
    url = await raw_server(saying(head + body))
    harness = await make_harness(url)
    await harness.poll()
    first = harness.feed(url)
    harness.clock.advance(minutes=40)
    await harness.poll()
    second = harness.feed(url)
    assert (first.status, second.status) == (SourceStatus.OK, SourceStatus.OK), second.reason
    assert second.last_polled_at != first.last_polled_at
