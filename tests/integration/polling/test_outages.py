"""What is read after an outage, and what is said while it lasts."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable

import pytest

from monitor.domain.source import SourceStatus
from monitor.domain.uplink import AWAY
from monitor.domain.urls import parse_url
from monitor.fetching.access import Access
from monitor.fetching.fetcher import Fetcher
from monitor.fetching.name_lookup import NameLookup
from monitor.fetching.outcome import FetchFailure, Problem
from monitor.settings.feeds import HttpSettings, PollingSettings
from tests.integration.polling.hostile import Answer, saying
from tests.integration.polling.world import PollerHarness, Site, rss

MakeHarness = Callable[..., Awaitable[PollerHarness]]
NEXT = "<link xmlns='http://www.w3.org/2005/Atom' rel='next' href='{}'/>"


async def test_older_pages_fill_the_gap_of_an_outage(site: Site, make_harness: MakeHarness) -> None:
    """Pages are followed until one has an entry that is known, and no further."""
    url = site.page("/feed", rss("1", "2"))
    harness = await make_harness(url)
    await harness.poll()
    site.page("/feed", rss("8", "7", extra=NEXT.format(site.url + "/p2")))
    site.page("/p2", rss("6", "5", extra=NEXT.format(site.url + "/p3")))
    site.page("/p3", rss("4", "3", "2", extra=NEXT.format(site.url + "/p4")))
    site.page("/p4", rss("1", "0"))
    harness.clock.advance(days=1)
    await harness.poll()
    assert sorted(harness.titles()) == ["1", "2", "3", "4", "5", "6", "7", "8"]
    assert site.asked("/p4") == 0


async def test_pages_that_lead_round_in_a_circle_end(site: Site, make_harness: MakeHarness) -> None:
    """A feed whose next page is itself, or that never ends, costs a few requests."""
    url = site.page("/feed", rss("1", "2"))
    harness = await make_harness(url)
    await harness.poll()
    site.page("/feed", rss("8", "7", extra=NEXT.format(site.url + "/p2")))
    site.page("/p2", rss("6", "5", extra=NEXT.format(site.url + "/p2")))
    harness.clock.advance(days=1)
    await harness.poll()
    assert sorted(harness.titles()) == ["1", "2", "5", "6", "7", "8"]
    assert site.asked("/p2") == 1


async def test_a_document_that_ended_early_is_asked_for_as_a_whole(site: Site, make_harness: MakeHarness) -> None:
    """What it holds is stored; its ETag is not sent back, so the rest comes with the next poll."""
    whole = rss("1", "2", "3")
    url = site.page("/feed", whole[: whole.index("<title>3")], headers={"ETag": '"1"'})
    harness = await make_harness(url)
    await harness.poll()
    assert harness.titles() == ["1", "2"]
    assert harness.feed(url).status is SourceStatus.OK
    assert "ended early" in (harness.feed(url).reason or "")
    site.page("/feed", whole, headers={"ETag": '"1"'})
    harness.clock.advance(days=1)
    await harness.poll()
    assert harness.titles() == ["1", "2", "3"]
    assert "If-None-Match" not in site.requests[-1].headers
    assert harness.feed(url).reason is None or "ended early" not in (harness.feed(url).reason or "")


async def test_when_every_host_fails_at_once_one_is_probed_and_all_are_polled_again(
    raw_server: Callable[[Answer], Awaitable[str]], make_harness: MakeHarness
) -> None:
    """While our own connection is away no feed is slowed down; the first answer makes all of them due."""
    up = [True]

    async def answer(reader: object, writer: object) -> None:
        document = rss("news").encode()
        await saying(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(document) + document if up[0] else b"")(reader, writer)  # type: ignore[arg-type]

    urls = [await raw_server(answer) for _ in range(6)]
    harness = await make_harness(*urls, min="1m", max="10m")
    await harness.poll()
    up[0] = False
    harness.clock.advance(hours=1)
    await harness.poll()
    reasons = [harness.feed(url).reason or "" for url in urls]
    assert sum(reason.startswith(AWAY) for reason in reasons) == 4
    harness.clock.advance(minutes=30)
    probed = await harness.poll()
    assert 1 <= probed <= 2
    up[0] = True
    harness.clock.advance(seconds=4)
    await harness.poll()
    await harness.poll()
    assert {harness.feed(url).status for url in urls} == {SourceStatus.OK}


@pytest.mark.parametrize("private", [False, True])
async def test_a_name_that_leads_inside_is_only_asked_if_it_is_private(*, private: bool, site: Site) -> None:
    """The operator's own host, too, and no credentials go there."""
    port = parse_url(site.url).port
    url = parse_url(f"http://inside.example:{port}/feed")
    access = Access(headers={"Authorization": "Bearer x"}, private=private)
    names = NameLookup(look_up=lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))])
    async with Fetcher(PollingSettings(), HttpSettings(), names=names) as fetcher:
        outcome = await fetcher.get(url, origin=url, access=access)
    assert isinstance(outcome, FetchFailure)
    assert len(site.requests) == private
    if not private:
        assert outcome.problem is Problem.FORBIDDEN_ADDRESS
        assert "private: true" in outcome.reason
