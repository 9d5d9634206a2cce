"""Start the processes of this machine, start again whichever ends, and stop them in order.

The supervisor has one thread, which sleeps until a signal arrives or a start is due. A process that keeps ending is started after longer and
longer pauses, up to 10 seconds. The embedded server is restarted first, since all others wait for it.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import FrameType, TracebackType
from typing import Any, Protocol, Self

from monitor.daemon.processes import ChildProcess, can_fork, fork, spawn
from monitor.domain.errors import MonitorError
from monitor.logs import get_logger

GRACE_S = 10.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 10.0
_SETTLED_AFTER_S = 10.0
_LONGEST_SLEEP_S = 60.0
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


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

    def stop(self) -> None:
        """Stop it."""

    def disown(self) -> None:
        """Leave it to the parent; called in a fork."""


class Ended(StrEnum):
    """Why supervision ended: the condition became true, SIGTERM or SIGHUP came, or Ctrl-C."""

    CONDITION = "condition"
    TERMINATED = "terminated"
    INTERRUPTED = "interrupted"


class Supervisor:
    """`with Supervisor(children, server=server) as running: running.run_forever()`; leaving the block stops everything.

    `server` is started before, since the children need its address, and stopped last. Use it in the main thread.
    """

    def __init__(self, children: Sequence[ChildSpec], *, server: ServerProcess | None = None, grace_s: float = GRACE_S) -> None:
        self._server = server
        self._children = [_Child(spec, self._release) for spec in children]
        self._managed = [*([_Server(server)] if server else []), *self._children]
        self._grace_s = grace_s
        self._signals: list[int] = []
        self._open = contextlib.ExitStack()
        self._wake_pair: tuple[socket.socket, ...] = ()

    def __enter__(self) -> Self:
        self._wake_pair = self._open.enter_context(_signals_wake(self._note))
        self._restart_ended()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._open:
            self._stop()

    def run_forever(self) -> Ended:
        """Keep everything running until SIGTERM, SIGHUP or Ctrl-C."""
        return self.wait_until(lambda: False, every_s=_LONGEST_SLEEP_S)

    def wait_until(self, condition: Callable[[], bool], *, every_s: float = 0.1) -> Ended:
        """Keep everything running until `condition`, checked every `every_s` seconds, is true or a stop signal comes."""
        while not self._signals:
            self._restart_ended()
            if condition():
                return Ended.CONDITION
            due = min((process.due for process in self._managed if not process.running), default=float("inf"))
            self._sleep(min(every_s, due - time.monotonic()))
        return Ended.INTERRUPTED if self._signals[0] == signal.SIGINT else Ended.TERMINATED

    def _release(self) -> None:
        """Close what belongs to the supervisor; called in a fork, which would otherwise hold the data directory's lock after its end."""
        if self._server is not None:
            self._server.disown()
        self._open.pop_all()
        for end in self._wake_pair:
            end.close()

    def _restart_ended(self) -> None:
        for process in self._managed:
            process.poll_and_restart()

    def _stop(self) -> None:
        """Stop each stage in turn: SIGTERM, then SIGKILL after the grace period, or at once on a further signal."""
        allowed = max(1, len(self._signals))
        for stage in sorted({child.spec.stage for child in self._children}):
            ending = [child for child in self._children if child.spec.stage == stage and child.process is not None]
            for child in ending:
                child.send(signal.SIGTERM)
            deadline = time.monotonic() + self._grace_s
            while any(child.alive for child in ending) and len(self._signals) <= allowed and time.monotonic() < deadline:
                self._sleep(deadline - time.monotonic())
            for child in ending:
                child.send(signal.SIGKILL)
                child.reap()
        if self._server is not None:
            self._server.stop()

    def _sleep(self, seconds: float) -> None:
        assert self._wake_pair
        if select.select([self._wake_pair[0]], [], [], max(0.0, seconds))[0]:
            self._wake_pair[0].recv(4096)

    def _note(self, number: int) -> None:
        if number in _STOP_SIGNALS:
            self._signals.append(number)


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


class _Child(ManagedProcess):
    def __init__(self, spec: ChildSpec, release: Callable[[], None]) -> None:
        super().__init__()
        self._release = release
        self.spec = spec
        self.name = spec.name
        self.process: ChildProcess | None = None

    def start(self) -> None:
        if self.spec.work is not None and can_fork():
            self.process = fork(
                self.spec.work, title=f"news-monitor: {self.spec.role or self.name}", release=self._release, env=self.spec.env
            )
        else:
            self.process = spawn(self.spec.argv, env={**os.environ, **self.spec.env})

    def poll(self) -> int | None:
        return 0 if self.process is None else self.process.poll()

    @property
    def alive(self) -> bool:
        return self.poll() is None

    def send(self, number: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(number)

    def reap(self) -> None:
        if self.process is not None:
            self.process.wait()


class _Server(ManagedProcess):
    name = "valkey"

    def __init__(self, server: ServerProcess) -> None:
        super().__init__()
        self._server = server
        self.running = True

    def start(self) -> None:
        self._server.start()

    def poll(self) -> int | None:
        return self._server.poll()


@contextlib.contextmanager
def _signals_wake(note: Callable[[int], None]) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Yield a pair of sockets, the first of which becomes readable on each signal; `note` is called with its number. Restores the handlers."""

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
            yield reader, writer
        finally:
            signal.set_wakeup_fd(previous)
            for number, handler in before.items():
                signal.signal(number, handler)
