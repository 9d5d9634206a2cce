"""Count for each source how many stories it had, how often it was first, and how far it was behind. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from monitor.domain.reported_story import ReportedStory
from monitor.domain.story import StoryMember

DATED_WITHIN: Final = timedelta(days=1)
"""A time of publication further from when an article was read says nothing about how fast the source is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStanding:
    """A source among the others: its `stories` and their `share` of all, how often it was `first`, and the median of how far it was `behind` otherwise.

    `alone` counts the stories that no other source had, `published_first` those that it had published before the source that was read first;
    `read_after` is the median of the time from publication to reading.
    """

    source: str
    stories: int
    share: float
    first: int
    alone: int
    published_first: int
    behind: timedelta | None = None
    read_after: timedelta | None = None


@dataclass(slots=True)
class _Tally:
    stories: int = 0
    first: int = 0
    alone: int = 0
    published_first: int = 0
    behind: list[timedelta] = field(default_factory=list)
    read_after: list[timedelta] = field(default_factory=list)


def source_standings(stories: Sequence[ReportedStory]) -> tuple[SourceStanding, ...]:
    """Return how each source stands, the one with most stories first."""
    tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
    for story in stories:
        _count(tallies, story.members)
    found = [
        SourceStanding(
            source=source,
            stories=tally.stories,
            share=tally.stories / len(stories),
            first=tally.first,
            alone=tally.alone,
            published_first=tally.published_first,
            behind=_middle(tally.behind),
            read_after=_middle(tally.read_after),
        )
        for source, tally in tallies.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.stories, one.source)))


def _count(tallies: defaultdict[str, _Tally], members: Sequence[StoryMember]) -> None:
    earliest: dict[str, StoryMember] = {}
    for member in sorted(members, key=lambda one: one.seen_at):
        earliest.setdefault(member.source, member)
    if not earliest:
        return
    first_at = next(iter(earliest.values())).seen_at
    told_at = min(_published(one) for one in earliest.values() if one.seen_at == first_at)
    for source, member in earliest.items():
        tally = tallies[source]
        tally.stories += 1
        tally.alone += len(earliest) == 1
        if member.seen_at == first_at:
            tally.first += 1
        else:
            tally.behind.append(member.seen_at - first_at)
            tally.published_first += _published(member) < told_at
        if member.published_at is not None and timedelta(0) <= member.seen_at - member.published_at <= DATED_WITHIN:
            tally.read_after.append(member.seen_at - member.published_at)


def _middle(durations: Sequence[timedelta]) -> timedelta | None:
    return timedelta(seconds=median(one.total_seconds() for one in durations)) if durations else None


def _published(member: StoryMember) -> datetime:
    """Return when a report was published, as far as that can be believed."""
    at = member.published_at
    return at if at is not None and timedelta(0) <= member.seen_at - at <= DATED_WITHIN else member.seen_at
