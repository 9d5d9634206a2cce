"""A story that is split by hand raises what it had kept back, and stays split, on every database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from monitor.domain.article import Entry, Origin
from monitor.domain.ids import ArticleId, StoryId
from monitor.domain.relation import Relation, RelationKind
from monitor.domain.virtual_clock import VirtualClock
from monitor.domain.watch import Term, TermKind
from monitor.settings.model import Settings
from monitor.storage import alerts, articles, relations, scans, splits, statements, stories
from monitor.storage.engine import Database
from monitor.storage.tables import deliveries, messages, source_passages, word_counts
from tests.channels import channel as make_channel
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.load import load_tasks
from workers.scanning.scan import scan_batch
from workers.scanning.split_story import NotSplit, Split, split_by_hand
from workers.scanning.statement_cache import StatementCache

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WIRE = (
    "Negotiators for the two sides met for a third day in Rafah on Sunday to settle how aid would cross the northern border. "
    "Officials who asked not to be named said that most of the text was agreed and that only the order of the first steps was open. "
    "The mediators hope to present a full draft before the end of the week, after talks with the neighbouring governments. "
    "Residents of the border towns said that they had heard such hopes before, and went on repairing what the winter had left."
)
SETTINGS = CompiledSettings.build(
    Settings.model_construct(
        terms=(Term(name="Rafah", kind=TermKind.KEYWORD, phrases=("Rafah",)),),
        channels={"hook": make_channel({"type": "webhook", "url": "https://receiver.example/hook"})},
    )
)


def _read(database: Database, outlet: str, text: str = WIRE, *, alertable: bool = True, minute: int = 0) -> ArticleId:
    """An outlet's article, new or changed, stored and scanned."""
    origin = Origin(id=outlet, name=outlet, url=f"https://{outlet}.test/feed")
    entry = Entry(key="1", title="Talks near their end", text=text, url=f"https://{outlet}.test/1", published_at=NOW)
    at = NOW + timedelta(minutes=minute)
    with database.write() as connection:
        taken = articles.ingest(connection, origin, [entry], now=at, alertable=lambda _: alertable)
    _scan(database, taken.scans)
    return (*taken.new, *taken.revised)[0]


def _scan(database: Database, ids: Sequence[str]) -> None:
    scan_batch(database, SETTINGS, load_tasks(database, [*ids]), StatementCache(), clock=VirtualClock(NOW))  # type: ignore[list-item]


def _split(database: Database, wanted: str) -> tuple[Split, ...] | NotSplit:
    """Split, then let everything that is queued be scanned."""
    with database.write() as connection:
        found = split_by_hand(connection, wanted, now=NOW)
    with database.read() as connection:
        waiting = [scan.id for scan in scans.unqueued(connection, NOW, 100)]
    _scan(database, waiting)
    return found


def _one(found: tuple[Split, ...] | NotSplit) -> Split:
    assert not isinstance(found, NotSplit)
    (only,) = found
    return only


def _alerts(database: Database) -> dict[str, list[StoryId | None]]:
    """The stories for which each article has raised an alert."""
    with database.read() as connection:
        found: dict[str, list[StoryId | None]] = {}
        for one in alerts.listing(connection):
            found.setdefault(one.alert.article_id, []).append(one.alert.story_id)
        return found


def _story(database: Database, article_id: ArticleId) -> StoryId | None:
    with database.read() as connection:
        return stories.current(connection, [article_id])[article_id]


def test_what_the_story_had_kept_back_is_raised(database: Database) -> None:
    """The article is in a story of its own, with its own alert and the reason; the old story counts one less and keeps its alert."""
    first, copy, third = (_read(database, outlet, minute=minute) for minute, outlet in enumerate(("alpha", "beta", "gamma")))
    old = _story(database, first)
    assert _alerts(database) == {first: [old]}
    done = _one(_split(database, copy))
    assert (done.from_story, done.article_ids) == (old, (copy,))
    assert _story(database, copy) == done.story_id != old
    assert _story(database, third) == old
    assert _alerts(database) == {first: [old], copy: [done.story_id]}
    with database.read() as connection:
        relation = relations.of_articles(connection, [copy])[copy].relation
        assert old is not None
        counted = {story.id: (story.articles, story.sources) for story in stories.listing(connection)}
        profiles = statements.profiles(connection, [old, done.story_id])
    assert (relation.kind, relation.story_id, relation.evidence[0]) == (RelationKind.OTHER, done.story_id, "split by hand")
    assert counted == {old: (2, ("alpha", "gamma")), done.story_id: (1, ("beta",))}
    assert set(profiles) == {old}


def test_what_is_scanned_again_is_not_counted_again(database: Database) -> None:
    """Else an article split off twice would look like what its source prints everywhere."""
    _read(database, "alpha")
    copy = _read(database, "beta", minute=1)
    before = _counts(database)
    assert before
    _one(_split(database, copy))
    assert _counts(database) == before


def _counts(database: Database) -> list[tuple[int, int]]:
    with database.read() as connection:
        words = [(row.word, row.articles) for row in connection.execute(select(word_counts))]
        return sorted(words + [(row.passage, row.articles) for row in connection.execute(select(source_passages))])


