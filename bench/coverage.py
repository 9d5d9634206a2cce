"""How often the interval of the estimated coverage holds the truth: thinned runs of made months.

    python bench/coverage.py [--runs 200] [--seed 11]

In a made month each of 60 to 900 stories has a beat and a reach, many small ones and few that are everywhere (a gamma distribution, which is not what the estimate
assumes). Sixty origins differ in how much they tell and in which beats. What any of them tells is the truth. Of these origins a run keeps 4 to 40 at random, and of what they tell 60 to 100 %; syndication
adds outlets, which are no origins. The estimate sees only what is left, and must say which part of the truth that is; Chao's lower bound stands beside it.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from collections import Counter
from statistics import median

from workers.trends.coverage import Coverage, estimate_coverage

ORIGINS, BEATS = 60, 5
LEAST_HELD, LEAST_TOLD = 0.90, 0.40


def made_month(rng: random.Random) -> list[set[str]]:
    """Return the origins of each story that any of them tells."""
    shape = rng.uniform(0.6, 3)
    sizes = [rng.lognormvariate(-2.2, 0.9) for _ in range(ORIGINS)]
    liking = [[rng.uniform(0.6, 1.4) for _ in range(BEATS)] for _ in range(ORIGINS)]
    stories = []
    for _ in range(rng.randint(60, 900)):
        reach, beat = rng.gammavariate(shape, 1 / shape), rng.randrange(BEATS)
        chances = (1 - math.exp(-size * likes[beat] * reach) for size, likes in zip(sizes, liking, strict=True))
        stories.append({f"origin {number}" for number, chance in enumerate(chances) if rng.random() < chance})
    return [story for story in stories if story]


def thinned(rng: random.Random, month: list[set[str]]) -> list[set[str]]:
    """Return what some of the origins tell of the month, in part."""
    kept = set(rng.sample([f"origin {number}" for number in range(ORIGINS)], rng.randint(4, 40)))
    part = rng.uniform(0.6, 1)
    return [{name for name in sorted(story & kept) if rng.random() < part} for story in month]


def lower_bound(histories: list[set[str]]) -> tuple[float, float]:
    """Return the interval of the coverage by Chao's lower bound on the number of stories."""
    counts = Counter(len(history) for history in histories if history)
    seen, once, twice = sum(counts.values()), counts[1], counts[2]
    missed = once * (once - 1) / (2 * (twice + 1))
    ratio = once / max(twice, 1)
    variance = max(twice, 1) * (ratio**2 / 2 + ratio**3 + ratio**4 / 4)
    factor = math.exp(1.96 * math.sqrt(math.log1p(variance / max(missed, 1e-9) ** 2)))
    return seen / (seen + missed * factor), seen / (seen + missed / factor)


def main() -> None:
    """Run until enough intervals were told, and fail if too few hold the truth or too few are told."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args()
    rng, spent, tried = random.Random(options.seed), 0.0, 0
    told: list[tuple[float, Coverage]] = []
    chao = 0
    while len(told) < options.runs and tried < 5 * options.runs:
        tried += 1
        month = made_month(rng)
        histories = thinned(rng, month)
        began = time.process_time()
        found = estimate_coverage(histories)
        spent += time.process_time() - began
        if found.share is None:
            continue
        truth = found.stories / len(month)
        told.append((truth, found))
        low, high = lower_bound(histories)
        chao += low <= truth <= high
    held = sum((one.low or 0) <= truth <= (one.high or 0) for truth, one in told) / max(len(told), 1)
    width = median((one.high or 0) - (one.low or 0) for _, one in told)
    off = median(abs((one.share or 0) - truth) for truth, one in told)
    print(
        f"{len(told)} thinned runs with an estimate of {tried}: the interval holds the truth in {held:.1%}, its median width is {width:.2f}"
    )
    print(f"the estimate is off by {off:.3f} (median); {spent / tried * 1e3:.0f} ms each")
    print(f"Chao's lower bound holds the truth in {chao / max(len(told), 1):.1%}")
    sys.exit(held < LEAST_HELD or len(told) < LEAST_TOLD * tried)


if __name__ == "__main__":
    main()
