"""Tell the supervisor every second that no step of this process hangs, and end the process when one does.

A child has the writing end of a pipe, whose number stands in its environment. What hangs is not mended from within: the process ends at once,
and whoever started it starts it again. A process that is stopped as a whole sends nothing, by which the supervisor knows.
"""

from __future__ import annotations

import contextlib
import os
import threading

from monitor.daemon.step_beats import StepBeats
from monitor.logs import get_logger

VARIABLE = "NEWS_MONITOR_PULSE"
EVERY_S = 1.0
HUNG_STATUS = 75
"""The exit status of a process that ended itself, since one of its steps hung."""
_LOG_WITHIN_S = 2.0


class Pulse:
    """Beats in a thread of its own while no step hangs."""

    def __init__(self, beats: StepBeats, *, every_s: float = EVERY_S) -> None:
        self._beats = beats
        self._every_s = every_s
        self._stop = threading.Event()
        number = os.environ.get(VARIABLE, "")
        self._pipe = int(number) if number.isdecimal() else None

    def start(self) -> None:
        """Start beating."""
        threading.Thread(target=self._run, name="pulse", daemon=True).start()

    def stop(self) -> None:
        """Stop; steps that come to an end no longer count as hanging."""
        self._stop.set()

    def _run(self) -> None:
        while True:
            if hung := self._beats.hung():
                _end(hung)
            if self._pipe is not None:
                with contextlib.suppress(OSError):  # the pipe is full while the supervisor is stopped
                    os.write(self._pipe, b".")
            if self._stop.wait(self._every_s):
                return


def _end(steps: tuple[str, ...]) -> None:
    """End this process at once. The log may be held by the thread that hangs, so it is waited for only a moment."""
    log = threading.Thread(target=lambda: get_logger().error("process.hung", steps=list(steps)), daemon=True)
    log.start()
    log.join(_LOG_WITHIN_S)
    os._exit(HUNG_STATUS)
