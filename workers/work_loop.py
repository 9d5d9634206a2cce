"""What surrounds the jobs of a worker process: its sign of life, its stop, and the work it does without the queue."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType

from rq.timeouts import JobTimeoutException, UnixSignalDeathPenalty

from monitor.broker.queues import JOB_TIMEOUT_S
from monitor.daemon.step_beats import StepBeats
from monitor.outage_log import OutageLog
from workers.direct_work import DirectWork

STEP = "jobs"
"""The step of a worker that beats whenever it has looked for work, and while a job takes its time."""
_LOOK_EVERY_S = 1.0
_BESIDE_THE_QUEUE = timedelta(seconds=3)
"""How long work must have been left lying before an idle worker takes it past a queue that works."""


class WorkLoop:
    """The loop of one worker process. A stop signal ends it at once while it is not busy, else after what is in hand."""

    def __init__(self, name: str, direct: DirectWork | None = None, beats: StepBeats | None = None) -> None:
        self._name = name
        self._direct = direct
        self._beats = beats or StepBeats()
        self._outages = OutageLog()
        self.stopping = False
        self.busy = False
        self._expect_soon()

    def handle_signals(self) -> None:
        """Take SIGTERM and SIGINT, which RQ handles while it works."""
        signal.signal(signal.SIGTERM, self._leave)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    @contextmanager
    def job(self) -> Iterator[None]:
        """Be busy with a job, which may take longer than looking for one."""
        self.busy = True
        self._beats.expect(STEP, every_s=JOB_TIMEOUT_S / 2, within_s=JOB_TIMEOUT_S + 15)
        try:
            yield
        finally:
            self.busy = False
            self._expect_soon()

    def idle(self) -> None:
        """Note that the queue is empty, and do what was left lying in the database."""
        self._beats.redis_bypassed = False
        self._beats.beat(STEP)
        self._work_directly(_BESIDE_THE_QUEUE)

    def without_queue(self) -> bool:
        """Do what is due in the database; return whether there was something."""
        self._beats.redis_bypassed = True
        self._beats.beat(STEP)
        return self._work_directly(timedelta())

    def _work_directly(self, waited: timedelta) -> bool:
        if self._direct is None:
            return False
        try:
            with self.job(), UnixSignalDeathPenalty(JOB_TIMEOUT_S, JobTimeoutException):  # type: ignore[no-untyped-call]
                worked = self._direct(waited)
        except Exception as error:  # noqa: BLE001 - whatever one article or channel raises, the others go on
            self._outages.failed(f"{self._name} without the queue", error)
            return False
        self._outages.worked(f"{self._name} without the queue")
        return worked

    def _expect_soon(self) -> None:
        self._beats.expect(STEP, every_s=_LOOK_EVERY_S)

    def _leave(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True
        if not self.busy:
            raise SystemExit(0)
