"""A parser process can do nothing but compute and answer."""

from __future__ import annotations

import subprocess
import sys

import pytest

from monitor.daemon.sandbox import OVER_CPU_LIMIT

SHUT_IN = """
import os, socket, sys
from monitor.daemon import sandbox
keep = os.dup(1)
sandbox.shut_in(300_000_000)
try:
    {attempt}
except BaseException as error:
    os.write(keep, type(error).__name__.encode())
else:
    os.write(keep, b"done")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limits of other systems are fewer")
@pytest.mark.parametrize(
    ("attempt", "expected"),
    [
        ("sum(range(1000))", {"done"}),
        ("'x'.encode('cp1251') + 'x'.encode('euc_kr')", {"done"}),
        ("open('/etc/hostname')", {"PermissionError", "OSError"}),
        ("open('/dev/shm/x', 'w')", {"PermissionError", "OSError"}),
        ("os.unlink('/dev/shm/x')", {"PermissionError"}),
        ("socket.socket()", {"PermissionError", "OSError"}),
        ("os.fork()", {"PermissionError", "BlockingIOError"}),
        ("os.execv('/bin/true', ['true'])", {"PermissionError"}),
        ("os.kill(os.getppid(), 0)", {"PermissionError"}),
        ("bytearray(400_000_000)", {"MemoryError"}),
        ("__import__('sqlite3')", {"ModuleNotFoundError"}),
    ],
)
def test_what_is_left(attempt: str, expected: set[str]) -> None:
    """No file, no connection, no process, no more memory, no further module."""
    done = subprocess.run([sys.executable, "-c", SHUT_IN.format(attempt=attempt)], capture_output=True, text=True, check=False)
    assert done.stdout in expected, done.stderr


def test_cpu_time_has_an_end() -> None:
    """A limit ends the process, also in the middle of a long call, and the exit says so."""
    script = "from monitor.daemon import sandbox; sandbox.limit_cpu(0.2); sum(range(10**12))"

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == OVER_CPU_LIMIT
