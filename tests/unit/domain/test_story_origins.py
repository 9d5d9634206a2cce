"""Copies, an agency's clients and the outlets of one owner are one origin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.domain.ids import ArticleId
from monitor.domain.story import StoryMember, origins_record
from monitor.domain.story_origins import origins_in_words, story_origins

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def report(minute: int, owner: str | None, *agencies: str, copy_of: int | None = None) -> StoryMember:
    """A report of an outlet, named by its minute."""
    return StoryMember(
        article_id=ArticleId(f"a{minute}"),
        title="t",
        source=f"outlet {minute}",
        url=None,
        published_at=None,
        seen_at=NOON + minute * MINUTE,
        owner=owner,
        agencies=agencies,
        same_words_as=None if copy_of is None else ArticleId(f"a{copy_of}"),
    )


def names(*reports: StoryMember) -> list[str]:
    """The origins of a story of these reports."""
    return [origin.name for origin in story_origins(reports)]


def test_three_clients_of_an_agency_are_one_origin() -> None:
    """Whether they say so or only have its words."""
    assert names(report(1, "One", "AP"), report(2, "Two", "AP"), report(3, "Three", copy_of=1)) == ["AP"]


def test_a_copy_that_names_the_agency_speaks_for_all_copies() -> None:
    """The first outlet had left the credit out."""
    assert names(report(1, "One"), report(2, "Two", "AP", copy_of=1)) == ["AP"]


def test_a_copy_without_credit_is_of_the_outlet_that_had_it_first() -> None:
    """Copies of copies too, in whatever order they are read."""
    reports = (report(1, "One"), report(2, "Two", copy_of=1), report(3, "Three", copy_of=2))
    assert names(*reports) == names(*reversed(reports)) == ["One"]


def test_outlets_of_one_owner_are_one_origin_and_others_are_not() -> None:
    """Capitals make no difference."""
    assert names(report(1, "Media"), report(2, "media"), report(5, "Other")) == ["Media", "Other"]


def test_an_article_of_two_agencies_has_two_origins() -> None:
    """It has put their reports together."""
    assert names(report(1, "One", "AP", "Reuters")) == ["AP", "Reuters"]


def test_without_knowledge_each_source_is_one() -> None:
    """Articles of earlier versions have no provenance."""
    assert names(report(1, None), report(2, None)) == ["outlet 1", "outlet 2"]


def test_the_record_tells_when_the_second_origin_came_and_marks_a_single_one() -> None:
    """After two hours without a second origin."""
    one, two = report(0, "One"), report(9, "Two")
    assert origins_record(story_origins([one, two]), NOON + 300 * MINUTE) == {
        "origins": 2,
        "origin_names": ["One", "Two"],
        "second_origin_after_s": 540.0,
        "unconfirmed": False,
    }
    assert not origins_record(story_origins([one]), NOON + 119 * MINUTE)["unconfirmed"]
    assert origins_record(story_origins([one]), NOON + 120 * MINUTE)["unconfirmed"]


def test_many_origins_are_named_shortly() -> None:
    """And on one line, however long a name is."""
    assert origins_in_words(["AP"], 1) == "1 origin (AP)"
    assert origins_in_words(["a\nb", "b" * 50, "c", "d"], 4) == f"4 origins (a b, {'b' * 39}…, c and 1 more)"
