"""News or archive, by an entry's own date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.freshness import AgeLimits, FirstFetch, is_news

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMITS = AgeLimits(backfill=timedelta(hours=24), max_age=timedelta(days=3))


@pytest.mark.parametrize(
    ("age", "at_first", "later"),
    [
        (timedelta(hours=-12), True, True),
        (timedelta(0), True, True),
        (timedelta(hours=24), True, True),
        (timedelta(hours=24, seconds=1), False, True),
        (timedelta(days=3), False, True),
        (timedelta(days=3, seconds=1), False, False),
        (timedelta(days=3650), False, False),
        (None, False, True),
    ],
)
def test_what_is_news(age: timedelta | None, *, at_first: bool, later: bool) -> None:
    """At the first fetch `backfill` and a date of its own count; later only what is older than `max_age` by its own date is archive."""
    published = None if age is None else NOW - age
    assert is_news(published, first=True, now=NOW, limits=LIMITS) is at_first
    assert is_news(published, first=False, now=NOW, limits=LIMITS) is later


@pytest.mark.parametrize(
    ("undated", "ahead", "remark"),
    [
        (0, 0, None),
        (12, 0, "first fetch: 12 entries without a date raise no alerts"),
        (1, 0, "first fetch: 1 entry without a date raises no alerts"),
        (0, 2, "first fetch: 2 entries dated in the future raise no alerts"),
        (3, 1, "first fetch: 3 entries without a date and 1 entry dated in the future raise no alerts"),
    ],
)
def test_the_first_fetch_says_what_it_leaves_out(undated: int, ahead: int, remark: str | None) -> None:
    """The health list has one sentence about it, for a day."""
    first = FirstFetch(at=NOW, undated=undated, ahead=ahead)
    assert first.remark(NOW) == remark
    assert first.remark(NOW + timedelta(hours=23)) == remark
    assert first.remark(NOW + timedelta(hours=24)) is None
