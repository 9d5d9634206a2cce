"""Dates in every known form, always UTC, and those that cannot be true."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.parse.dates import believable, parse_date

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Thu, 21 Mar 2024 10:30:00 GMT", "2024-03-21T10:30:00"),
        ("Thu, 21 Mar 2024 10:30:00 +0200", "2024-03-21T08:30:00"),
        ("Thu, 21 Mar 2024 10:30:00 CET", "2024-03-21T09:30:00"),
        ("Thu, 21 Mar 2024 10:30:00 JST", "2024-03-21T01:30:00"),
        ("2024-03-21T10:30:00Z", "2024-03-21T10:30:00"),
        ("2024-03-21T10:30:00.123456+00:00", "2024-03-21T10:30:00"),
        ("2024-03-21T10:30+05:30", "2024-03-21T05:00:00"),
        ("2024-03-21 10:30:00 UTC", "2024-03-21T10:30:00"),
        ("20240321T103000Z", "2024-03-21T10:30:00"),
        ("2024-03-21", "2024-03-21T00:00:00"),
        ("2024-3-5", "2024-03-05T00:00:00"),
        ("2024/03/21", "2024-03-21T00:00:00"),
        ("March 21, 2024 at 10:30 pm", "2024-03-21T22:30:00"),
        ("21 mars 2024 à 10h30", "2024-03-21T10:30:00"),
        ("21. März 2024", "2024-03-21T00:00:00"),
        ("21 марта 2024, 10:30", "2024-03-21T10:30:00"),
        ("٢١ مارس 2024", "2024-03-21T00:00:00"),
        ("21 במרץ 2024", "2024-03-21T00:00:00"),
        ("21.03.2024 10:30", "2024-03-21T10:30:00"),
        ("21/03/2024 10:30 +02:00", "2024-03-21T08:30:00"),
        ("1711017000", "2024-03-21T10:30:00"),
        ("1711017000000", "2024-03-21T10:30:00"),
    ],
)
def test_known_forms(text: str, expected: str) -> None:
    """Whatever form a publisher writes, the alert shows the moment in UTC."""
    assert parse_date(text) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "10:30",
        "03/04/2024",
        "2013-01-28T11:30:00-06:00Textra",
        "99 Jun 2009",
        "2024-02-30",
        "x" * 10_000,
        "1" * 50,
    ],
)
def test_what_states_no_certain_day_is_no_date(text: str) -> None:
    """A guess is worse than no date: the day's order, the day itself, or today's date are never invented."""
    assert parse_date(text) is None


def test_recorded_cases_of_the_reference() -> None:
    """All of feedparser's own cases but one, a five-digit form that cannot be told from the day of a year."""
    corpora = os.environ.get("NEWS_MONITOR_CORPORA")
    if not corpora:
        pytest.skip("NEWS_MONITOR_CORPORA is not set")
    lines = (Path(corpora) / "dates" / "feedparser_dates.jsonl").read_text(encoding="utf-8").splitlines()
    wrong = []
    for case in map(json.loads, lines):
        got = parse_date(case["input"])
        shown = None if got is None else f"{got.year}-{got:%m-%dT%H:%M:%SZ}"
        if shown != case["expected"]:
            wrong.append(case["input"])
    assert wrong == ["22013"]


@settings(deadline=None)
@given(
    st.one_of(
        st.text(max_size=120), st.from_regex(r"[0-9]{1,5}[-/. ][0-9]{1,3}[-/. T][0-9:]{1,9}([+-][0-9:]{1,6})?", fullmatch=True)
    )
)
def test_any_text_gives_a_utc_time_or_none(text: str) -> None:
    """No text makes it raise, and what it gives has a zone."""
    moment = parse_date(text)
    assert moment is None or moment.tzinfo is UTC


def test_unbelievable_dates_are_dropped() -> None:
    """A scheduled or a default date never makes an article look new or ancient."""
    assert believable(NOW + timedelta(hours=23), now=NOW) == NOW + timedelta(hours=23)
    assert believable(NOW + timedelta(hours=25), now=NOW) is None
    assert believable(datetime(1989, 12, 31, tzinfo=UTC), now=NOW) is None
    assert believable(None, now=NOW) is None
