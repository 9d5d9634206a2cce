"""A month of the whole pipeline under a virtual clock, with kills, a full disk, lost answers and a wrong clock wherever the seed puts them.

    PYTHONPATH=. python bench/simulate.py [--seed N | --seeds N] [--days 30] [--diary]

Exits with 1 and prints the seed when a run breaks a promise.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from pathlib import Path

from monitor import logs
from tests.simulation.simulation import Simulation


def main() -> int:
    """Run the seeds that were asked for."""
    parser = argparse.ArgumentParser(prog="simulate")
    parser.add_argument("--seed", type=int, help="run this seed alone")
    parser.add_argument("--seeds", type=int, default=1, help="run the seeds 1 to N; the default is 1")
    parser.add_argument("--days", type=float, default=30.0)
    parser.add_argument("--diary", action="store_true", help="print all that crossed the border")
    chosen = parser.parse_args()
    logs.configure(strict=True, level="critical")
    failed = 0
    for seed in [chosen.seed] if chosen.seed is not None else range(1, chosen.seeds + 1):
        began = time.process_time()
        with tempfile.TemporaryDirectory(prefix="simulate-") as folder:
            books = Simulation(seed, Path(folder), days=chosen.days).run()
        if chosen.diary:
            print(*books.diary, sep="\n")
        digest = hashlib.sha256("\n".join(books.diary).encode()).hexdigest()[:16]
        print(
            f"seed {seed}: {'FAILS' if books.faults else 'ok'}  {books.events} events, {books.alerts} alerts, {books.posts} posts, "
            f"{books.deaths} deaths, diary {digest}" + ("" if chosen.diary else f", {time.process_time() - began:.1f} s of CPU")
        )
        for fault in books.faults:
            print(f"  {fault}")
        failed += bool(books.faults)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
