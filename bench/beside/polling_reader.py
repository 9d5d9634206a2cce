"""lemon24/reader's update over the same feeds, for bench/polling.py to stand beside. Needs the package `reader` (bench extra).

python bench/beside/polling_reader.py PORT FEEDS ROUNDS     prints JSON: CPU seconds per unchanged and per changed feed in the best round
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

try:
    from reader import make_reader  # type: ignore[import-not-found, unused-ignore]  # an optional extra
except ImportError:
    make_reader = None


def updated(reader: Any, urls: list[str]) -> float:
    """CPU seconds for one update of every feed: one by one, since `update_feeds` leaves out what it thinks is not due."""
    started = time.process_time()
    for url in urls:
        reader.update_feed(url)
    return time.process_time() - started


def main(port: int, feeds: int, rounds: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        reader = make_reader(str(Path(folder) / "reader.sqlite"))
        urls = [f"http://127.0.{number // 250}.{number % 250 + 1}:{port}/feed" for number in range(feeds)]
        for url in urls:
            reader.add_feed(url)
            reader.update_feed(url)
        unchanged, changed = [], []
        for _ in range(rounds):
            unchanged.append(updated(reader, urls))
            urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/turn", method="POST")).read()  # loopback
            changed.append(updated(reader, urls))
        reader.close()
    print(json.dumps({"unchanged_s": min(unchanged) / feeds, "changed_s": min(changed) / feeds}))


if __name__ == "__main__":
    if make_reader is None:
        print("reader is not installed: pip install 'news-monitor[bench]'")
    elif len(sys.argv) < 4:
        print("this is the other side of bench/polling.py")
    else:
        main(*map(int, sys.argv[1:4]))
