"""Put work from the outbox in the database on the queues. No other module puts jobs on a queue.

Redis may be unreachable or wiped at any moment. Nothing is lost by that: work waits in the database, and `reconcile` puts back
whatever stays unfinished; all of it at once when Redis comes back empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import redis
from redis.exceptions import ConnectionError, RedisError, TimeoutError  # noqa: A004 - redis names them so
from rq.utils import as_text, str_to_date

from monitor.broker.queues import DELIVER, DELIVER_JOB, SCAN, SCAN_JOB, SafeJob, SafeQueue, queue
from monitor.domain.hashing import hash_parts
from monitor.domain.ids import ScanId
from monitor.logs import get_logger
from monitor.storage import scans
from monitor.storage.engine import Database

BATCH = 50
_BATCH_AFTER = (BATCH, BATCH, 10, 1)
"""Ids of one job by the number of earlier attempts: an article that crashes its worker ends up alone in a job."""
_MARKER = "news-monitor:outbox"
_LAST_DELIVERY = "news-monitor:deliver:"
_CLOCK_SLACK = timedelta(seconds=2)
_PAGE = 1000

_PUSH = """
if KEYS[4] then
  local last = redis.call('GET', KEYS[4])
  if last and redis.call('LPOS', KEYS[2], last) then return 0 end
  redis.call('SET', KEYS[4], ARGV[1])
elseif redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('SADD', KEYS[3], KEYS[2])
redis.call('RPUSH', KEYS[2], ARGV[1])
return 1
"""
"""KEYS: job, queue, set of queues, and for a delivery the key of the last job pushed for that channel. ARGV: job id, its hash.

A job of the same id is pushed once. A delivery job is not pushed while the last one of its channel is still in the queue: that one will find
this work too. One that has started may have read the outbox already, so another is pushed.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """The state of the queues. `wiped`: Redis has lost its data. `left_queue`: scans enqueued after this time are still in the queue."""

    wiped: bool
    left_queue: datetime | None


class Relay:
    """Puts ids on the queues over a producer's connection. Methods return False or None if Redis cannot be used; the work waits."""

    def __init__(self, connection: redis.Redis) -> None:
        self._connection = connection
        self._scan = queue(SCAN, connection)
        self._deliver = queue(DELIVER, connection)
        self._push = connection.register_script(_PUSH)
        self._failing: set[str] = set()

    def scan(self, ids: Sequence[ScanId], *, attempt: int = 0, size: int = BATCH) -> bool:
        """Put scans on the queue, `size` ids to a job; the same ids with the same attempt only once."""
        batches = [list(ids[start : start + size]) for start in range(0, len(ids), size)]
        jobs = [SafeJob.make(scan_job_id(batch, attempt), SCAN_JOB, batch, queue=self._scan) for batch in batches]
        return self._put(self._scan, jobs)

    def deliver(self, channel: str) -> bool:
        """Put the delivery of a channel's due messages on the queue, unless such a job waits there already."""
        digest = _digest(channel)
        job = SafeJob.make(f"deliver-{digest}-{uuid4().hex[:12]}", DELIVER_JOB, channel, queue=self._deliver)
        return self._put(self._deliver, [job], _LAST_DELIVERY + digest)

    def state(self) -> QueueState | None:
        """Return the state of the queues; None if Redis cannot be reached."""
        try:
            marker = self._connection.exists(_MARKER)
            oldest = self._oldest_queued()
        except RedisError as error:
            self._failed(error)
            return None
        self._failing.discard("reach")
        return QueueState(wiped=not marker, left_queue=None if oldest is None else oldest - _CLOCK_SLACK)

    def mark_filled(self) -> bool:
        """Store in Redis that all outstanding work has been put there."""
        try:
            self._connection.set(_MARKER, 1)
        except RedisError as error:
            return self._failed(error)
        return True

    def _oldest_queued(self) -> datetime | None:
        head = self._connection.lindex(self._scan.key, 0)
        if head is None:
            return None
        since = self._connection.hget(SafeJob.redis_job_namespace_prefix + as_text(head), "enqueued_at")
        try:
            return None if since is None else str_to_date(since)
        except ValueError:
            return None

    def _put(self, on: SafeQueue, jobs: Sequence[SafeJob], *last_key: str) -> bool:
        try:
            with self._connection.pipeline(transaction=False) as pipeline:
                for job in jobs:
                    fields = [part for item in job.to_dict().items() for part in item]
                    keys = [job.key, on.key, on.redis_queues_keys, *last_key]
                    self._push(keys=keys, args=[job.id, *fields], client=pipeline)
                pipeline.execute()
        except RedisError as error:
            return self._failed(error)
        self._failing.clear()
        return True

    def _failed(self, error: RedisError) -> bool:
        # Logged once per outage of each kind: with a full disk Redis can be read, but not written.
        kind = "reach" if isinstance(error, (ConnectionError, TimeoutError)) else "write"
        if kind not in self._failing:
            get_logger().warning("relay.failed", error=str(error))
        self._failing.add(kind)
        return False


