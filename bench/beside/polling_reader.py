"""lemon24/reader's update over the same feeds, for bench/polling.py to stand beside. Needs the package `reader` (bench extra).

python bench/beside/polling_reader.py PORT FEEDS     prints "ready"; then, for each line it is sent, CPU seconds a feed for an update of them all
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

try:
    from reader import make_reader  # type: ignore[import-not-found, unused-ignore]  # an optional extra
except ImportError:
    make_reader = None


def main(port: int, feeds: int) -> None:
    """Measure and print. One by one, since `update_feeds` leaves out what it thinks is not due."""
    with tempfile.TemporaryDirectory() as folder:
        reader = make_reader(str(Path(folder) / "reader.sqlite"))
        urls = [f"http://127.0.{number // 250}.{number % 250 + 1}:{port}/feed" for number in range(feeds)]
        for url in urls:
            reader.add_feed(url)
            reader.update_feed(url)
        print("ready", flush=True)
        for _ in sys.stdin:
            started = time.process_time()
            for url in urls:
                reader.update_feed(url)
            print((time.process_time() - started) / feeds, flush=True)
        reader.close()


if __name__ == "__main__":
    if make_reader is None:
        print("reader is not installed")
    elif len(sys.argv) < 3:
        print("this is the other side of bench/polling.py")
    else:
        main(*map(int, sys.argv[1:3]))
