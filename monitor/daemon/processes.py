"""Processes: children that never outlive their parent, names by which others see that one has died, and what one does once it is set up."""

from __future__ import annotations

import ctypes
import gc
import hashlib
import os
import secrets
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
_ALLOCATED = 20_000
"""Objects more than before that start a collection; the interpreter's own 700 are soon reached by one parsed document."""


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


def lease_owner() -> str:
    """A fresh name for whoever holds a lease, at most 36 characters: it tells this process, and everything it does apart."""
    return f"{_machine()}-{os.getpid()}-{secrets.token_hex(6)}"


def is_dead(name: str) -> bool:
    """Whether the process behind a `lease_owner` name has certainly ended; of other machines and containers nothing is certain.

    To be asked by a process that holds nothing yet: under its own number an earlier one is meant.
    """
    machine, _, rest = name.partition("-")
    number = rest.partition("-")[0]
    if machine != _machine() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return int(number) == os.getpid()


@cache
def _machine() -> str:
    """The same for two processes only if they see each other under their process numbers."""
    try:
        about = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii") + str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        about = f"{uuid.getnode()}"
    return hashlib.sha256(about.encode()).hexdigest()[:12]


def freeze_gc() -> None:
    """Call once a process is set up: modules and settings stay as long as it does, and the garbage collector need not go through them again and again.

    It also runs less often: what a process allocates while it works is nearly all freed without it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATED, *gc.get_threshold()[1:])


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
