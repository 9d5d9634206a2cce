"""The schema and its migrations on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, column, insert, select, table, text

from monitor.domain.article import Entry, Origin
from monitor.domain.cadence import ArrivalRate, PublisherHints
from monitor.domain.errors import DatabaseError, SchemaMismatch
from monitor.domain.feed import DocumentMemory
from monitor.domain.hashing import hash_parts
from monitor.domain.incidents import Incident
from monitor.domain.lease import Lease
from monitor.domain.virtual_clock import VirtualClock
from monitor.domain.watch import Term, TermKind
from monitor.settings.model import Settings
from monitor.storage import articles, deliveries, feeds, incidents, messages, scans, schema, story_deliveries
from monitor.storage.engine import Database
from monitor.storage.migrations import run
from monitor.storage.tables import alerts as alerts_table
from monitor.storage.tables import appearances, hosts, metadata
from monitor.storage.tables import articles as articles_table
from monitor.storage.tables import feeds as feeds_table
from monitor.storage.tables import stories as stories_table
from monitor.storage.types import UtcDateTime
from tests.alerting import add_story
from tests.story_scenes import add_article
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.index_missing import index_missing
from workers.scanning.load import load_tasks
from workers.scanning.scan import scan_batch
from workers.scanning.statement_cache import StatementCache


@pytest.fixture
def empty(database_url: str) -> Iterator[Database]:
    """A database without any table."""
    database = Database(database_url)
    yield database
    database.close()


def test_times_come_back_aware(database: Database) -> None:
    """A stored time is read back as the same instant in UTC."""
    now = datetime(2024, 3, 21, 8, 0, 0, 123456, tzinfo=UTC)
    with database.write() as connection:
        connection.execute(insert(hosts).values(host="a", next_request_at=now))
    with database.read() as connection:
        assert connection.execute(select(hosts.c.next_request_at)).scalar_one() == now


def test_naive_times_are_refused(database: Database) -> None:
    """A time without a zone never reaches the database."""
    with pytest.raises(DatabaseError), database.write() as connection:
        connection.execute(insert(hosts).values(host="a", next_request_at=datetime(2024, 3, 21)))  # noqa: DTZ001 - a naive time is the point


@pytest.mark.parametrize("create", [run.upgrade, schema.upgrade])
def test_migrations_make_the_tables_of_the_program(empty: Database, create: Callable[[Database], None]) -> None:
    """All migrations in turn, and the short cut for a new database, give exactly the schema that the code uses; upgrading again changes nothing."""
    create(empty)
    schema.upgrade(empty)
    with empty.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    schema.require(empty)


def test_what_a_feed_has_taught_survives_the_upgrade_to_0002(empty: Database) -> None:
    """The rhythm that an older version learnt is still there; the fingerprints of the last document are learnt anew."""
    config = run.config()
    with empty.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    arrival_rate = {"since": 1.0, "tallied_at": 2.0, "hours": 3.0, "hourly": [0.5] * 24, "recent": [1.5], "size": 7}
    document = {"newest": None, "wishes": [60.0, [1], []], "unreliable": True}
    older = {
        "form": 1,
        "rhythm": {**arrival_rate, "counted_at": now.timestamp()},
        "document": {**document, "keys": ["a"], "stored": ["b"]},
    }
    feed = {"id": "1", "url": "https://a.example/", "name": "A", "host": "a.example", "active": True, "status": "ok"}
    with empty.write() as connection:
        connection.execute(hosts.insert().values(host="a.example"))
        connection.execute(feeds_table.insert().values(**feed, last_success_at=now, next_poll_at=now, history=older))
    schema.upgrade(empty)
    with empty.write() as connection:
        (claimed,) = feeds.claim_due(
            connection, now=now, limit=1, lease=timedelta(minutes=1), host_gap=timedelta(), host_connections=1
        )
    assert claimed.state.arrival_rate == ArrivalRate(
        since=1.0, counted_at=now.timestamp(), recounted_at=2.0, hours=3.0, hourly=(0.5,) * 24, recent=(1.5,), size=7
    )
    assert claimed.state.document == DocumentMemory(
        publisher_hints=PublisherHints(wait_s=60.0, skip_hours=frozenset({1})), unreliable=True
    )


def test_incidents_that_were_told_stay_told_after_the_upgrade_to_0003(empty: Database) -> None:
    """The table has another name; the operator does not hear of a known incident again."""
    config = run.config()
    with empty.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    with empty.write() as connection:
        told = "INSERT INTO troubles (subject, problem, since) VALUES ('feed A', 'HTTP 500', '2026-03-01 12:00:00.000000')"
        connection.execute(text(told if empty.dialect == "sqlite" else told.replace("000000'", "000000+00'")))
    schema.upgrade(empty)
    with empty.read() as connection:
        assert incidents.known(connection) == {"feed A": Incident(subject="feed A", problem="HTTP 500", since=now)}


WIRE = (
    "Negotiators for the coastal provinces met for a third day in Brask on Sunday to settle how grain would cross the northern border. "
    "Aides who asked not to be named said that most of the text was agreed and that only the order of the first steps was open. "
    "Residents of the border towns said that they had heard such hopes before, and went on repairing what the winter had left."
)
GRAIN = Term(name="grain", kind=TermKind.KEYWORD, phrases=("grain",))


_APPEARANCES_BEFORE_0004 = table(
    "appearances",
    *(column(name) for name in ("origin_id", "source", "url", "entry_key", "content_hash", "article_id")),
    column("seen_at", UtcDateTime()),
)
_ARTICLE_KEYS = table("article_keys", column("key"), column("article_id"))
_SKETCHES = table(
    "sketches",
    *(column(name) for name in ("article_id", "data", "index_keys")),
    *(column(name, UtcDateTime()) for name in ("at", "dated")),
)


def _article_before_0004(connection: Connection, name: str, title: str, text: str, *, story: str, at: datetime) -> None:
    """An article with its story and alert as 0.1 stored them: source Alpha, which changed its text an hour later; Beta had it in between."""
    values = {"title": title, "created_at": at, "last_article_at": at, "articles": 1}
    connection.execute(insert(stories_table).values(id=story, **values))
    row = {"title": title, "text": text, "summary": "", "tags": [], "revision": 2, "content_hash": b"h" * 32, "alertable": True}
    connection.execute(
        insert(articles_table).values(
            id=name, source="Alpha", url=f"https://alpha.example/{name}", fetched_at=at, story_id=story, **row
        )
    )
    for hours, origin, source in ((0.5, "2", "Beta"), (1, "1", "Alpha")):
        entry = Entry(key=name, title=title, text=f"{text} As {source} has it.")
        keys = {"entry_key": entry.identity, "content_hash": entry.content_hash, "article_id": name}
        url, seen = f"https://{source.lower()}.example/{name}", at + timedelta(hours=hours)
        connection.execute(_APPEARANCES_BEFORE_0004.insert().values(origin_id=origin, source=source, url=url, seen_at=seen, **keys))
    connection.execute(_ARTICLE_KEYS.insert().values(key=hash_parts("url", name), article_id=name))
    connection.execute(_SKETCHES.insert().values(article_id=name, at=at, dated=at, data=b"old", index_keys=bytes(8)))
    alert = {"term": "grain", "kind": "keyword", "severity": "high", "tags": [], "reason": "new", "revision": 1, "data": {}}
    key = hash_parts("alert", "story", "grain", story, GRAIN.severity)
    connection.execute(
        insert(alerts_table).values(id=f"{name}-alert", dedup_key=key, article_id=name, story_id=story, created_at=at, **alert)
    )


def test_the_upgrade_to_0004_keeps_stories_and_alerts_and_tells_nothing_anew(empty: Database) -> None:
    """Articles stay in their stories under their ids; what other sources had is not their own; a copy that arrives joins and raises nothing."""
    config = run.config()
    with empty.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    with empty.write() as connection:
        _article_before_0004(connection, "a1", "Talks on grain near their end", WIRE, story="s1", at=now - timedelta(hours=5))
        _article_before_0004(connection, "a2", "Old grain", "Grain was cheap then.", story="s2", at=now - timedelta(days=30))
    schema.upgrade(empty)
    with empty.read() as connection:
        placed = {row.id: row.story_id for row in connection.execute(select(articles_table.c.id, articles_table.c.story_id))}
        own = {tuple(row) for row in connection.execute(select(appearances.c.article_id, appearances.c.source, appearances.c.own))}
        told = {row.id: row.story_id for row in connection.execute(select(alerts_table.c.id, alerts_table.c.story_id))}
    assert placed == {"a1": "s1", "a2": "s2"}
    assert own == {("a1", "Alpha", True), ("a1", "Beta", False), ("a2", "Alpha", True), ("a2", "Beta", False)}
    assert told == {"a1-alert": "s1", "a2-alert": "s2"}

    alpha, beta, gamma = (Origin(id=str(number), name=name) for number, name in enumerate(("Alpha", "Beta", "Gamma"), start=1))
    with empty.write() as connection:
        for origin in (alpha, beta):
            entry = Entry(key="a1", title="Talks on grain near their end", text=f"{WIRE} As {origin.name} has it.")
            assert articles.ingest(connection, origin, [entry], now=now, alertable=lambda _: True).known == 1
        assert scans.backlog(connection).count == 0
    settings = Settings(terms=(GRAIN,))
    assert index_missing(empty, settings.stories, now=now) == 1
    assert index_missing(empty, settings.stories, now=now) == 0

    copies = [
        (gamma, Entry(key="g", title="Grain deal in sight", text=f"BRASK - {WIRE}", url="https://gamma.example/g")),
        (beta, Entry(key="a1", title="Talks on grain near their end", text=f"{WIRE} Beta adds a sentence of its own to it.")),
    ]
    with empty.write() as connection:
        waiting = [
            scan
            for origin, entry in copies
            for scan in articles.ingest(connection, origin, [entry], now=now, alertable=lambda _: True).scans
        ]
    compiled = CompiledSettings.build(settings)
    assert scan_batch(empty, compiled, load_tasks(empty, waiting), StatementCache(), clock=VirtualClock(now)).alerts == ()
    with empty.read() as connection:
        joined = set(connection.execute(select(articles_table.c.source).where(articles_table.c.story_id == "s1")).scalars())
        words = connection.execute(select(articles_table.c.text).where(articles_table.c.id == "a1")).scalar_one()
    assert joined == {"Alpha", "Beta", "Gamma"}
    assert words == WIRE


def test_what_waits_at_the_upgrade_to_0006_is_sent_in_the_message_of_its_story(empty: Database) -> None:
    """Deliveries learn their story and severity; a message that Slack had named is changed from then on, instead of posted again."""
    config = run.config()
    with empty.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
    now, alert = datetime(2026, 3, 1, 12, tzinfo=UTC), "a-1"
    with empty.write() as connection:
        story_id = add_story(connection, now)
        article_id = add_article(connection, story_id, "Gulf Wire", at=now)
        common = {"kind": "entity", "tags": [], "reason": "new", "article_id": article_id, "revision": 1, "data": {}}
        raised = insert(alerts_table).values(
            id=alert, dedup_key=b"1" * 32, term="A", severity="low", story_id=story_id, created_at=now, **common
        )
        connection.execute(raised)
        moment = "2026-03-01 12:00:00.000000" + ("" if empty.dialect == "sqlite" else "+00")
        for name, status, reference in (("desk", "delivered", "'C1:17.5'"), ("phone", "pending", "NULL")):
            values = f"'d-{name}', '{alert}', '{name}', '{status}', {reference}, '{moment}', '{moment}'"
            columns = "id, alert_id, channel, status, reference, next_attempt_at, created_at"
            connection.execute(text(f"INSERT INTO deliveries ({columns}) VALUES ({values})"))
    schema.upgrade(empty)
    with empty.write() as connection:
        found = messages.find(connection, "desk", story_id)
        (waiting,) = story_deliveries.due(connection, "phone", now=now, limit=9)
        (claimed,) = deliveries.claim(connection, [waiting.id], Lease(owner="me", until=now + timedelta(minutes=1)))
        assert messages.find(connection, "phone", story_id) is None
    assert found is not None
    assert found.reference == "C1:17.5"
    assert (waiting.story_id, claimed.severity) == (story_id, "low")


def test_a_role_refuses_an_empty_database(empty: Database) -> None:
    """The separate roles say which command makes the schema."""
    with pytest.raises(SchemaMismatch, match="news-monitor migrate"):
        schema.require(empty)


def test_a_newer_schema_is_left_alone(empty: Database) -> None:
    """An older program never touches a newer database."""
    schema.upgrade(empty)
    with empty.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaMismatch, match="newer"):
        schema.upgrade(empty)
