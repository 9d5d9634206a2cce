"""Child processes that never outlive their parent."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1


def spawn(
    argv: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdout: IO[bytes] | None = None,
    pass_fds: Sequence[int] = (),
    umask: int = -1,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that Ctrl-C in a terminal reaches only us.

    On Linux the kernel sends it SIGTERM when the thread that called this ends: call it from the main thread.
    `stdout` also takes stderr, without it both are inherited; `umask` -1 keeps ours.
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
        preexec_fn=_ends_with(os.getpid()),  # noqa: PLW1509 - the parent is single-threaded
    )


def _ends_with(parent: int) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def prepare() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # until exec the handler inherited from us would swallow it
        prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM))
        if os.getppid() != parent:  # it died before we asked to be told
            os._exit(1)

    return prepare
