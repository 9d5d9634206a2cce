"""Lock a data directory for one daemon: two servers on one directory would steal each other's socket and mix their writes."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from monitor.domain.errors import DataDirInUse, MonitorError


class DataDirLock:
    """An exclusive lock on a directory, released at the latest when this process ends, however it ends."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._file: int | None = None

    def acquire(self) -> None:
        """Take the lock, creating the directory if it is missing. Raises DataDirInUse or MonitorError."""
        if self._file is not None:
            return
        file = open_lock(self._directory / "daemon.lock")
        try:
            if not try_lock(file):
                raise DataDirInUse(_in_use(self._directory, read_pid(file)))
            write_pid(file, os.getpid())
        except MonitorError:
            os.close(file)
            raise
        self._file = file

    def release(self) -> None:
        """Release the lock."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def open_lock(path: Path) -> int:
    """Return a descriptor of a lock file, private to this user. Raises MonitorError where the directory cannot be written."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise MonitorError(f"the data directory {path.parent} cannot be written: {error.strerror}") from error


def try_lock(file: int) -> bool:
    """Try to take the lock; return whether it was free."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise MonitorError(f"the data directory cannot be locked: {error.strerror}; it must be on a local disk") from error
    return True


def read_pid(file: int) -> int | None:
    """Return the process number in a lock file; None if there is none."""
    text = os.pread(file, 20, 0).strip()
    return int(text) if text.isdigit() else None


def write_pid(file: int, pid: int) -> None:
    """Write a process number to a lock file. Raises MonitorError if the disk is full."""
    try:
        os.ftruncate(file, 0)
        os.pwrite(file, str(pid).encode(), 0)
    except OSError as error:
        raise MonitorError(f"the data directory cannot be written: {error.strerror}") from error


def _in_use(directory: Path, pid: int | None) -> str:
    who = "another process" if pid is None else f"process {pid}"
    stop = "stop it" if pid is None else f"stop it (kill {pid})"
    return f"the data directory {directory} is in use by {who}; {stop} or give this one its own data_dir"
