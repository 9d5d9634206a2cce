"""Propose which sources to drop, to poll faster and to add. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from monitor.domain.reported_story import ReportedStory
from workers.trends.firsts import SourceStanding

LEAST_STORIES_IN_ALL: Final = 50
"""Nothing is proposed before so many stories were told."""
LEAST_TO_DROP: Final = 20
MOST_FIRST_TO_DROP: Final = 0.02
UNTOLD_ARTICLES: Final = 200
"""A feed with so many stored articles and no story on the watch list is one to drop."""
LEAST_PUBLISHED_FIRST: Final = 5
LEAST_PUBLISHED_FIRST_SHARE: Final = 0.1
SLOW: Final = timedelta(minutes=2)
LEAST_TO_ADD: Final = 5
HOME: Final = 0.5
"""A source has a home if more than this part of its reports has the same owner; one without collects from others."""


class Step(StrEnum):
    """What is proposed to be done with a source."""

    DROP = "drop"
    FASTER = "poll faster"
    ADD = "add"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A step and the figures that speak for it. `source` may come from the net."""

    step: Step
    source: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolledFeed:
    """A feed as it is read now; `interval` None: it has not been polled yet."""

    name: str
    articles: int
    interval: timedelta | None = None


def propose_steps(
    stories: Sequence[ReportedStory], standings: Sequence[SourceStanding], feeds: Iterable[PolledFeed]
) -> tuple[Proposal, ...]:
    """Return what the stories speak for, by step; nothing while they are too few."""
    if len(stories) < LEAST_STORIES_IN_ALL:
        return ()
    by_name = {one.name: one for one in feeds}
    known = {one.source for one in standings}
    return (
        *_to_drop(standings),
        *(_untold(one) for one in by_name.values() if one.name not in known and one.articles >= UNTOLD_ARTICLES),
        *_to_poll_faster(standings, by_name),
        *_to_add(stories),
    )


def _to_drop(standings: Sequence[SourceStanding]) -> Iterator[Proposal]:
    for one in standings:
        if one.stories >= LEAST_TO_DROP and one.alone == 0 and one.first <= MOST_FIRST_TO_DROP * one.stories:
            reason = f"other sources had each of its {one.stories} stories, and it was first with {one.first}"
            yield Proposal(step=Step.DROP, source=one.source, reason=reason)


def _untold(feed: PolledFeed) -> Proposal:
    return Proposal(
        step=Step.DROP, source=feed.name, reason=f"none of its {feed.articles} stored articles was in a story that was told"
    )


def _to_poll_faster(standings: Sequence[SourceStanding], feeds: dict[str, PolledFeed]) -> Iterator[Proposal]:
    for one in standings:
        feed = feeds.get(one.source)
        often = one.published_first >= max(LEAST_PUBLISHED_FIRST, LEAST_PUBLISHED_FIRST_SHARE * one.stories)
        if feed is None or feed.interval is None or not often or one.read_after is None or one.read_after < SLOW:
            continue
        reason = (
            f"it had published {one.published_first} of its {one.stories} stories before the source that was read first, and was read "
            f"{_minutes(one.read_after)} later; it is polled every {_minutes(feed.interval)}"
        )
        yield Proposal(step=Step.FASTER, source=one.source, reason=reason)


def _to_add(stories: Sequence[ReportedStory]) -> Iterator[Proposal]:
    """Propose publishers and agencies whose reports come only by way of others."""
    homes = set(_homes(stories).values())
    through: defaultdict[str, set[str]] = defaultdict(set)
    told: Counter[str] = Counter()
    for story in stories:
        names: set[str] = set()
        for member in story.members:
            for name in (*member.agencies, *((member.owner,) if member.owner else ())):
                if name not in homes and name != member.source:
                    names.add(name)
                    through[name].add(member.source)
        told.update(names)
    for name, number in sorted(told.items(), key=lambda one: (-one[1], one[0])):
        if number >= LEAST_TO_ADD:
            by = sorted(through[name])
            others = f" and {len(by) - 1} more" if len(by) > 1 else ""
            yield Proposal(step=Step.ADD, source=name, reason=f"{number} stories came from it only by way of {by[0]}{others}")


def _homes(stories: Iterable[ReportedStory]) -> dict[str, str]:
    """Return whose each source is, by the owner of most of its reports; those that collect from others have none."""
    owners: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for story in stories:
        for member in story.members:
            owners[member.source][member.owner or member.source] += 1
    most = {source: found.most_common(1)[0] for source, found in owners.items()}
    return {source: owner for source, (owner, number) in most.items() if number > HOME * owners[source].total()}


def _minutes(duration: timedelta) -> str:
    return f"{duration.total_seconds() / 60:.0f} min"
