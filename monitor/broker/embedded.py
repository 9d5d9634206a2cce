"""Run the embedded Valkey server, on a private unix socket, in a directory of its own; it never outlives the daemon.

The server inherits a lock on `server.lock`, so that the next daemon can tell whether a server is alive, and which.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO
from urllib.parse import quote

import redis
from redis.exceptions import RedisError, ResponseError

from monitor.broker.connection import check_writable, connect_producer
from monitor.broker.lock import DataDirLock, open_lock, read_pid, try_lock, write_pid
from monitor.broker.program import server_arguments, server_program
from monitor.daemon.processes import spawn
from monitor.domain.errors import MonitorError, ServiceUnavailable
from monitor.logs import get_logger

SOCKET_PATH_LIMIT = 100  # sockaddr_un has 108 bytes on Linux, 104 on macOS
START_WITHIN_S = 20.0
STOP_WITHIN_S = 1.0
_STEP_S = 0.005
_PING_S = 1.0
_ADDRESS = "address"


class EmbeddedServer:
    """The server of one data directory. It only carries work: whatever it loses is put on the queue again."""

    def __init__(self, data_dir: Path) -> None:
        self._directory = data_dir.absolute() / "broker"
        self._data_dir_lock = DataDirLock(data_dir.absolute())
        self._process: subprocess.Popen[bytes] | None = None
        self._private: Path | None = None
        self._socket = self._directory / "valkey.sock"

    @property
    def url(self) -> str:
        """Return `unix://…`, known once the server was started and the same after restarts."""
        return f"unix://{quote(str(self._socket))}"

    @property
    def pid(self) -> int | None:
        """Return the process number; None while there is no server."""
        return None if self._process is None else self._process.pid

    def poll(self) -> int | None:
        """Return None while the server runs, else its exit status; 0 if it was never started."""
        return 0 if self._process is None else self._process.poll()

    def answers(self) -> bool:
        """Return whether the server answers."""
        with contextlib.closing(connect_producer(self.url, timeout_s=_PING_S)) as client:
            return _answers(client)

    def takes_writes(self) -> bool:
        """Return whether the server takes writes; True where it does not answer at all."""
        with contextlib.closing(connect_producer(self.url, timeout_s=_PING_S)) as client:
            try:
                check_writable(client)
            except ServiceUnavailable as error:
                return not isinstance(error.__cause__, ResponseError)
        return True

    def kill(self) -> None:
        """End the server at once; `start` starts it again."""
        if self._process is not None:
            self._process.kill()

    def start(self) -> None:
        """Lock the data directory, end a server left behind, start a new one, and wait until it answers.

        Call it again when the server has died. Raises DataDirInUse, or MonitorError saying why the server does not start.
        """
        self._data_dir_lock.acquire()
        self._choose_socket()
        try:
            self._launch()
        except _NotStarted as failure:
            self._start_without_log(failure)

    def stop(self) -> None:
        """Stop the server with its writes on disk, and release the data directory."""
        self._end_process()
        if self._private is not None:
            shutil.rmtree(self._private, ignore_errors=True)
            self._private = None
        self._data_dir_lock.release()

    def disown(self) -> None:
        """Leave the server and the data directory to the parent; for a fork of the process that started it."""
        self._data_dir_lock.release()
        self._process = None

    def _end_process(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _choose_socket(self) -> None:
        natural = self._directory / "valkey.sock"
        if len(os.fsencode(natural)) <= SOCKET_PATH_LIMIT:
            return
        if self._private is None:
            self._private = Path(tempfile.mkdtemp(prefix="news-monitor-"))
        self._private.mkdir(mode=0o700, exist_ok=True)
        self._socket = self._private / "valkey.sock"

    def _launch(self) -> None:
        lock = open_lock(self._directory / "server.lock")
        try:
            _end_leftover(lock, self._directory)
            self._socket.unlink(missing_ok=True)
            with _open_private(self._directory / "server.log") as log:
                self._process = spawn(
                    server_arguments(server_program(), self._socket), cwd=self._directory, stdout=log, pass_fds=(lock,), umask=0o077
                )
            write_pid(lock, self._process.pid)
            self._wait_until_up()
            with _open_private(self._directory / _ADDRESS) as file:
                file.write(self.url.encode())
        except MonitorError:
            self._end_process()
            raise
        finally:
            os.close(lock)

    def _wait_until_up(self) -> None:
        assert self._process is not None
        client = connect_producer(self.url)
        deadline = time.monotonic() + START_WITHIN_S
        with contextlib.closing(client):
            while not _answers(client):
                if (status := self._process.poll()) is not None:
                    raise _NotStarted(f"the embedded Valkey ended with status {status}: {self._last_words()}")
                if time.monotonic() > deadline:
                    raise MonitorError(f"the embedded Valkey did not answer within {START_WITHIN_S:.0f} s: {self._last_words()}")
                time.sleep(_STEP_S)

    def _start_without_log(self, failure: _NotStarted) -> None:
        """Move a damaged log of writes aside and start again; put it back if the server fails without it too."""
        kept = self._directory / "appendonlydir"
        aside = self._directory / f"appendonlydir.damaged-{time.time_ns()}"
        if not kept.is_dir():
            raise failure
        kept.rename(aside)
        try:
            self._launch()
        except MonitorError:
            shutil.rmtree(kept, ignore_errors=True)
            aside.rename(kept)
            raise
        get_logger().warning("broker.reset", reason=str(failure), kept_as=str(aside))

    def _last_words(self) -> str:
        lines = (self._directory / "server.log").read_text("utf-8", "replace").splitlines()
        return " | ".join(line.strip() for line in lines[-3:]) or "no message"


class _NotStarted(MonitorError):
    """The server ended before it answered."""


def running_server(data_dir: Path) -> str | None:
    """Return the address of the embedded server that a daemon runs on this data directory; None if there is none."""
    try:
        url = (data_dir / "broker" / _ADDRESS).read_text("utf-8")
    except OSError:
        return None
    with contextlib.closing(connect_producer(url)) as client:
        return url if _answers(client) else None


def _end_leftover(lock: int, directory: Path) -> None:
    """Take the server's lock and end the process that holds it: its daemon is gone, since its own lock was free."""
    for wanted in (signal.SIGTERM, signal.SIGKILL):
        if try_lock(lock):
            return
        if (pid := read_pid(lock)) is not None and _works_in(pid, directory):
            os.kill(pid, wanted)
        deadline = time.monotonic() + STOP_WITHIN_S
        while time.monotonic() < deadline:
            if try_lock(lock):
                return
            time.sleep(_STEP_S)
    raise MonitorError(f"a Valkey server left behind (process {read_pid(lock)}) cannot be ended; end it and start again")


def _works_in(pid: int, directory: Path) -> bool:
    """Return whether a process runs in a directory, as its number may belong to another program by now. Without /proc it is believed."""
    if not Path("/proc/self").exists():
        return True
    try:
        return Path(f"/proc/{pid}/cwd").samefile(directory)
    except OSError:
        return False


def _open_private(path: Path) -> IO[bytes]:
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb")
    except OSError as error:
        raise MonitorError(f"the data directory {path.parent} cannot be written: {error.strerror}") from error


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except RedisError:
        return False
