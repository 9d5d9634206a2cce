"""Dates in every known form, always UTC, and those that cannot be true."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.parse.dates import discard_implausible, parse_date

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
        ("1711017000.25", "2024-03-21T10:30:00"),
        ("20240321103000", "2024-03-21T10:30:00"),
        ("2024-081", "2024-03-21T00:00:00"),
        ("2024-W12-4T10:30:00Z", "2024-03-21T10:30:00"),
        ("2024-03-21T10:30:00+02", "2024-03-21T08:30:00"),
        ("2024-03-21T10:30:00+01:00[Europe/Berlin]", "2024-03-21T09:30:00"),
        ("2024-03-21 10:30:00 EST", "2024-03-21T15:30:00"),
        ("2024-03-21 10:30:00 -0400 EDT", "2024-03-21T14:30:00"),
        ("Thu, 21 Mar 2024 10:30:00 Europe/Berlin", "2024-03-21T09:30:00"),
        ("Thu, 11 Jul 2024 10:30:00 America/New_York", "2024-07-11T14:30:00"),
        ("Thu, 21 Mar 2024 10:30:00 PM", "2024-03-21T22:30:00"),
        ("Thu, 21 Mar 2024 12:30 am EST", "2024-03-21T05:30:00"),
        ("Thu, 21 Mar 2024 24:00:00 GMT", "2024-03-22T00:00:00"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00"),
        ("Thursday, 21-Mar-24 10:30:00 GMT", "2024-03-21T10:30:00"),
        ("03/21/24 10:30", "2024-03-21T10:30:00"),
        ("Thu, 21 Mar 2024 10.30.00 GMT", "2024-03-21T10:30:00"),
        ("Do, 21 Mär 2024 10:30:00 +0100", "2024-03-21T09:30:00"),
        ("21. mars 2024 kl. 10.30", "2024-03-21T10:30:00"),
        ("mar., 12 mai 2020 16:11:02 +0000", "2020-05-12T16:11:02"),
        ("Чт, 21 марта 2024 10:30:00 MSK", "2024-03-21T07:30:00"),
        ("21. března 2024", "2024-03-21T00:00:00"),
        ("21 marraskuuta 2024 10:30", "2024-11-21T10:30:00"),
        ("21 Μαΐου 2024", "2024-05-21T00:00:00"),
        ("2024年3月21日(木) 10時30分", "2024-03-21T10:30:00"),
        ("2024年3月21日 下午3:05", "2024-03-21T15:05:00"),
        ("2024년 3월 21일", "2024-03-21T00:00:00"),
        ("2024년 3월 21일 오후 7시 30분", "2024-03-21T10:30:00"),
        ("2024. 3. 21. 오전 9:30", "2024-03-21T00:30:00"),
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
        "2024-W60-1",
        "2023-366",
        "Thu, 21 Mar 2024 10:30:00 Nowhere/Land",
        "Thu, 21 Mar 2024 24:30:00 GMT",
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
        st.text(max_size=120),
        st.from_regex(
            r"[0-9]{1,5}[-/. ][0-9]{1,3}[-/. T年][0-9:.]{1,9}( ?[+-][0-9:]{1,6}| [apAP]m| [A-Z]{3}| [A-Z][a-z]{3}/[A-Z][a-z]{3})?",
            fullmatch=True,
        ),
    )
)
def test_any_text_gives_a_utc_time_or_none(text: str) -> None:
    """No text makes it raise, and what it gives has a zone."""
    moment = parse_date(text)
    assert moment is None or moment.tzinfo is UTC


def test_unbelievable_dates_are_dropped() -> None:
    """A scheduled or a default date never makes an article look new or ancient."""
    assert discard_implausible(NOW + timedelta(hours=23), now=NOW) == NOW + timedelta(hours=23)
    assert discard_implausible(NOW + timedelta(hours=25), now=NOW) is None
    assert discard_implausible(datetime(1989, 12, 31, tzinfo=UTC), now=NOW) is None
    assert discard_implausible(None, now=NOW) is None
