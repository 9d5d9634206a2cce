"""What it costs to have on the disk what is acknowledged: commits of one row that wait for the disk beside those that do not.

    python bench/durable.py [--commits 500] [--folder .]

The folder must be on a real disk: a file system in memory has nothing to wait for.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.storage import probes, schema
from monitor.storage.engine import Database, sqlite_url


def measure(database: Database, commits: int, *, durable: bool) -> list[float]:
    """Return the seconds of each commit."""
    times = []
    for n in range(commits):
        began = time.perf_counter()
        with database.write(durable=durable) as connection:
            probes.record(connection, "bench", {"n": n}, SYSTEM_CLOCK.now())
        times.append(time.perf_counter() - began)
    return times


def main() -> None:
    """Print medians and the 95th percentile in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commits", type=int, default=500)
    parser.add_argument("--folder", type=Path, default=Path())
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        database = Database(sqlite_url(Path(folder) / "news.db"))
        schema.upgrade(database)
        for durable in (False, True):
            times = sorted(measure(database, options.commits, durable=durable))
            middle, high = statistics.median(times) * 1000, times[int(0.95 * len(times))] * 1000
            print(f"{'durable' if durable else 'usual  '}  median {middle:.2f} ms, 95th percentile {high:.2f} ms")
        database.close()


if __name__ == "__main__":
    main()
