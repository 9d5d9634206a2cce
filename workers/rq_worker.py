"""Run the jobs of one RQ queue in this process, so that the compiled watch list stays in memory.

A process has one queue, since RQ can lose a job that is being fetched from several. On SIGTERM the current job is finished. While Redis
cannot be used (away, full, read-only, hung) the worker does what is due in the database, and looks every few seconds whether the queue works
again; a finished job that could not be reported is known from the database.
"""

from __future__ import annotations

import contextlib
import logging
import time
import traceback
from collections.abc import Callable
from typing import Any

import redis
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker.base import WorkerStatus

from monitor.broker import check_writable, connect, connect_producer
from monitor.broker.connection import WORKER_TIMEOUT_S
from monitor.broker.key_repair import reset_wrong_types
from monitor.broker.queues import JOB_TIMEOUT_S, CpuTimeLimit, SafeJob, SafeQueue
from monitor.domain.errors import ServiceUnavailable
from monitor.logs import get_logger
from workers.work_loop import WorkLoop

_WORKER_TTL_S = 16
"""RQ waits for a job 15 seconds less at a time."""
_IDLE_S = 1
_TRY_EVERY_S = 3.0
_TRY_WITHIN_S = 1.0
_MAINTENANCE_EVERY_S = 5
_RETRY_S = 1.0
_REPEAT_AFTER_S = 60.0


class QueueUnusable(Exception):
    """Redis cannot be used. It ends RQ's loop, which would wait for a lost connection for ever."""


