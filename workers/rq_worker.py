"""Run the jobs of one RQ queue in this process, so that the compiled watch list stays in memory.

A process has one queue, since RQ can lose a job that is being fetched from several. On SIGTERM the current job is finished. While Redis
cannot be reached the worker waits; a finished job that could not be reported is known from the database.
"""

from __future__ import annotations

import logging
import signal
import time
import traceback
from collections.abc import Callable
from types import FrameType
from typing import Any

import redis
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker.base import WorkerStatus

from monitor.broker import connect, ping
from monitor.broker.queues import JOB_TIMEOUT_S, CpuTimeLimit, SafeJob, SafeQueue
from monitor.domain.errors import ServiceUnavailable
from monitor.logs import get_logger

_WORKER_TTL_S = 17
_MAINTENANCE_EVERY_S = 5
_RETRY_S = 0.5
_REPEAT_AFTER_S = 60.0


class QueueWorker(SimpleWorker):
    """RQ's worker without fork, commands from Redis, suspension, or log lines of its own."""

    queue_class = SafeQueue  # type: ignore[assignment]  # RQ leaves out the annotation
    job_class = SafeJob
    death_penalty_class = CpuTimeLimit
    max_connection_wait_time = 2.0

    def __init__(self, name: str, connection: redis.Redis, job_class: type[SafeJob] = SafeJob) -> None:
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
        if self.get_state() != WorkerStatus.BUSY:
            raise SystemExit(0)

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
    *,
    on_start: Callable[[], None] = lambda: None,
    on_stop: Callable[[], None] = lambda: None,
    job_class: type[SafeJob] = SafeJob,
) -> None:
    """Run the jobs of the queue `name` until SIGTERM or SIGINT. While Redis cannot be reached, wait for it.

    `on_start` is called before the first job (to compile the watch list), `on_stop` at the end (to close the database), also after an error.
    """
    _route_rq_logs()
    _leave_on_signals()
    on_start()
    try:
        connection = connect(url)
        while not _work(name, connection, job_class):
            time.sleep(_RETRY_S)
    finally:
        on_stop()


def _work(name: str, connection: redis.Redis, job_class: type[SafeJob]) -> bool:
    """Return True if the work was stopped by a signal, False if it ended because of Redis."""
    _wait_for(connection)
    try:
        worker = QueueWorker(name, connection, job_class)
        worker.work()
    except RedisError as error:
        get_logger().warning("queue.trouble", message=str(error))
        return False
    finally:
        _leave_on_signals()
    return worker.stopping


def _leave_on_signals() -> None:
    """Let a signal end the process while there is no job."""
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _wait_for(connection: redis.Redis) -> None:
    logged = False
    while True:
        try:
            ping(connection)
        except ServiceUnavailable as error:
            if not logged:
                get_logger().warning("queue.trouble", message=str(error))
            logged = True
            time.sleep(_RETRY_S)
        else:
            return


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
