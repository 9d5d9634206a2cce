"""Jobs whose beginning and end a test can see, and a worker process that may run them: `python -m … QUEUE REDIS_URL FOLDER`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from monitor import logs
from monitor.broker.queues import SafeJob
from workers import rq_worker
from workers.work_loop import WorkLoop

_HERE = "tests.integration.workers.jobs_for_tests"
NOTE, HELD, FAIL = f"{_HERE}.note", f"{_HERE}.held", f"{_HERE}.fail"
SCAN_FOR_TESTS = "tests.integration.workers.test_storm.strike_off"


class OpenJob(SafeJob):
    """Lets the functions of this module pass."""

    functions: ClassVar[frozenset[str]] = frozenset({NOTE, HELD, FAIL, SCAN_FOR_TESTS})


def note(path: str) -> None:
    """Leave a file that says who was here, all at once."""
    new = Path(f"{path}.{os.getpid()}")
    new.write_text(str(os.getpid()), "utf-8")
    new.rename(path)


def held(path: str) -> None:
    """Say that the job has begun, wait for PATH.go, and say that it has ended."""
    note(f"{path}.begun")
    while not Path(f"{path}.go").exists():
        time.sleep(0.01)
    note(f"{path}.ended")


def fail(path: str) -> None:
    """Raise an error."""
    raise ValueError(f"no luck with {path}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a worker that leaves `started` and `stopped` in its folder."""
    queue, url, folder = sys.argv[1:] if arguments is None else arguments
    logs.configure(strict=True)

    def direct(_waited: timedelta) -> bool:
        note(f"{folder}/direct")
        return False

    rq_worker.run(
        queue,
        url,
        WorkLoop(queue, direct),
        on_start=lambda: note(f"{folder}/started"),
        on_stop=lambda: note(f"{folder}/stopped"),
        job_class=OpenJob,
    )


if __name__ == "__main__":
    main()
