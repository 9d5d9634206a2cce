"""The parent of every process on this machine: starts them, starts again whichever ends, and stops them in order.

Single-threaded: it sleeps until a signal comes or something is due. What ends at once, again and again, is started ever more slowly,
up to every 10 seconds; the embedded server is put right first, since all others wait for it.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import FrameType, TracebackType
from typing import Any, Protocol, Self

from monitor.daemon.processes import spawn
from monitor.domain.errors import MonitorError
from monitor.logs import get_logger

GRACE_S = 10.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 10.0
_SETTLED_AFTER_S = 10.0
_LONGEST_SLEEP_S = 60.0
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSpec:
    """A process to keep running. `env` is added to ours. The lowest `stage` is stopped first, those of one stage together."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    stage: int = 0


class ServerProcess(Protocol):
    """A server that the children need, started before them and stopped after them: the embedded Valkey."""

    def start(self) -> None:
        """Start it; MonitorError or OSError if that fails."""

    def poll(self) -> int | None:
        """None while it runs, else its exit status."""

    def stop(self) -> None:
        """Stop it."""


class Ended(StrEnum):
    """Why supervision ended: what was waited for came true, SIGTERM, or Ctrl-C."""

    CONDITION = "condition"
    TERMINATED = "terminated"
    INTERRUPTED = "interrupted"


class Supervisor:
    """`with Supervisor(children, server=server) as running: running.run_forever()`; leaving the block stops everything.

    `server` has been started already, so that the children can be told its address; it is stopped last. Belongs in the main thread.
    """

    def __init__(self, children: Sequence[ChildSpec], *, server: ServerProcess | None = None, grace_s: float = GRACE_S) -> None:
        self._server = server
        self._children = [_Child(spec) for spec in children]
        self._kept = [*([_Server(server)] if server else []), *self._children]
        self._grace_s = grace_s
        self._signals: list[int] = []
        self._open = contextlib.ExitStack()
        self._woken: socket.socket | None = None

    def __enter__(self) -> Self:
        self._woken = self._open.enter_context(_signals_wake(self._note))
        self._tend()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._open:
            self._stop()

    def run_forever(self) -> Ended:
        """Keep everything running until SIGTERM, SIGHUP or Ctrl-C."""
        return self.wait_until(lambda: False, every_s=_LONGEST_SLEEP_S)

    def wait_until(self, condition: Callable[[], bool], *, every_s: float = 0.1) -> Ended:
        """Keep everything running until `condition`, asked every `every_s` seconds, comes true or a signal ends it all."""
        while not self._signals:
            self._tend()
            if condition():
                return Ended.CONDITION
            due = min((kept.due for kept in self._kept if not kept.running), default=float("inf"))
            self._sleep(min(every_s, due - time.monotonic()))
        return Ended.INTERRUPTED if self._signals[0] == signal.SIGINT else Ended.TERMINATED

    def _tend(self) -> None:
        for kept in self._kept:
            kept.poll_and_restart()

    def _stop(self) -> None:
        """Every stage in turn: SIGTERM, then SIGKILL after the grace, or for all at once on a further signal."""
        patience = max(1, len(self._signals))
        for stage in sorted({child.spec.stage for child in self._children}):
            ending = [child for child in self._children if child.spec.stage == stage and child.process is not None]
            for child in ending:
                child.send(signal.SIGTERM)
            deadline = time.monotonic() + self._grace_s
            while any(child.alive for child in ending) and len(self._signals) <= patience and time.monotonic() < deadline:
                self._sleep(deadline - time.monotonic())
            for child in ending:
                child.send(signal.SIGKILL)
                child.reap()
        if self._server is not None:
            self._server.stop()

    def _sleep(self, seconds: float) -> None:
        assert self._woken is not None
        if select.select([self._woken], [], [], max(0.0, seconds))[0]:
            self._woken.recv(4096)

    def _note(self, number: int) -> None:
        if number in _STOP_SIGNALS:
            self._signals.append(number)


class ManagedProcess(ABC):
    """Something to keep running, and when to start it again."""

    name: str

    def __init__(self) -> None:
        self.due = 0.0
        self.running = False
        self._started = 0.0
        self._failures = 0

    @abstractmethod
    def start(self) -> None:
        """Start it; MonitorError or OSError if that fails."""

    @abstractmethod
    def poll(self) -> int | None:
        """None while it runs, else its exit status."""

    def poll_and_restart(self) -> None:
        """Note that it ended, and start it if it is due."""
        if self.running and (status := self.poll()) is not None:
            self._ended(status=signal.Signals(-status).name if status < 0 else status)
        if not self.running and time.monotonic() >= self.due:
            self._started = time.monotonic()
            try:
                self.start()
            except (MonitorError, OSError) as error:
                self._ended(error=str(error))
            else:
                self.running = True

    def _ended(self, **why: Any) -> None:
        self.running = False
        lived = time.monotonic() - self._started
        self._failures = 1 if lived > _SETTLED_AFTER_S else self._failures + 1
        pause = 0.0 if self._failures == 1 else min(_FIRST_PAUSE_S * 2.0 ** (self._failures - 2), _LONGEST_PAUSE_S)
        self.due = time.monotonic() + pause
        get_logger().warning("process.exited", process=self.name, again_in_s=pause, **why)


class _Child(ManagedProcess):
    """A process of ours."""

    def __init__(self, spec: ChildSpec) -> None:
        super().__init__()
        self.spec = spec
        self.name = spec.name
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process."""
        self.process = spawn(self.spec.argv, env={**os.environ, **self.spec.env})

    def poll(self) -> int | None:
        """As of the process."""
        return 0 if self.process is None else self.process.poll()

    @property
    def alive(self) -> bool:
        """Whether the process has not ended."""
        return self.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Signal the process, if it has not ended."""
        if self.process is not None:
            self.process.send_signal(number)

    def reap(self) -> None:
        """Wait for the end of a killed process."""
        if self.process is not None:
            self.process.wait()


class _Server(ManagedProcess):
    """The embedded server, started before us."""

    name = "valkey"

    def __init__(self, server: ServerProcess) -> None:
        super().__init__()
        self._server = server
        self.running = True

    def start(self) -> None:
        """Start it on the same directory."""
        self._server.start()

    def poll(self) -> int | None:
        """As of its process."""
        return self._server.poll()


@contextlib.contextmanager
def _signals_wake(note: Callable[[int], None]) -> Iterator[socket.socket]:
    """A socket that becomes readable on every signal that concerns us, each told to `note`; handlers are put back afterwards."""

    def handle(number: int, _frame: FrameType | None) -> None:
        note(number)

    reader, writer = socket.socketpair()
    with reader, writer:
        reader.settimeout(0)
        writer.settimeout(0)
        ignored = {signal.SIGHUP} if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else set()  # nohup
        before = {number: signal.signal(number, handle) for number in {*_STOP_SIGNALS, signal.SIGCHLD} - ignored}
        previous = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        try:
            yield reader
        finally:
            signal.set_wakeup_fd(previous)
            for number, handler in before.items():
                signal.signal(number, handler)
