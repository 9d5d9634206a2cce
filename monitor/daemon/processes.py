"""Start child processes that never outlive their parent, by running a command or by forking."""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Protocol

from setproctitle import setproctitle

_PR_SET_PDEATHSIG = 1
_HANDLED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD, signal.SIGALRM)
"""Signals for which a parent has handlers that its children must not inherit."""
_COLLECT_AFTER = 20_000
"""New objects that start a garbage collection; the interpreter's own 700 are soon reached by one parsed document."""


class ChildProcess(Protocol):
    """What a `subprocess.Popen` and a ForkedProcess have in common."""

    pid: int

    def poll(self) -> int | None:
        """Return None while it runs, else its exit status, negative for a signal."""

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""

    def wait(self) -> int:
        """Wait for the end and return the exit status."""


class ForkedProcess:
    """A child made by `fork`."""

    def __init__(self, process: multiprocessing.process.BaseProcess) -> None:
        self._process = process
        self.pid = process.pid or 0

    def poll(self) -> int | None:
        """Return None while it runs, else its exit status, negative for a signal."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def wait(self) -> int:
        """Wait for the end and return the exit status."""
        self._process.join()
        return self._process.exitcode or 0


def spawn(
    argv: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdout: IO[bytes] | None = None,
    pass_fds: Sequence[int] = (),
    umask: int = -1,
) -> subprocess.Popen[bytes]:
    """Run a command in a session of its own, so that Ctrl-C in a terminal reaches only the parent.

    On Linux the kernel sends it SIGTERM when the calling thread ends: call this from the main thread.
    `stdout` also takes stderr, without it both are inherited; `umask` -1 keeps the parent's.
    """
    return subprocess.Popen(  # noqa: S603 - a list of arguments, no shell
        list(argv),
        env=None if env is None else dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=None if stdout is None else subprocess.STDOUT,
        pass_fds=tuple(pass_fds),
        start_new_session=True,
        umask=umask,
        preexec_fn=_end_with(os.getpid()),  # noqa: PLW1509 - the parent is single-threaded
    )


def can_fork() -> bool:
    """Return whether a fork of this process is safe: on Linux, with one thread only, as a fork copies the locks that others hold."""
    return sys.platform == "linux" and len(list(Path("/proc/self/task").iterdir())) == 1


def fork(
    work: Callable[[], None], *, title: str, release: Callable[[], None], env: Mapping[str, str] | None = None
) -> ForkedProcess:
    """Fork a child that shares the memory of everything loaded so far and otherwise begins as after `spawn`.

    It runs `work` and exits with the status of its SystemExit, else 0. Call this only if `can_fork()` and while no database is open, as SQLite
    forbids to carry a connection over. `release` is called in the child to close what belongs to the parent; `title` is what `ps` shows.
    """
    parent = os.getpid()

    def begin() -> None:
        _reset_signals()
        os.setsid()
        if (end_with_parent := _end_with(parent)) is not None:
            end_with_parent()
        release()
        setproctitle(title)
        os.environ.update(env or {})
        gc.enable()
        work()

    # A collection between here and the fork would leave holes in pages, which are copied when the child fills them.
    gc.disable()
    gc.collect()
    gc.freeze()
    process = multiprocessing.get_context("fork").Process(target=begin)
    # A signal that arrives before the child has its own handlers would be handled as if sent to the parent.
    signal.pthread_sigmask(signal.SIG_BLOCK, _HANDLED)
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HANDLED)
        gc.enable()
    return ForkedProcess(process)


def freeze_gc() -> None:
    """Take what is loaded out of garbage collection, and collect less often; call it once a process is set up.

    Modules and settings live as long as the process, and what it allocates while it works is nearly all freed without a collection.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, *gc.get_threshold()[1:])


def _reset_signals() -> None:
    """Set the signal handlers of a new interpreter; a signal that the parent ignores (nohup) stays ignored."""
    signal.set_wakeup_fd(-1)
    for number in _HANDLED:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _HANDLED)


def _end_with(parent: int) -> Callable[[], None] | None:
    """Return the function that a child calls to get SIGTERM when its parent ends; None where the system cannot do that."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def prepare() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # until exec the inherited handler would swallow it
        prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM))
        if os.getppid() != parent:  # it ended before the signal was asked for
            os._exit(1)

    return prepare
