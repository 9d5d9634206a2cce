"""The two queues and the only jobs they carry. What is in Redis is not trusted: whoever can write there could name any function.

A job is JSON; its function must be one of ours; callbacks, webhooks, metadata, retries and time limits found in Redis are dropped.
RQ's own options were chosen by measurement: no `ttl` (an expired job vanishes silently) and no Retry (the database is the retry).
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from itertools import count
from types import FrameType
from typing import Any, ClassVar

import redis
from redis.exceptions import RedisError, ResponseError
from rq import Queue
from rq.exceptions import NoSuchJobError
from rq.intermediate_queue import IntermediateQueue
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer
from rq.timeouts import BaseDeathPenalty
from rq.utils import now

from monitor.logs import get_logger

SCAN = "scan"
DELIVER = "deliver"
SCAN_JOB = "workers.jobs.scan"
DELIVER_JOB = "workers.jobs.deliver"
JOB_TIMEOUT_S = 30
FAILURE_TTL_S = 60
BACKLOG_SHARE = 4
"""Each time a worker has taken this many jobs, one was the oldest of its queue; the others were the newest."""
MAINTENANCE_LOCK_S = (
    30  # RQ's own lasts 899 s, so that a worker killed while cleaning up would stop recovery for a quarter of an hour
)
_TRUSTED = frozenset(
    {"data", "created_at", "enqueued_at", "started_at", "ended_at", "last_heartbeat", "origin", "status", "worker_name"}
)


class SafeJob(Job):
    """A job that can only be one of ours; anything else in Redis is treated as missing."""

    functions: ClassVar[frozenset[str]] = frozenset({SCAN_JOB, DELIVER_JOB})

    def __init__(self, id: str | None = None, connection: redis.Redis | None = None, serializer: Any = None) -> None:  # noqa: A002 - RQ's name
        del serializer
        super().__init__(id, connection, JSONSerializer)

    @classmethod
    def make(cls, job_id: str, function: str, argument: object, *, queue: Queue) -> SafeJob:
        """Return a job that calls `function(argument)`; it is not on the queue yet."""
        job = cls.create(
            function,
            args=[argument],
            id=job_id,
            connection=queue.connection,
            origin=queue.name,
            status=JobStatus.QUEUED,
            description=job_id,
            timeout=JOB_TIMEOUT_S,
            result_ttl=0,
            failure_ttl=FAILURE_TTL_S,
        )
        assert isinstance(job, cls)
        job.enqueued_at = now()
        return job

    @classmethod
    def fetch(cls, id: str, connection: redis.Redis | None = None, serializer: Any = None) -> Job:  # noqa: A002 - RQ's name
        """Return the job of this id. Raises NoSuchJobError, also for an id that RQ would not make and a key that is no hash."""
        try:
            return super().fetch(id, connection, serializer)
        except (ValueError, ResponseError) as error:
            if isinstance(error, ResponseError) and not str(error).startswith("WRONGTYPE"):
                raise
            get_logger().warning("job.refused", job=id, reason="malformed")
            raise NoSuchJobError(f"job {id} is malformed") from error

    def restore(self, raw_data: Mapping[Any, Any]) -> None:
        """Read the trusted fields of a hash in Redis. Raises NoSuchJobError for what is no job of ours."""
        fields = {key: value for key, value in raw_data.items() if _name(key) in _TRUSTED}
        try:
            super().restore(fields)
            wanted = self.func_name in self.functions and self.instance is None and not self.kwargs and len(self.args) == 1
        except RedisError:
            raise
        except Exception as error:  # noqa: BLE001 - malformed data makes RQ raise anything
            self._refuse(type(error).__name__, error)
        if not wanted:
            self._refuse("not one of our functions", None)
        self.timeout, self.result_ttl, self.failure_ttl = JOB_TIMEOUT_S, 0, FAILURE_TTL_S

    def _refuse(self, reason: str, cause: Exception | None) -> None:
        get_logger().warning("job.refused", job=self.id, reason=reason)
        raise NoSuchJobError(f"job {self.id} is refused: {reason}") from cause


class CpuTimeLimit(BaseDeathPenalty):
    """Ends a job that takes too much CPU time; what a job waits for has limits of its own."""

    def handle_death_penalty(self, _number: int, _frame: FrameType | None) -> None:
        """Raise RQ's exception for a job that took too long."""
        raise self._exception(f"the job took more than {self._timeout} s of CPU time")

    def setup_death_penalty(self) -> None:
        """Begin to count."""
        signal.signal(signal.SIGPROF, self.handle_death_penalty)
        signal.setitimer(signal.ITIMER_PROF, self._timeout)

    def cancel_death_penalty(self) -> None:
        """Stop counting."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)


class SafeQueue(Queue):
    """A queue whose jobs are JSON and ours, however it is built."""

    _taken: ClassVar[Iterator[int]] = count(1)

    def __init__(
        self,
        name: str = SCAN,
        connection: redis.Redis | None = None,
        *,
        job_class: str | type[Job] | None = None,
        serializer: Any = None,
        death_penalty_class: type[BaseDeathPenalty] | None = CpuTimeLimit,
    ) -> None:
        del serializer
        super().__init__(
            name, connection, job_class=job_class or SafeJob, serializer=JSONSerializer, death_penalty_class=death_penalty_class
        )

    @classmethod
    def lmove(cls, connection: redis.Redis, queue_key: str, timeout: int | None) -> Any:
        """Take the job at the front, or each fourth time the one at the end, so that what is fresh waits for no backlog, and that for ever for nothing."""
        if next(cls._taken) % BACKLOG_SHARE == 0:
            oldest = connection.lmove(queue_key, IntermediateQueue(queue_key, connection).key, src="RIGHT", dest="RIGHT")
            if oldest is not None:
                return queue_key, oldest
        return super().lmove(connection, queue_key, timeout)

    def acquire_maintenance_lock(self) -> bool:
        """Return whether this worker may clean up; the lock of a killed worker expires soon."""
        return bool(self.connection.set(self.registry_cleaning_key, 1, nx=True, ex=MAINTENANCE_LOCK_S))


def queue(name: str, connection: redis.Redis) -> SafeQueue:
    """Return the queue `scan` or `deliver`."""
    return SafeQueue(name, connection)


def _name(key: bytes | str) -> str:
    return key.decode("utf-8", "replace") if isinstance(key, bytes) else key
