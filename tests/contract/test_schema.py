"""The schema and its migrations on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select, text

from monitor.domain.cadence import ArrivalRate, PublisherHints
from monitor.domain.errors import DatabaseError, SchemaMismatch
from monitor.domain.feed import DocumentMemory
from monitor.domain.incidents import Incident
from monitor.domain.lease import Lease
from monitor.storage import deliveries, feeds, incidents, messages, schema, story_deliveries
from monitor.storage.engine import Database
from monitor.storage.migrations import run
from monitor.storage.tables import alerts, hosts, metadata
from monitor.storage.tables import feeds as feeds_table
from tests.alerting import add_story
from tests.story_scenes import add_article


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


def test_what_waits_at_the_upgrade_to_0004_is_sent_in_the_message_of_its_story(empty: Database) -> None:
    """Deliveries learn their story and severity; a message that Slack had named is changed from then on, instead of posted again."""
    config = run.config()
    with empty.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
    now, alert = datetime(2026, 3, 1, 12, tzinfo=UTC), "a-1"
    with empty.write() as connection:
        story_id = add_story(connection, now)
        article_id = add_article(connection, story_id, "Gulf Wire", at=now)
        common = {"kind": "entity", "tags": [], "reason": "new", "article_id": article_id, "revision": 1, "data": {}}
        raised = insert(alerts).values(
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
