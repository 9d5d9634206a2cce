"""A process that the supervisor keeps running: when it is started, when it counts as hanging, and when it is started again."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from monitor.daemon.processes import ChildProcess, can_fork, fork, spawn
from monitor.daemon.pulse import VARIABLE
from monitor.domain.errors import MonitorError
from monitor.logs import get_logger

SILENT_AFTER_S = 20.0
"""A child that was heard of, and sends nothing for so long, hangs as a whole: its pulse comes every second from a thread of its own."""
_PING_EVERY_S, _PINGS = 4.0, 3
_REFUSES_PAUSE_S = 600.0
"""How long after a start for refusing writes the server is not started again for it: the reason may lie in what it keeps."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 10.0
_SETTLED_AFTER_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSpec:
    """A process to keep running. The lowest `stage` is stopped first, those of one stage together.

    `role` is what `ps` shows of a fork (empty: its name). `argv` is its command line, `env` is added to the supervisor's environment. `work`
    does the same in a fork and is used where a fork is safe: it shares the memory of what the supervisor has loaded and starts faster.
    """

    name: str
    argv: tuple[str, ...]
    role: str = ""
    work: Callable[[], None] | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    stage: int = 0


class ServerProcess(Protocol):
    """A server that the children need, started before them and stopped after them: the embedded Valkey."""

    def start(self) -> None:
        """Start it. Raises MonitorError or OSError."""

    def poll(self) -> int | None:
        """Return None while it runs, else its exit status."""

    def answers(self) -> bool:
        """Return whether it answers within a second."""

    def takes_writes(self) -> bool:
        """Return whether it takes writes; True where it does not answer at all."""

    def kill(self) -> None:
        """End it at once."""

    def stop(self) -> None:
        """Stop it."""

    def disown(self) -> None:
        """Leave it to the parent; called in a fork."""


class ManagedProcess(ABC):
    """A process to keep running. `due` is the monotonic time of its next start."""

    name: str

    def __init__(self) -> None:
        self.due = 0.0
        self.running = False
        self._started = 0.0
        self._failures = 0

    @abstractmethod
    def start(self) -> None:
        """Start it. Raises MonitorError or OSError."""

    @abstractmethod
    def poll(self) -> int | None:
        """Return None while it runs, else its exit status."""

    @abstractmethod
    def end_if_hung(self, now: float, *, slept: bool) -> None:
        """End it if it hangs. `slept`: this process did not run for a while itself, so that silence means nothing."""

    @property
    @abstractmethod
    def well(self) -> bool:
        """Return whether it was heard of since its start, and lately."""

    def poll_and_restart(self) -> None:
        """Start the process again if it has ended and is due."""
        if self.running and (status := self.poll()) is not None:
            self._note_end(status=signal.Signals(-status).name if status < 0 else status)
        if not self.running and time.monotonic() >= self.due:
            self._started = time.monotonic()
            try:
                self.start()
            except (MonitorError, OSError) as error:
                self._note_end(error=str(error))
            else:
                self.running = True

    def _note_end(self, **why: Any) -> None:
        self.running = False
        ran_s = time.monotonic() - self._started
        self._failures = 1 if ran_s > _SETTLED_AFTER_S else self._failures + 1
        pause = 0.0 if self._failures == 1 else min(_FIRST_PAUSE_S * 2.0 ** (self._failures - 2), _LONGEST_PAUSE_S)
        self.due = time.monotonic() + pause
        get_logger().warning("process.exited", process=self.name, again_in_s=pause, **why)


class ManagedChild(ManagedProcess):
    """A child, whose pulse comes through a pipe."""

    def __init__(self, spec: ChildSpec, release: Callable[[], None]) -> None:
        super().__init__()
        self._release = release
        self.spec = spec
        self.name = spec.name
        self.process: ChildProcess | None = None
        self._pipe: int | None = None
        self._heard: float | None = None

    def start(self) -> None:
        """Start it, in a fork where that is safe."""
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        self._close_pipe()
        self._pipe, self._heard = reader, None
        env = {**self.spec.env, VARIABLE: str(writer)}
        try:
            if self.spec.work is not None and can_fork():
                title = f"news-monitor: {self.spec.role or self.name}"
                self.process = fork(self.spec.work, title=title, release=self._release, env=env)
            else:
                self.process = spawn(self.spec.argv, env={**os.environ, **env}, pass_fds=(writer,))
        finally:
            os.close(writer)

    def poll(self) -> int | None:
        """Return None while it runs, else its exit status."""
        return 0 if self.process is None else self.process.poll()

    def end_if_hung(self, now: float, *, slept: bool) -> None:
        """Kill it if it was heard of before and has been silent since."""
        if not self.running:
            return
        if self._has_beaten() or (slept and self._heard is not None):
            self._heard = now
        if self._heard is not None and now > self._heard + SILENT_AFTER_S:
            get_logger().error("process.hung", process=self.name, silent_s=round(now - self._heard))
            self._heard = None
            self.send(signal.SIGKILL)

    @property
    def well(self) -> bool:
        """Return whether it was heard of since its start."""
        return self.running and self._heard is not None

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self.process is not None:
            self.process.send_signal(number)

    def reap(self) -> None:
        """Wait for its end."""
        if self.process is not None:
            self.process.wait()
        self._close_pipe()

    def _has_beaten(self) -> bool:
        assert self._pipe is not None
        with contextlib.suppress(BlockingIOError):
            return bool(os.read(self._pipe, 65536))
        return False

    def _close_pipe(self) -> None:
        if self._pipe is not None:
            os.close(self._pipe)
            self._pipe = None


class ManagedServer(ManagedProcess):
    """The server, which is asked every few seconds whether it answers."""

    name = "valkey"

    def __init__(self, server: ServerProcess) -> None:
        super().__init__()
        self._server = server
        self.running = True
        self._asked = time.monotonic()
        self._silent = self._refused = 0
        self._refused_at = float("-inf")

    def start(self) -> None:
        """Start it."""
        self._silent = self._refused = 0
        self._server.start()

    def poll(self) -> int | None:
        """Return None while it runs, else its exit status."""
        return self._server.poll()

    def end_if_hung(self, now: float, *, slept: bool) -> None:
        """Kill it if it has not answered several times in a row, or if it takes no writes."""
        if not self.running or now < self._asked + _PING_EVERY_S:
            return
        self._asked = now
        self._silent = 0 if slept or self._server.answers() else self._silent + 1
        self._refused = 0 if self._silent or self._server.takes_writes() else self._refused + 1
        if self._silent >= _PINGS:
            self._kill("it does not answer")
        elif self._refused >= _PINGS and now > self._refused_at + _REFUSES_PAUSE_S:
            self._refused_at = now
            self._kill("it refuses writes")

    @property
    def well(self) -> bool:
        """Return whether it answered when it was last asked."""
        return self.running and self._silent == 0

    def _kill(self, reason: str) -> None:
        get_logger().error("process.hung", process=self.name, reason=reason)
        self._server.kill()
