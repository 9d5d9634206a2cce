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
from collections.abc import Callable
from contextlib import suppress
from importlib.machinery import BuiltinImporter, FrozenImporter
from pathlib import Path
from typing import Final

from monitor.daemon.syscall_filter import forbid_system_calls

OVER_CPU_LIMIT: Final = -signal.SIGPROF
"""The exit status, as `subprocess` tells it, of a process that took more CPU time than `limit_cpu` gave it."""
_NOTHING: Final = (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC)
_STATUS: Final = Path("/proc/self/status")
_PEAK: Final = b"VmHWM:"
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


def memory_meter() -> Callable[[], int]:
    """Return a function that tells the most memory this process has had, in bytes. Call this before `shut_in`; the function works after it, too."""
    try:
        status = _STATUS.open("rb", buffering=0)
    except OSError:
        return _peak_of_usage

    def peak() -> int:
        status.seek(0)
        _, found, rest = status.read(8192).partition(_PEAK)
        return int(rest.split(maxsplit=1)[0]) * 1024 if found else _peak_of_usage()

    return peak


def _peak_of_usage() -> int:
    # On Linux this is no less than what the parent had when it started this process.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _load_encodings() -> None:
    # A document may name any of them, and none can be loaded later.
    for found in pkgutil.iter_modules(encodings.__path__, "encodings."):
        if found.name not in _MACHINE_ONLY:
            with suppress(ImportError):
                importlib.import_module(found.name)