def scan_job_id(ids: Sequence[ScanId], attempt: int) -> str:
    """Return the id of a job for these scans: the same for the same scans and attempt. A dead job keeps its id for a while, hence the attempt."""
    return f"scan-{_digest(' '.join(sorted(ids)))}-{attempt}"


def hand_over(database: Database, relay: Relay, ids: Sequence[ScanId], now: datetime) -> bool:
    """Put new scans on the queue and store that they are there. Call this after the transaction that added them is committed."""
    if not ids or not relay.scan(ids):
        return not ids
    with database.write() as connection:
        scans.mark_enqueued(connection, ids, now)
    return True


def reconcile(database: Database, relay: Relay, now: datetime) -> int:
    """Put on the queue what is missing there and return the number of scans relayed. Call this about every second."""
    state = relay.state()
    if state is None:
        return 0
    if state.wiped:
        return _start_over(database, relay, now)
    with database.read() as connection:
        due = scans.unqueued(connection, now, _PAGE, left_queue=state.left_queue)
    relayed = _relay(database, relay, due, now)
    repeated = sum(1 for scan in due if scan.attempts)
    if relayed and repeated:
        get_logger().info("relay.repeated", scans=repeated, reason="unfinished")
    return relayed


def _start_over(database: Database, relay: Relay, now: datetime) -> int:
    total = lost = 0
    previous: Sequence[scans.Scan] = ()
    while page := _outstanding(database, now):
        relayed = _relay(database, relay, page, now, counts=False)
        total += relayed
        lost += sum(1 for scan in page if scan.attempts)
        if relayed < len(page) or page == previous:  # Redis is gone again, or a worker holds these rows: the next tick goes on
            return total
        previous = page
    if relay.mark_filled() and lost:
        get_logger().info("relay.repeated", scans=lost, reason="redis came back empty")
    return total


def _outstanding(database: Database, now: datetime) -> Sequence[scans.Scan]:
    with database.read() as connection:
        return scans.outstanding(connection, now, _PAGE)


def _relay(database: Database, relay: Relay, found: Sequence[scans.Scan], now: datetime, *, counts: bool = True) -> int:
    relayed = 0
    for attempt, group in _by_attempts(found):
        ids = [scan.id for scan in group]
        if not relay.scan(ids, attempt=attempt, size=_BATCH_AFTER[min(attempt, len(_BATCH_AFTER) - 1)]):
            break
        with database.write() as connection:
            scans.mark_enqueued(connection, ids, now, counts=counts)
        relayed += len(ids)
    return relayed


def _by_attempts(found: Sequence[scans.Scan]) -> Iterator[tuple[int, list[scans.Scan]]]:
    for attempt in sorted({scan.attempts for scan in found}):
        yield attempt, [scan for scan in found if scan.attempts == attempt]


def _digest(text: str) -> str:
    return hash_parts(text).hex()[:20]
