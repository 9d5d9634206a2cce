"""Shut this process in: no files, no network, no further processes, a limit of memory, and one of CPU time for each piece of work."""

from __future__ import annotations

import encodings
import importlib
import os
import pkgutil
import resource
import signal
import sys
import time
from contextlib import suppress
from importlib.machinery import BuiltinImporter, FrozenImporter
from typing import Final

from monitor.daemon.syscall_filter import forbid_system_calls

OVER_CPU_LIMIT: Final = -signal.SIGPROF
"""The exit status, as `subprocess` tells it, of a process that took more CPU time than `limit_cpu` gave it."""
_NOTHING: Final = (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC)
_MACHINE_ONLY: Final = frozenset({"encodings.mbcs", "encodings.oem", "encodings.idna"})


def shut_in(memory_bytes: int) -> None:
    """Give up everything but the memory and the open files of this process. Load all modules before: none can be loaded later."""
    _load_encodings()
    time.localtime()
    sys.meta_path[:] = [BuiltinImporter, FrozenImporter]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
    limit_memory(memory_bytes)
    for limit in _NOTHING:
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (0, 0))
    forbid_system_calls()


def limit_memory(memory_bytes: int) -> None:
    """Let this process have no more than so much memory of its own; what it asks for beyond that is refused."""
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))


def limit_cpu(seconds: float) -> None:
    """End this process when it has used so much CPU time from now on; 0 lifts the limit."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def largest_memory() -> int:
    """Return the most memory that this process has had, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _load_encodings() -> None:
    # A document may name any of them, and none can be loaded later.
    for found in pkgutil.iter_modules(encodings.__path__, "encodings."):
        if found.name not in _MACHINE_ONLY:
            with suppress(ImportError):
                importlib.import_module(found.name)