class QueueWorker(SimpleWorker):
    """RQ's worker without fork, commands from Redis, suspension, or log lines of its own."""

    queue_class = SafeQueue  # type: ignore[assignment]  # RQ leaves out the annotation
    job_class = SafeJob
    death_penalty_class = CpuTimeLimit
    max_connection_wait_time = _TRY_WITHIN_S

    def __init__(self, name: str, connection: redis.Redis, loop: WorkLoop, job_class: type[SafeJob] = SafeJob) -> None:
        self._loop = loop
        super().__init__(
            [SafeQueue(name, connection, job_class=job_class)],
            connection=connection,
            job_class=job_class,
            serializer=JSONSerializer,
            worker_ttl=_WORKER_TTL_S,
            maintenance_interval=_MAINTENANCE_EVERY_S,
            log_job_description=False,
        )
        self.log_result_lifespan = False

    @property
    def stopping(self) -> bool:
        """Whether a signal asked the worker to stop."""
        return self._stop_requested

    def _shutdown(self) -> None:
        """Stop after the current job, or now if there is none, with an exception that no `except Exception` catches."""
        self._stop_requested = True
        if self.get_state() != WorkerStatus.BUSY and not self._loop.busy:
            raise SystemExit(0)

    @property
    def connection_timeout(self) -> int:
        """Return the seconds after which Redis counts as hung; longer than the wait for a job."""
        return WORKER_TIMEOUT_S

    def heartbeat(self, *arguments: Any, **options: Any) -> None:
        """Tell Redis that the worker lives. Raises QueueUnusable, so that the worker goes on without it."""
        try:
            super().heartbeat(*arguments, **options)
        except RedisError as error:
            raise QueueUnusable(str(error)) from error

    def dequeue_job_and_maintain_ttl(self, timeout: int | None, max_idle_time: int | None = None) -> Any:
        """Return the next job and its queue. While there is none, look every second for work that was left lying."""
        del max_idle_time
        while (found := super().dequeue_job_and_maintain_ttl(timeout, _IDLE_S)) is None:
            self._loop.idle()
            if self._stop_requested:
                raise StopRequested
        return found

    def execute_job(self, job: Job, queue: Any) -> None:
        """Do a job."""
        with self._loop.job():
            super().execute_job(job, queue)

    def procline(self, message: str) -> None:
        """Our titles say the role; RQ's would say a random name."""

    def bootstrap(self, *_logging: Any) -> None:
        """Register the worker, without RQ's log handlers and its subscription to commands."""
        self.register_birth()  # type: ignore[no-untyped-call]
        self.set_state(WorkerStatus.STARTED)

    def check_for_suspension(self, burst: bool) -> None:  # noqa: FBT001 - RQ's signature
        """Do nothing: these workers are never suspended."""

    def get_heartbeat_ttl(self, job: Job) -> int:
        """Return the seconds without a heartbeat after which a job counts as abandoned."""
        del job
        return JOB_TIMEOUT_S + 5

    def run_maintenance_tasks(self) -> None:
        """Clean up after killed workers; unexpected data in Redis does not stop the worker."""
        try:
            self.clean_registries()  # type: ignore[no-untyped-call]
        except RedisError:
            raise
        except Exception as error:  # noqa: BLE001 - RQ raises anything on unexpected data in Redis
            get_logger().warning("queue.trouble", message=f"cleaning up failed: {error!r}")

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Log which job failed, why, and where."""
        frames = traceback.extract_tb(exc_info[2])
        where = f"{frames[-1].filename}:{frames[-1].lineno} in {frames[-1].name}" if frames else None
        error = "".join(traceback.format_exception_only(exc_info[0], exc_info[1])).strip()
        get_logger().error("job.failed", job=job.id, queue=job.origin, error=error[:1000], where=where)

    def teardown(self) -> None:
        """Unregister the worker, if Redis can be reached."""
        try:
            super().teardown()  # type: ignore[no-untyped-call]
        except RedisError as error:
            get_logger().warning("queue.trouble", message=f"cannot sign off: {error}")


def run(
    name: str,
    url: str,
    loop: WorkLoop | None = None,
    *,
    on_start: Callable[[], None] = lambda: None,
    on_stop: Callable[[], None] = lambda: None,
    job_class: type[SafeJob] = SafeJob,
) -> None:
    """Run the jobs of the queue `name` until SIGTERM or SIGINT. While Redis cannot be used, `loop` works without it.

    `on_start` is called before the first job (to compile the watch list), `on_stop` at the end (to close the database), also after an error.
    """
    _route_rq_logs()
    loop = loop or WorkLoop(name)
    loop.handle_signals()
    on_start()
    try:
        connection, logged = connect(url), None
        while not loop.stopping:
            if (trouble := _trouble_with(url)) is None and _work(name, connection, loop, job_class):
                return
            if trouble is not None and trouble != logged:
                get_logger().warning("queue.trouble", message=trouble)
            logged = trouble
            _work_without(loop)
    finally:
        on_stop()


def _work(name: str, connection: redis.Redis, loop: WorkLoop, job_class: type[SafeJob]) -> bool:
    """Return True if the work was stopped by a signal, False if it ended because of Redis."""
    try:
        worker = QueueWorker(name, connection, loop, job_class)
        worker.work()
    except RedisError as error:
        get_logger().warning("queue.trouble", message=str(error))
        return False
    finally:
        loop.handle_signals()
    return worker.stopping


def _work_without(loop: WorkLoop) -> None:
    """Work without Redis for a few seconds."""
    until = time.monotonic() + _TRY_EVERY_S
    while not loop.stopping and time.monotonic() < until:
        if not loop.without_queue():
            time.sleep(_RETRY_S)


def _trouble_with(url: str) -> str | None:
    """Return why Redis cannot be used; None if it answers and takes writes. Our keys of a wrong type are deleted."""
    with contextlib.closing(connect_producer(url, timeout_s=_TRY_WITHIN_S)) as connection:
        try:
            check_writable(connection)
            reset_wrong_types(connection)
        except (ServiceUnavailable, RedisError) as error:
            return str(error)
    return None


class _RqLogHandler(logging.Handler):
    """Logs the warnings of RQ as our events, each at most once a minute."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._logged_at: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Log one record of RQ."""
        template, now = str(record.msg), time.monotonic()
        if now - self._logged_at.get(template, -_REPEAT_AFTER_S) < _REPEAT_AFTER_S:
            return
        self._logged_at[template] = now
        cause = f" ({record.exc_info[1]!r})" if record.exc_info and record.exc_info[1] else ""
        get_logger().warning("queue.trouble", message=record.getMessage() + cause)


def _route_rq_logs() -> None:
    logger = logging.getLogger("rq")
    logger.propagate = False
    logger.handlers = [_RqLogHandler()]
