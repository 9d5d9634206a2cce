"""Stories that were told are read with the terms and with every place where they were read, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from monitor.domain.watch import Scope, Term, TermKind
from monitor.storage import reported_stories
from monitor.storage.engine import Connection, Database
from monitor.storage.tables import alerts, appearances, articles, stories
from workers.analysis.backtest import backtest
from workers.analysis.source_report import coverage_in_words, source_report

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def add_story(connection: Connection, name: str, at: datetime, sources: tuple[str, ...], terms: tuple[str, ...]) -> None:
    """Store a story that these sources had one minute after the other, and an alert of each term."""
    connection.execute(insert(stories).values(id=name, title=name, created_at=at, last_article_at=at, articles=len(sources)))
    for place, source in enumerate(sources):
        row = {"id": f"{name}{place}", "title": "t", "source": source, "fetched_at": at + place * MINUTE, "story_id": name}
        connection.execute(
            insert(articles).values(**row, summary="", text="", tags=[], revision=1, content_hash=b"0" * 32, alertable=True)
        )
        connection.execute(
            insert(appearances).values(
                origin_id=source,
                entry_key=f"{name}{place}".encode(),
                article_id=row["id"],
                content_hash=b"0",
                source=source,
                seen_at=row["fetched_at"],
            )
        )
    for term in terms:
        connection.execute(
            insert(alerts).values(
                id=f"{name}{term}",
                dedup_key=f"{name}{term}".encode(),
                term=term,
                kind="keyword",
                severity="low",
                tags=[],
                reason="new",
                article_id=f"{name}0",
                revision=1,
                story_id=name,
                created_at=at,
                data={},
            )
        )


def test_what_was_told_is_read_with_its_terms(database: Database) -> None:
    """The newest first and no more than asked for; what was told before is left out, and a merged story is the one it was merged into."""
    with database.write() as connection:
        add_story(connection, "old", NOW - 40 * DAY, ("A",), ("Rafah",))
        add_story(connection, "one", NOW - DAY, ("A", "B"), ("Rafah", "Gaza"))
        add_story(connection, "two", NOW, ("B",), ("Gaza",))
        add_story(connection, "part", NOW, (), ())
        connection.execute(stories.update().where(stories.c.id == "part").values(merged_into="two"))
        found = reported_stories.load(connection, NOW - 30 * DAY, 9)
        assert [(one.id, sorted(one.terms), [member.source for member in one.members]) for one in found] == [
            ("two", ["Gaza"], ["B"]),
            ("one", ["Gaza", "Rafah"], ["A", "B"]),
        ]
        assert [one.id for one in reported_stories.load(connection, NOW - 30 * DAY, 1)] == ["two"]


def test_the_report_is_of_the_terms_on_the_watch_list(database: Database) -> None:
    """Of all and of each; coverage is in words, and says where it cannot tell."""
    with database.write() as connection:
        for number in range(60):
            sources = tuple(
                name for place, name in enumerate("ABCD") if (number + place) % 4 != 0 and number % (place + 2) == 0
            ) or ("A",)
            add_story(connection, f"s{number:02}", NOW - number * MINUTE * 60, sources, ("Rafah",))
        add_story(connection, "gone", NOW, ("Z",), ("Not on the list",))
        found = source_report(connection, {"Rafah", "Gaza"}, since=NOW - 30 * DAY, now=NOW)
    assert (found["stories"], [one["term"] for one in found["terms"]]) == (60, ["Rafah"])
    assert "Z" not in [one["source"] for one in found["sources"]]
    assert found["terms"][0]["coverage"] == found["coverage"]
    told = {
        "stories": 60,
        "sources": [{"source": "A", "alone": 6}],
        "coverage": {"share": 0.91, "low": 0.852, "high": 0.949, "reason": None},
    }
    assert (
        coverage_in_words(told, "on Rafah")
        == "1 sources saw an estimated 91 % (85–95) of the stories on Rafah; without A 10 % fewer"
    )
    untold = {**told, "coverage": {"share": None, "reason": "12 stories, 30 are needed"}}
    assert (
        coverage_in_words(untold, "on Rafah")
        == "cannot tell which part of the stories on Rafah was seen: 12 stories, 30 are needed"
    )


def test_a_backtest_asks_for_as_many_origins_as_the_term(database: Database) -> None:
    """A story of two outlets counts for a term that wants two, one of a single outlet does not."""
    terms = tuple(
        Term(name=f"of {number}", kind=TermKind.KEYWORD, phrases=("t",), scope=Scope(origins=number)) for number in (1, 2, 3)
    )
    with database.write() as connection:
        add_story(connection, "one", NOW, ("A", "B"), ())
        add_story(connection, "two", NOW, ("B",), ())
    found = backtest(database, terms)
    assert [(one["term"], one["stories"], one["articles"]) for one in found["terms"]] == [
        ("of 1", 2, 3),
        ("of 2", 1, 2),
        ("of 3", 0, 0),
    ]
    assert found["bursts"] == []