def test_an_alert_of_a_split_article_is_delivered(database: Database) -> None:
    """The new alert is on its way to the channel."""
    _read(database, "alpha")
    done = _one(_split(database, _read(database, "beta", minute=1)))
    with database.read() as connection:
        (alert,) = (one for one in alerts.listing(connection) if one.alert.story_id == done.story_id)
    assert [delivery.channel for delivery in alert.deliveries] == ["hook"]


def test_archive_stays_silent(database: Database) -> None:
    """An article that was too old to raise an alert raises none when it is split."""
    first, copy = _read(database, "alpha"), _read(database, "beta", alertable=False, minute=1)
    _one(_split(database, copy))
    assert set(_alerts(database)) == {first}


def test_a_revised_article_alerts_too(database: Database) -> None:
    """What is scanned again is the newest revision, which matched before as well."""
    first, copy = _read(database, "alpha"), _read(database, "beta", minute=1)
    assert _read(database, "beta", f"{WIRE} A meeting is planned for Monday.", minute=2) == copy
    done = _one(_split(database, copy))
    assert _alerts(database) == {first: [done.from_story], copy: [done.story_id]}


def test_the_article_that_told_takes_its_alert_with_it(database: Database) -> None:
    """Split off, the first article is not told twice; what it had kept back from the others is raised for the story they stay in."""
    first, copy, third = (_read(database, outlet, minute=minute) for minute, outlet in enumerate(("alpha", "beta", "gamma")))
    shown: dict[str, Any] = {
        "channel": "desk",
        "story_id": _story(database, first),
        "posted_at": NOW,
        "notified_at": NOW,
        "shows": {},
    }
    with database.write() as connection:
        connection.execute(messages.insert().values(shown))
    done = _one(_split(database, first))
    with database.read() as connection:
        assert connection.execute(select(messages.c.story_id)).scalars().all() == [done.story_id]
        told = {(row.story_id, row.alert_id) for row in connection.execute(select(deliveries))}
        assert told == {(one.alert.story_id, one.alert.id) for one in alerts.listing(connection)}
    assert _alerts(database) == {first: [done.story_id], copy: [done.from_story]}
    assert _story(database, third) == done.from_story
    assert _split(database, first) == NotSplit(reason="the article is alone in its story already")


def test_a_later_copy_joins_the_split_story_and_nothing_merges_them_again(database: Database) -> None:
    """A copy of the split article's own words goes to it; merging the two is refused, also by way of a third story."""
    first = _read(database, "alpha")
    copy = _read(
        database, "beta", f"{WIRE} Markets in the port of Selm stayed closed while the delegates were driven through.", minute=1
    )
    old, done = _story(database, first), _one(_split(database, copy))
    later = _read(
        database, "gamma", f"{WIRE} Markets in the port of Selm stayed closed while the delegates were driven through.", minute=3
    )
    assert _story(database, later) == done.story_id
    assert old is not None
    with database.write() as connection:
        assert not stories.merge(connection, done.story_id, old)
        assert not stories.merge(connection, old, done.story_id)
        (third,) = articles.load(connection, [later])
        apart = stories.begin(connection, third, now=NOW)
        assert stories.merge(connection, done.story_id, apart)
        assert splits.are_kept_apart(connection, apart, old)
        assert not stories.merge(connection, apart, old)


@pytest.mark.parametrize("kind", [RelationKind.REPORT, RelationKind.DEVELOPMENT])
def test_a_story_is_split_into_what_joined_it_by_a_likelihood(database: Database, kind: RelationKind) -> None:
    """Each report or development has its own story then, together with its copies; copies of the first stay with it."""
    first, copy, report, its_copy = (
        _read(database, outlet, minute=minute) for minute, outlet in enumerate(("alpha", "beta", "gamma", "delta"))
    )
    old = _story(database, first)
    assert old is not None
    assert _split(database, old) == NotSplit(
        reason="nothing in this story joined it by a likelihood: its articles have the same words"
    )
    with database.write() as connection:
        relations.add(connection, copy, old, Relation(kind=RelationKind.COPY, nearest=first), now=NOW)
        relations.add(connection, report, old, Relation(kind=kind, nearest=first, probability=0.9), now=NOW)
        relations.add(connection, its_copy, old, Relation(kind=RelationKind.COPY, nearest=report), now=NOW)
    done = _one(_split(database, old))
    assert done.article_ids == (report, its_copy)
    assert (_story(database, copy), _story(database, its_copy)) == (old, done.story_id)
    assert _alerts(database) == {first: [old], report: [done.story_id]}


def test_what_cannot_be_split_is_refused_with_a_reason(database: Database) -> None:
    """An unknown id, an article in another story, and one that has no story yet."""
    first = _read(database, "alpha")
    assert isinstance(refused := _split(database, "nothing"), NotSplit)
    assert refused.unknown
    other = _read(database, "beta", "The harvest in the river valleys was the smallest in twenty years.", minute=1)
    with database.write() as connection:
        story_id = stories.current(connection, [other])[other]
        assert isinstance(split_by_hand(connection, first, now=NOW, within=story_id), NotSplit)
        origin = Origin(id="late", name="late")
        taken = articles.ingest(connection, origin, [Entry(key="1", title="t", text="u")], now=NOW, alertable=lambda _: True)
        assert split_by_hand(connection, taken.new[0], now=NOW) == NotSplit(
            reason="the article has no story yet: it is still to be scanned"
        )
