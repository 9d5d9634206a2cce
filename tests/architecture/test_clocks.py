"""Tests do not measure time: a clock tells of the machine and of who else works on it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAY_READ_CLOCKS = {
    "tests/e2e/storm.py": "times the blows of a storm, and ends one in which the program does not stop",
    "tests/growth.py": "compares CPU times that are measured side by side",
    "tests/waiting.py": "gives up waiting for another process at a deadline, which ends a test that hangs",
}
READINGS = {
    "time": {
        f"{clock}{unit}" for clock in ("time", "monotonic", "perf_counter", "process_time", "thread_time") for unit in ("", "_ns")
    }
    | {"clock_gettime", "clock_gettime_ns", "gmtime", "localtime"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "os": {"times"},
}
"""What is asked of these modules and classes to learn the time. Data that must look recent is dated by `SYSTEM_CLOCK.now()`."""
MEASURED = {"monotonic", "ru_utime", "ru_stime", "cpu_times"}
"""What nobody is to be asked, the clock of the program as little as others."""


def _readings(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module="time" | "timeit" as module, names=names):
                yield from ((name.name, node.lineno) for name in names if module == "timeit" or name.name in READINGS["time"])
            case ast.Import(names=names) if any(name.name == "timeit" for name in names):
                yield "timeit", node.lineno
            case ast.Attribute(value=owner, attr=attr):
                whose = ast.unparse(owner)
                if attr in READINGS.get(whose.rpartition(".")[2], ()) or attr in MEASURED or (attr == "time" and "loop" in whose):
                    yield f"{whose}.{attr}", node.lineno
            case _:
                pass


def test_a_reading_is_recognized() -> None:
    """However it is written."""
    code = """
import time, datetime as dt, timeit
from time import monotonic
time.time(); time.perf_counter_ns(); datetime.now(UTC); datetime.datetime.utcnow(); asyncio.get_running_loop().time()
self._loop.time(); resource.getrusage(0).ru_utime; SYSTEM_CLOCK.monotonic(); date.today()
time.sleep(1); moment.time(); time.struct_time; SYSTEM_CLOCK.now(); clock.now(); datetime(2026, 1, 1)
"""
    assert sorted(line for _, line in _readings(ast.parse(code))) == [2, 3, *[4] * 5, *[5] * 4]


def test_only_those_who_must_read_a_clock() -> None:
    """A test compares growth, counts what was done, or asks what came first; a bound in seconds only ends one that hangs."""
    found = {
        path.relative_to(ROOT).as_posix(): readings
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if (readings := list(_readings(ast.parse(path.read_text("utf-8")))))
    }
    assert {name: readings for name, readings in found.items() if name not in MAY_READ_CLOCKS} == {}
    assert set(MAY_READ_CLOCKS) == set(found), "an exception that is not needed"
