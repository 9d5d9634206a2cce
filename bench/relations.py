"""How well statements are related to stories, on clusters of reports whose events are known, beside the simplest door (TF-IDF).

    python bench/relations.py [CLUSTERS.jsonl] [--orders 4] [--batch 50] [--limit N]

CLUSTERS.jsonl has a line {id, cluster, text, title?} for each report; by default it is ECB+ in $NEWS_MONITOR_CORPORA. Each order is run through the index in the database as scan workers do:
an alert is told for every report that begins a story. `lost` are events none of whose reports did. Pairs and B-cubed compare the stories with
the events in the end.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Sequence
from pathlib import Path

from tests.story_quality import Quality, load, run, tfidf


def main() -> None:
    """Print a line for each order, the mean, and TF-IDF beside."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clusters", type=Path, nargs="?", default=_ecb_plus())
    parser.add_argument("--orders", type=int, default=4)
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--limit", type=int)
    options = parser.parse_args()
    if options.clusters is None:
        print("nothing to measure: name a file of clusters, or set $NEWS_MONITOR_CORPORA")
        return
    reports = load(options.clusters)[: options.limit]
    found = []
    for order in range(options.orders):
        shuffled = random.Random(order).sample(reports, len(reports))
        found.append(run(shuffled, batch=options.batch, timer=time.process_time))
        print(f"order {order}: {_line([found[-1]])}", *found[-1].lost[:5], flush=True)
    print(f"mean   : {_line(found)}")
    print(
        f"tf-idf : {_line([tfidf(random.Random(order).sample(reports, len(reports)), timer=time.process_time) for order in range(options.orders)])}"
    )


def _ecb_plus() -> Path | None:
    folder = os.environ.get("NEWS_MONITOR_CORPORA")
    return Path(folder) / "clusters" / "ecbplus_train_dev.jsonl" if folder else None


def _line(found: Sequence[Quality]) -> str:
    def mean(values: list[float]) -> float:
        return sum(values) / len(values)

    return (
        f"{mean([one.told / one.events for one in found]):.2f} alerts and {mean([one.developments / one.events for one in found]):.2f} "
        f"developments an event, lost {mean([len(one.lost) for one in found]):.1f} of {found[0].events}, "
        f"P {mean([one.precision for one in found]):.3f} R {mean([one.recall for one in found]):.3f} "
        f"F1 {mean([one.f1 for one in found]):.3f} B3 {mean([one.b_cubed for one in found]):.3f}, "
        f"{mean([one.ms for one in found]):.1f} ms a report"
    )


if __name__ == "__main__":
    main()
