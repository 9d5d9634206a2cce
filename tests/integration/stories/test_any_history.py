"""Whatever feeds carry, in whatever order it comes: every source speaks for itself, and nothing that matches goes untold."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from monitor.domain.alert import Reason
from monitor.domain.article import Entry, Origin
from monitor.domain.virtual_clock import VirtualClock
from monitor.domain.watch import Term, TermKind
from monitor.settings.model import Settings
from monitor.storage import alert_history, articles, scans
from monitor.storage.engine import Database
from monitor.storage.tables import alerts, appearances, metadata
from monitor.storage.tables import articles as article_table
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.load import load_tasks
from workers.scanning.scan import scan_batch
from workers.scanning.statement_cache import StatementCache

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FEEDS = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon")
WORDS = ("grain", "ferry", "sirens", "brask")
WIRE = (
    "Negotiators met for a third day in Brask on Sunday to settle how grain would cross the northern border of the coastal provinces. "
    "Aides who asked not to be named said that most of the text was agreed and that only the order of the first steps was open."
)
TEXTS = (
    WIRE,
    f"BRASK (AFP) - {WIRE}",
    WIRE[:130],
    WIRE.replace("grain", "wheat"),
    "The ferry Morning Star sank off Mirna on Friday and 12 people were killed, harbour master Jon Askel said.",
    "The ferry Morning Star sank off Mirna on Friday and 19 people were killed, harbour master Jon Askel said.",
    "Jon Askel, harbour master of Mirna, said on Friday that 12 people were killed when the Morning Star, a ferry, sank.",
    *(f"Sirens sounded in {place} at noon. Go to the nearest shelter and stay there." for place in ("Brask", "Mirna", "Tressa")),
    "Growers of grain in Orland ask for credit until spring.",
    "A choir won the contest.",
    "Ferry",
    "",
)
TITLES = ("News", "Talks on grain near their end", "Ferry sinks off Mirna", "Sirens", "Live: what we know")


@dataclass(frozen=True)
class Step:
    """A feed carries an entry, `minutes` after the step before; then so many of the waiting articles are scanned, or none."""

    feed: str
    key: str
    link: int
    title: str
    text: str
    minutes: int
    scanned: int

    def entry(self, at: datetime) -> Entry:
        """The entry as it is parsed at `at`. Links are shared between feeds."""
        return Entry(
            key=self.key, title=self.title, text=self.text, url=f"https://news.example/{self.link}", published_at=at, language="en"
        )


STEPS = st.builds(
    Step,
    feed=st.sampled_from(FEEDS),
    key=st.sampled_from("abc"),
    link=st.integers(0, 3),
    title=st.sampled_from(TITLES),
    text=st.sampled_from(TEXTS),
    minutes=st.sampled_from([0, 1, 29, 31, 600]),
    scanned=st.sampled_from([0, 0, 1, 3, 50]),
)
HISTORIES = st.lists(STEPS, min_size=1, max_size=18)


@cache
def _compiled() -> CompiledSettings:
    return CompiledSettings.build(Settings(terms=tuple(Term(name=word, kind=TermKind.KEYWORD, phrases=(word,)) for word in WORDS)))


@contextmanager
def _after(history: Sequence[Step]) -> Iterator[Connection]:
    """A database after all that."""
    database, cache_of_worker, now = Database("sqlite://"), StatementCache(), NOW
    with database.write() as connection:
        metadata.create_all(connection)
    for step in history:
        now += timedelta(minutes=step.minutes)
        with database.write() as connection:
            origin = Origin(id=step.feed, name=step.feed, url=f"https://{step.feed.lower()}.example/feed")
            articles.ingest(connection, origin, [step.entry(now)], now=now, alertable=lambda _: True)
        _scan(database, cache_of_worker, now, step.scanned)
    _scan(database, cache_of_worker, now, 1000)
    with database.read() as connection:
        yield connection
    database.close()


def _scan(database: Database, cache_of_worker: StatementCache, now: datetime, most: int) -> None:
    if most:
        with database.read() as connection:
            waiting = [scan.id for scan in scans.outstanding(connection, now + timedelta(days=1), most)]
        scan_batch(database, _compiled(), load_tasks(database, waiting), cache_of_worker, clock=VirtualClock(now))


def _said(history: Sequence[Step]) -> dict[tuple[str, str], tuple[str, str]]:
    """What each source says under each of its keys in the end."""
    return {(step.feed, step.key): (step.title, step.text) for step in history}


def _untold(connection: Connection) -> list[tuple[str, str, str]]:
    """Articles that a term matches and in whose story it has no alert."""
    return [
        (row.source, row.text, word)
        for row in connection.execute(select(article_table))
        for word in WORDS
        if word in f"{row.title} {row.text}".lower()
        and word
        not in {alert.term for alert in alert_history.of_story(connection, row.story_id) if alert.reason is not Reason.JOINED}
    ]


@given(HISTORIES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_match_is_told_and_every_source_speaks_for_itself(history: list[Step]) -> None:
    """In any history: all that matches is in a story with an alert; words and alerts are those of their own source."""
    with _after(history) as connection:
        assert _untold(connection) == []
        own = select(article_table, appearances.c.origin_id, appearances.c.entry_key).join(
            appearances, appearances.c.article_id == article_table.c.id
        )
        stored = {(row.origin_id, bytes(row.entry_key)): (row.title, row.text) for row in connection.execute(own)}
        assert stored == {(step.feed, step.entry(NOW).identity): _said(history)[step.feed, step.key] for step in history}
        for row in connection.execute(select(alerts.c.data, alerts.c.term, article_table.c.source).join(article_table)):
            shown = row.data["article"]
            assert shown["source"] == row.source
            assert any(
                step.feed == row.source and step.title == shown["title"] and row.term in f"{step.title} {step.text}".lower()
                for step in history
            )


@given(HISTORIES, st.sampled_from(FEEDS), st.integers(0, 2**32))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_another_feed_or_another_order_takes_no_alert_away(history: list[Step], added: str, seed: int) -> None:
    """What is told without a feed is told with it, for the same source or as a line of the same story; so it is in any order."""
    without = [step for step in history if step.feed != added]
    shuffled = random.Random(seed).sample(history, len(history))
    for version in (history, without, shuffled):
        with _after(version) as connection:
            assert _untold(connection) == []
            placed = {(row.source, row.title, row.text): row.story_id for row in connection.execute(select(article_table))}
            assert placed.keys() == {(feed, *words) for (feed, _), words in _said(version).items()}
            assert None not in placed.values()


@pytest.mark.parametrize("first", FEEDS[:2])
def test_a_link_in_common_hides_nothing(first: str) -> None:
    """Two sources have other words under one link: each raises its own alert, whichever comes first."""
    steps = [
        Step(feed="Alpha", key="a", link=1, title="News", text="Growers of grain in Orland ask for credit.", minutes=1, scanned=50),
        Step(feed="Beta", key="b", link=1, title="News", text="The ferry to Mirna is late again today.", minutes=1, scanned=50),
    ]
    with _after(steps if first == "Alpha" else steps[::-1]) as connection:
        told = {
            (row.term, row.source) for row in connection.execute(select(alerts.c.term, article_table.c.source).join(article_table))
        }
    assert told == {("grain", "Alpha"), ("ferry", "Beta")}
