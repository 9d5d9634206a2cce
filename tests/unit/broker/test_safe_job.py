"""What stands in Redis is not trusted: only our own jobs are jobs."""

from __future__ import annotations

import json
import pickle
import zlib
from pathlib import Path
from typing import Any

import pytest
from rq.exceptions import NoSuchJobError

from monitor.broker import connect
from monitor.broker.queues import DELIVER_JOB, JOB_TIMEOUT_S, SCAN_JOB, SafeJob

NOWHERE = connect("unix:///nonexistent/valkey.sock")


def _restored(data: object, **fields: bytes) -> SafeJob:
    job = SafeJob("j1", connection=NOWHERE)
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    job.restore(
        {b"data": zlib.compress(raw), b"status": b"queued", b"origin": b"scan"} | {k.encode(): v for k, v in fields.items()}
    )
    return job


@pytest.mark.parametrize("function", [SCAN_JOB, DELIVER_JOB])
def test_our_own_jobs_pass(function: str) -> None:
    """The two functions that a worker may call."""
    job = _restored([function, None, [["a", "b"]], {}])
    assert (job.func_name, job.args) == (function, [["a", "b"]])


@pytest.mark.parametrize(
    "data",
    [
        ["os.system", None, ["true"], {}],
        ["workers.jobs.os.system", None, ["true"], {}],
        ["scan", "instance", [["a"]], {}],
        [SCAN_JOB, "instance", [["a"]], {}],
        [SCAN_JOB, None, [["a"]], {"key": 1}],
        [SCAN_JOB, None, [["a"], "b"], {}],
        [SCAN_JOB, None, [], {}],
        [SCAN_JOB, None, 7, {}],
        [["os.system"], None, ["true"], {}],
        [SCAN_JOB],
        {"func": SCAN_JOB},
        b"\xff\xfe",
        b"",
        None,
    ],
)
def test_anything_else_is_as_good_as_not_there(data: object) -> None:
    """A foreign function, a method, further arguments or garbage never reach a worker."""
    with pytest.raises(NoSuchJobError):
        _restored(data)


class _Opens:
    """A pickle that creates a file when it is read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self._path,)


def test_a_pickle_is_never_read(tmp_path: Path) -> None:
    """Neither as the job nor as its metadata: unpickling runs code."""
    trap = tmp_path / "ran"
    poison = pickle.dumps(_Opens(trap))
    with pytest.raises(NoSuchJobError):
        _restored(poison)
    _restored([SCAN_JOB, None, [["a"]], {}], meta=poison, result=poison)
    assert not trap.exists()


def test_what_redis_says_about_limits_callbacks_and_webhooks_is_dropped() -> None:
    """Time limits are ours, and no address or function found in Redis is ever called."""
    job = _restored(
        [SCAN_JOB, None, [["a"]], {}],
        timeout=b"-1",
        ttl=b"5",
        result_ttl=b"-1",
        failure_ttl=b"-1",
        success_callback_name=b"os.system",
        failure_callback_name=b"os.system",
        stopped_callback_name=b"os.system",
        webhooks=b'[{"url": "http://127.0.0.1/", "job_status": "finished"}]',
        retries_left=b"9",
        repeats_left=b"9",
        dependency_ids=b'["x"]',
    )
    assert (job.timeout, job.ttl, job.result_ttl, job.failure_ttl) == (JOB_TIMEOUT_S, None, 0, 60)
    assert (job.success_callback, job.failure_callback, job.stopped_callback, job.webhooks) == (None, None, None, [])
    assert (job.retries_left, job.repeats_left, job._dependency_ids) == (None, None, [])


@pytest.mark.parametrize(
    "fields", [{"status": b"evil"}, {"created_at": b"yesterday"}, {"origin": b"\xff\xfe"}, {"worker_name": b"\xff"}]
)
def test_malformed_fields_never_stop_a_worker(fields: dict[str, bytes]) -> None:
    """A hash that RQ cannot read would otherwise end every worker that meets it."""
    with pytest.raises(NoSuchJobError):
        _restored([SCAN_JOB, None, [["a"]], {}], **fields)
