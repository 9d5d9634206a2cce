"""Servers that are odd but mean well: they are read."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Awaitable, Callable

import brotli
import pytest

from monitor.domain.feed import Validators
from monitor.domain.urls import parse_url
from monitor.fetching.fetcher import Fetcher
from monitor.fetching.outcome import Fetched, FetchFailure, NotModified, Problem
from monitor.settings.feeds import HttpSettings, PollingSettings
from tests.integration.polling.hostile import Answer, saying
from tests.integration.polling.world import rss

Start = Callable[[Answer], Awaitable[str]]
FEED = rss("odd").encode()
PACKED = gzip.compress(FEED)


def whole(body: bytes, *headers: bytes) -> bytes:
    """A 200 answer."""
    return b"\r\n".join([b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *headers, b"", body])


def chunks(size: bytes, end: bytes) -> bytes:
    """A 200 answer in one chunk."""
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + size + b"\r\n" + FEED + b"\r\n" + end


ODD = {
    "goes on at once": b"HTTP/1.1 100 Continue\r\n\r\n" + whole(FEED),
    "gives hints first": b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + whole(FEED),
    "line feeds only": b"HTTP/1.1 200 OK\ncontent-length: %d\n\n" % len(FEED) + FEED,
    "no reason": whole(FEED).replace(b"200 OK", b"200"),
    "chunk extension": chunks(b"%X;a=b" % len(FEED), b"0;end\r\n\r\n"),
    "trailer": chunks(b"%x" % len(FEED), b"0\r\nX-Sum: 1\r\n\r\n"),
    "gzip in two headers": whole(brotli.compress(PACKED), b"Content-Encoding: gzip", b"Content-Encoding: br"),
    "gzip, twice over": whole(gzip.compress(PACKED), b"Content-Encoding: gzip, gzip"),
    "gzip and more": whole(PACKED + b"\0\0<!-- cached -->", b"Content-Encoding: gzip"),
    "gzip in parts": whole(gzip.compress(FEED[:30]) + gzip.compress(FEED[30:]), b"Content-Encoding: GZIP"),
    "gzip called br": whole(PACKED, b"Content-Encoding: br"),
    "deflate without a head": whole(zlib.compress(FEED)[2:-4], b"Content-Encoding: deflate"),
    "plain called gzip": whole(FEED, b"Content-Encoding: gzip"),
    "more than announced": whole(FEED) + b"<!-- 0.02 s -->",
    "a charset called an encoding": whole(FEED, b"Content-Encoding: UTF-8"),
}


@pytest.mark.parametrize("name", ODD)
async def test_an_odd_server_is_read(name: str, raw_server: Start) -> None:
    """What a browser takes is taken."""
    url = await raw_server(saying(ODD[name]))
    async with Fetcher(PollingSettings(), HttpSettings()) as fetcher:
        outcome = await fetcher.get(parse_url(url), origin=parse_url(url))
    assert isinstance(outcome, Fetched), outcome
    assert b"odd" in (outcome.body if b"odd" in outcome.body else gzip.decompress(outcome.body))


async def test_a_304_with_a_body_is_a_304(raw_server: Start) -> None:
    """Nothing belongs behind "not changed", and what stands there changes nothing."""
    url = await raw_server(saying(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello"))
    async with Fetcher(PollingSettings(), HttpSettings()) as fetcher:
        outcome = await fetcher.get(parse_url(url), origin=parse_url(url), validators=Validators(etag='"1"'))
    assert isinstance(outcome, NotModified)


@pytest.mark.parametrize("size", [b"zz", b"f" * 30])
async def test_a_broken_chunk_is_given_up_at_once(size: bytes, raw_server: Start) -> None:
    """Nobody waits for the deadline where nothing can come any more."""
    url = await raw_server(saying(chunks(b"%x" % len(FEED), size + b"\r\nrest"), every=0.05))
    async with Fetcher(PollingSettings(), HttpSettings()) as fetcher:
        outcome = await fetcher.get(parse_url(url), origin=parse_url(url))
    assert isinstance(outcome, FetchFailure)
    assert outcome.problem is Problem.TRUNCATED


async def test_a_redirect_in_an_old_encoding_is_followed(raw_server: Start) -> None:
    """Bytes of Latin-1 in a Location are asked for as the bytes they are."""
    asked: list[bytes] = []

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found = whole(FEED) if asked else b"HTTP/1.1 302 Found\r\nLocation: /caf\xe9\r\nContent-Length: 0\r\n\r\n"
        asked.append(found)
        writer.write(found)

    url = await raw_server(answer)
    async with Fetcher(PollingSettings(), HttpSettings()) as fetcher:
        outcome = await fetcher.get(parse_url(url), origin=parse_url(url))
    assert isinstance(outcome, Fetched)
    assert outcome.url.endswith("/caf%E9")
