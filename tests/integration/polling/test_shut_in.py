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


METER = """
import os
from monitor.daemon import sandbox
keep, meter = os.dup(1), sandbox.memory_meter()
sandbox.shut_in(300_000_000)
before = meter()
needed = len(b"x" * 150_000_000)
os.write(keep, f"{before} {meter()}".encode())
"""

LARGE_PARENT = """
import asyncio
from monitor.daemon.parser_client import ParserPool
from monitor.domain.clock import SYSTEM_CLOCK
async def main():
    large, parse = b"x" * 300_000_000, ParserPool()
    for _ in range(2):
        await parse(b"<rss/>", "http://x.example/", {}, SYSTEM_CLOCK.now())
        print(*parse.processes())
    parse.close()
asyncio.run(main())
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


def test_the_memory_is_told_from_inside() -> None:
    """A process that is shut in still knows the most that it has had, also when it has given it back."""
    done = subprocess.run([sys.executable, "-c", METER], capture_output=True, text=True, check=True)
    before, after = map(int, done.stdout.split())
    assert 0 < before < 150_000_000 <= after


def test_a_large_poller_keeps_its_parser() -> None:
    """The memory of the process that starts a parser does not count as the parser's: the second document goes to the same one."""
    done = subprocess.run([sys.executable, "-c", LARGE_PARENT], capture_output=True, text=True, check=True)
    first, second = done.stdout.splitlines()
    assert first == second != ""


def test_cpu_time_has_an_end() -> None:
    """A limit ends the process, also in the middle of a long call, and the exit says so."""
    script = "from monitor.daemon import sandbox; sandbox.limit_cpu(0.2); sum(range(10**12))"

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == OVER_CPU_LIMIT
