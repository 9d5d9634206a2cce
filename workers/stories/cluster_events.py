"""Find stories about one event, by average-linkage clustering over the log odds of their reports."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta

from monitor.domain.ids import StoryId
from monitor.domain.story import Report
from workers.stories.similarity import UNRELATED, comparable_pairs, log_odds, profile_reports

THRESHOLD = 0.25
"""Mean log odds from which two stories are merged. Prefers splitting: on ECB+ pair precision 0.93, recall 0.74."""


def same_event_merges(reports: Sequence[Report], *, window: timedelta) -> tuple[tuple[StoryId, StoryId], ...]:
    """Return the merges to make, in order, each as (story, the earlier story into which it is merged).

    The two stories whose reports are most similar on average are merged first, until no two reach the threshold (average linkage, Sokal
    and Michener 1958). Pairs dated further apart than `window` count as unrelated.
    """
    sizes = Counter(report.story_id for report in reports)
    links = _links(reports, window)
    heap = [
        (-_mean(weight, sizes[one], sizes[other]), one, other)
        for one, near in links.items()
        for other, weight in near.items()
        if one < other
    ]
    heapq.heapify(heap)
    merges: list[tuple[StoryId, StoryId]] = []
    while heap and -heap[0][0] >= THRESHOLD:
        mean, into, story = heapq.heappop(heap)
        if story not in links.get(into, {}) or mean != -_mean(links[into][story], sizes[into], sizes[story]):
            continue
        merges.append((story, into))
        sizes[into] += sizes.pop(story)
        _join(links, story, into)
        for other, weight in links[into].items():
            heapq.heappush(heap, (-_mean(weight, sizes[into], sizes[other]), min(into, other), max(into, other)))
    return tuple(merges)


def _links(reports: Sequence[Report], window: timedelta) -> dict[StoryId, dict[StoryId, float]]:
    """Return for each two stories the sum, over their pairs of reports, of the log odds above `UNRELATED`."""
    links: dict[StoryId, dict[StoryId, float]] = defaultdict(dict)
    found = profile_reports(reports)
    for one, other, cosine in comparable_pairs(found):
        first, second = reports[one], reports[other]
        if first.story_id == second.story_id or abs(first.dated_at - second.dated_at) > window:
            continue
        weight = log_odds(found[one], found[other], cosine) - UNRELATED
        for left, right in ((first.story_id, second.story_id), (second.story_id, first.story_id)):
            links[left][right] = links[left].get(right, 0.0) + weight
    return links


def _join(links: dict[StoryId, dict[StoryId, float]], story: StoryId, into: StoryId) -> None:
    for other, weight in links.pop(story).items():
        del links[other][story]
        if other != into:
            links[into][other] = links[other][into] = links[into].get(other, 0.0) + weight


def _mean(weight: float, size: int, other: int) -> float:
    return UNRELATED + weight / (size * other)
