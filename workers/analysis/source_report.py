"""Report who was first with the stories that were told, how many are missed, and what to change about the sources."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from monitor.domain.reported_story import ReportedStory
from monitor.domain.story_origins import story_origins
from monitor.domain.times import rfc3339
from monitor.storage import feeds, reported_stories
from monitor.storage.engine import Connection
from workers.trends.coverage import Coverage, estimate_coverage
from workers.trends.firsts import SourceStanding, source_standings
from workers.trends.proposals import PolledFeed, Proposal, propose_steps

LOOKED_BACK: Final = timedelta(days=30)
MOST_STORIES: Final = 5000
"""The newest stories that are looked at."""
MOST_TERMS: Final = 20
"""The terms with the most stories, which are reported one by one."""


def source_report(connection: Connection, terms: Collection[str], *, since: datetime, now: datetime) -> dict[str, Any]:
    """Return `since stories sources coverage terms proposals`: of all stories that these terms were told of, and of those of each term."""
    found = [story for story in reported_stories.load(connection, since, MOST_STORIES) if not story.terms.isdisjoint(terms)]
    standings = source_standings(found)
    by_term = {term: [story for story in found if term in story.terms] for term in terms}
    most_told = sorted((term for term in by_term if by_term[term]), key=lambda term: (-len(by_term[term]), term))[:MOST_TERMS]
    polled = [
        PolledFeed(
            name=feed.name,
            articles=feed.articles,
            interval=None if feed.interval_s is None else timedelta(seconds=feed.interval_s),
        )
        for feed in feeds.list_feeds(connection)
    ]
    return {
        "now": rfc3339(now),
        "since": rfc3339(since),
        **_of_stories(found, standings),
        "terms": [{"term": term, **_of_stories(by_term[term], source_standings(by_term[term]))} for term in most_told],
        "proposals": [_proposal_record(one) for one in propose_steps(found, standings, polled)],
    }


def coverage_in_words(found: dict[str, Any], what: str) -> str:
    """Return `40 sources saw an estimated 91 % (85–95) of the stories on Rafah; without X 4 % fewer`, from a record of `source_report`."""
    coverage = found["coverage"]
    if coverage["share"] is None:
        return f"cannot tell which part of the stories {what} was seen: {coverage['reason']}"
    number = len(found["sources"])
    share, low, high = (round(100 * coverage[key]) for key in ("share", "low", "high"))
    most = max(found["sources"], key=lambda one: one["alone"])
    without = round(100 * most["alone"] / found["stories"])
    less = f"; without {most['source']} {without} % fewer" if without else ""
    return f"{number} sources saw an estimated {share} % ({low}–{high}) of the stories {what}{less}"


def _of_stories(stories: Sequence[ReportedStory], standings: Sequence[SourceStanding]) -> dict[str, Any]:
    histories = [[origin.name for origin in story_origins(story.members)] for story in stories]
    return {
        "stories": len(stories),
        "coverage": _coverage_record(estimate_coverage(histories)),
        "sources": [_standing_record(one) for one in standings],
    }


def _coverage_record(found: Coverage) -> dict[str, Any]:
    return {
        "share": _rounded(found.share),
        "low": _rounded(found.low),
        "high": _rounded(found.high),
        "origins": found.origins,
        "shared": found.shared,
        "reason": found.reason,
    }


def _standing_record(one: SourceStanding) -> dict[str, Any]:
    return {
        "source": one.source,
        "stories": one.stories,
        "share": _rounded(one.share),
        "first": one.first,
        "behind_min": _minutes(one.behind),
        "alone": one.alone,
        "published_first": one.published_first,
        "read_after_min": _minutes(one.read_after),
    }


def _proposal_record(one: Proposal) -> dict[str, Any]:
    return {"step": one.step, "source": one.source, "reason": one.reason}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _minutes(duration: timedelta | None) -> float | None:
    return None if duration is None else round(duration.total_seconds() / 60, 1)
