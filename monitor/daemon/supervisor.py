"""Start the processes of this machine, start again whichever ends or hangs, and stop them in order.

The supervisor has one thread, which sleeps until a signal arrives, a start is due or a second has passed. A process that keeps ending is started
after longer and longer pauses, up to 10 seconds. The embedded server is restarted first, since all others wait for it.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from types import FrameType, TracebackType
from typing import Self

from monitor.daemon import systemd
from monitor.daemon.managed_process import ChildSpec, ManagedChild, ManagedServer, ServerProcess

__all__ = ["ChildSpec", "Ended", "ServerProcess", "Supervisor"]

GRACE_S = 3.5
_LAST_RESORT_S = 1.5
"""How long after the grace everything is killed, whatever the supervisor waits for."""
_LOOK_EVERY_S = 1.0
_SLEPT_S = 5.0
"""A longer pause between two looks means that this process did not run, so that the children may not have run either."""
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Ended(StrEnum):
    """Why supervision ended: the condition became true, SIGTERM or SIGHUP came, or Ctrl-C."""

    CONDITION = "condition"
    TERMINATED = "terminated"
    INTERRUPTED = "interrupted"


class Supervisor:
    """`with Supervisor(children, server=server) as running: running.run_forever()`; leaving the block stops everything.

    `server` is started before, since the children need its address, and stopped last. All stages together have `grace_s` to stop in, those that
    come first no more than their share of it. Use it in the main thread.
    """

    def __init__(self, children: Sequence[ChildSpec], *, server: ServerProcess | None = None, grace_s: float = GRACE_S) -> None:
        self._server = server
        self._children = [ManagedChild(spec, self._release) for spec in children]
        self._managed = [*([ManagedServer(server)] if server else []), *self._children]
        self._grace_s = grace_s
        self._signals: list[int] = []
        self._ready = False
        self._looked: float | None = None
        self._open = contextlib.ExitStack()
        self._wake_pair: tuple[socket.socket, ...] = ()

    def __enter__(self) -> Self:
        self._wake_pair = self._open.enter_context(_signals_wake(self._note))
        self._open.enter_context(_last_resort(self._kill_all))
        self._restart_ended()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._open:
            self._stop()

    def run_forever(self) -> Ended:
        """Keep everything running until SIGTERM, SIGHUP or Ctrl-C."""
        return self.wait_until(lambda: False, every_s=_LOOK_EVERY_S)

    def wait_until(self, condition: Callable[[], bool], *, every_s: float = 0.1) -> Ended:
        """Keep everything running until `condition`, checked every `every_s` seconds, is true or a stop signal comes."""
        while not self._signals:
            self._restart_ended()
            self._look_for_hung()
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

    def _look_for_hung(self) -> None:
        """End what hangs, and tell systemd that all is well if it is."""
        now = time.monotonic()
        if self._looked is not None and now < self._looked + _LOOK_EVERY_S:
            return
        slept = self._looked is not None and now > self._looked + _SLEPT_S
        for process in self._managed:
            process.end_if_hung(now, slept=slept)
        self._looked = time.monotonic()
        if all(process.well for process in self._managed):
            systemd.notify(systemd.WATCHDOG if self._ready else f"{systemd.READY}\n{systemd.WATCHDOG}")
            self._ready = True

    def _kill_all(self) -> None:
        for child in self._children:
            child.send(signal.SIGKILL)
        if self._server is not None:
            self._server.kill()

    def _stop(self) -> None:
        """Stop each stage in turn: SIGTERM, then SIGKILL after its share of the grace, or at once on a further signal."""
        systemd.notify(systemd.STOPPING)
        signal.setitimer(signal.ITIMER_REAL, self._grace_s + _LAST_RESORT_S)
        allowed = max(1, len(self._signals))
        stages = sorted({child.spec.stage for child in self._children})
        began = time.monotonic()
        for number, stage in enumerate(stages, start=1):
            ending = [child for child in self._children if child.spec.stage == stage and child.process is not None]
            for child in ending:
                child.send(signal.SIGTERM)
            deadline = began + self._grace_s * number / len(stages)
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


@contextlib.contextmanager
def _last_resort(kill_all: Callable[[], None]) -> Iterator[None]:
    """Let the alarm clock end everything, so that no wait of the supervisor can keep it from stopping. Restores the handler."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        kill_all()
        os._exit(1)

    before = signal.signal(signal.SIGALRM, handle)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
