"""Who was first, what is proposed, and which part of the stories was seen."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from monitor.domain.ids import ArticleId, StoryId
from monitor.domain.reported_story import ReportedStory
from monitor.domain.story import StoryMember
from workers.trends.coverage import estimate_coverage
from workers.trends.firsts import source_standings
from workers.trends.proposals import PolledFeed, Proposal, Step, propose_steps

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def report(source: str, read: int, published: int | None = None, *, owner: str | None = None) -> StoryMember:
    """Return a report that was read so many minutes after noon."""
    return StoryMember(
        article_id=ArticleId(f"{source} {read}"),
        title="t",
        source=source,
        url=None,
        published_at=None if published is None else NOW + published * MINUTE,
        seen_at=NOW + read * MINUTE,
        owner=owner,
    )


def story(number: int, *members: StoryMember) -> ReportedStory:
    """Return a story with these reports."""
    return ReportedStory(id=StoryId(f"s{number}"), terms=frozenset({"Rafah"}), members=members)


def steps(stories: list[ReportedStory], *feeds: PolledFeed) -> list[tuple[Step, str]]:
    """Return what is proposed."""
    return [(one.step, one.source) for one in propose_steps(stories, source_standings(stories), feeds)]


def test_each_source_is_held_against_the_first() -> None:
    """A source counts once in a story, with its earliest report; a second one of it is not behind."""
    stories = [
        story(1, report("A", 0, -1), report("B", 10, -5), report("A", 30)),
        story(2, report("B", 0), report("A", 4)),
        story(3, report("A", 7)),
    ]
    first, second = source_standings(stories)
    assert (first.source, first.stories, first.share, first.first, first.alone, first.behind) == ("A", 3, 1.0, 2, 1, 4 * MINUTE)
    assert (second.source, second.first, second.alone, second.behind) == ("B", 1, 0, 10 * MINUTE)
    assert (second.published_first, second.read_after) == (1, 15 * MINUTE)
    assert first.published_first == 0


def test_a_time_of_publication_that_cannot_be_is_not_believed() -> None:
    """Neither one in the future nor one of last week says that a source is read too slowly."""
    (_, late) = source_standings([story(1, report("A", 0), report("B", 5, -9 * 1440), report("B", 6, 90))])
    assert (late.published_first, late.read_after) == (0, None)


def test_steps_are_proposed_from_enough_stories_only() -> None:
    """What others always had before is dropped, the slow source is polled faster, and who is read only through a collector is added."""
    stories = [
        story(
            number,
            report("wire", 0, -1),
            report("echo", 9, 8),
            report("slow", 30, -5),
            report("hub", 40, owner=f"press{number % 4}.example"),
        )
        for number in range(60)
    ]
    feeds = (
        PolledFeed(name="slow", articles=60, interval=30 * MINUTE),
        PolledFeed(name="mute", articles=900, interval=MINUTE),
        PolledFeed(name="young", articles=9),
    )
    assert steps(stories[:49], *feeds) == []
    found = steps(stories, *feeds)
    assert sorted(one for one in found if one[0] is not Step.ADD) == [
        (Step.DROP, "echo"),
        (Step.DROP, "hub"),
        (Step.DROP, "mute"),
        (Step.DROP, "slow"),
        (Step.FASTER, "slow"),
    ]
    assert [name for step, name in found if step is Step.ADD] == [f"press{number}.example" for number in range(4)]


def test_a_publisher_that_is_read_itself_is_not_proposed() -> None:
    """Not even if a collector brings it as well; of a collector no more than half is one publisher's."""
    stories = [
        story(
            number,
            report("own", 0, owner="press.example"),
            report("hub", 1, owner=("press.example", "b.example", "c.example")[number % 3]),
        )
        for number in range(60)
    ]
    added = [one for one in propose_steps(stories, source_standings(stories), ()) if one.step is Step.ADD]
    assert added == [
        Proposal(step=Step.ADD, source=name, reason="20 stories came from it only by way of hub")
        for name in ("b.example", "c.example")
    ]


def histories(rng: random.Random, total: int, sizes: tuple[float, ...]) -> list[list[str]]:
    """Return which of the origins have each story, the unseen ones among them."""
    return [[f"o{place}" for place, size in enumerate(sizes) if rng.random() < size] for _ in range(total)]


def test_the_interval_holds_the_part_that_was_seen() -> None:
    """Of 400 stories; an origin with half of them and small ones, or only small ones."""
    rng = random.Random(4)
    for sizes in ((0.5, 0.2, 0.2, 0.1), (0.1,) * 12, (0.9, 0.8, 0.7)):
        made = histories(rng, 400, sizes)
        truth = sum(map(bool, made)) / 400
        found = estimate_coverage(made)
        assert found.share is not None
        assert found.low is not None
        assert found.high is not None
        assert found.low <= truth <= found.high
        assert found.low <= found.share <= found.high


def test_it_says_where_it_cannot_tell() -> None:
    """Too few stories, too few origins, nothing in common; and no estimate is made up for no stories at all."""
    shared = [["a", "b", "c"]] * 12
    assert estimate_coverage([]).reason == "0 stories, 30 are needed"
    assert estimate_coverage(shared).reason == "12 stories, 30 are needed"
    assert estimate_coverage([["a", "b"]] * 40).reason == "2 independent origins, 3 are needed"
    assert estimate_coverage([["a"], ["b"], ["c"]] * 20).reason == "0 stories of more than one origin, 10 are needed"
    thin = estimate_coverage([["a", "b"]] * 10 + [[f"o{number % 40}"] for number in range(400)])
    assert (thin.share, thin.reason) == (None, "the origins have too few stories in common for an estimate")
