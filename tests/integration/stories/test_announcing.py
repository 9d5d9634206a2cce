"""What a scan finds out about a story that was told reaches its channels in the same transaction."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from monitor.domain.article import Entry, Origin
from monitor.domain.virtual_clock import VirtualClock
from monitor.domain.watch import Repeat, Term, TermKind
from monitor.settings.model import Settings
from monitor.storage import alerts, articles
from monitor.storage.engine import Database
from monitor.storage.tables import deliveries as delivery_table
from monitor.storage.tables import messages as message_table
from tests.channels import channel as make_channel
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.load import load_tasks
from workers.scanning.scan import scan_batch
from workers.scanning.statement_cache import StatementCache

NOW = datetime(2024, 3, 21, 8, tzinfo=UTC)
TEXT = (
    "The crossing at Rafah was opened on Thursday morning after days of talks, the authority that runs it said in a statement. Lorries with flour, "
    "medicine and fuel had waited on both sides since the weekend, and their drivers cheered as the first of them rolled through the gate. A "
    "spokeswoman for the relief agencies called it a beginning and asked for more hours each day, since thousands of families depend on what arrives. "
    "Officials would not say how long the opening is to last; a meeting of the mediators is planned for next week, when further steps are discussed."
)
COPY = f"{TEXT} Reported by our own staff."
CHANNELS: dict[str, dict[str, Any]] = {
    "bot": {"type": "slack", "token": "xoxb-1", "channel": "C1"},
    "hook": {"type": "webhook", "url": "https://receiver.example/hook"},
    "events": {
        "type": "webhook",
        "url": "https://receiver.example/hook",
        "events": ["alert.created", "alert.withdrawn", "story.updated"],
    },
}


def compiled(repeat: Repeat = Repeat.STORY) -> CompiledSettings:
    """One term, three channels, pages that others can reach."""
    term = Term(name="Rafah", kind=TermKind.KEYWORD, phrases=("Rafah",), repeat=repeat)
    channels = {name: make_channel(settings) for name, settings in CHANNELS.items()}
    return CompiledSettings.build(
        Settings.model_construct(terms=(term,), channels=channels, public_url="https://news.example.org/")
    )


def scan(database: Database, settings: CompiledSettings, outlet: str, text: str) -> tuple[str, ...]:
    """One outlet's article, new or changed; the channels that are woken."""
    entry = Entry(key="1", title="Crossing opened", text=text, url=f"https://{outlet}.test/1", published_at=NOW)
    origin = Origin(id=outlet, name=outlet, url=f"https://{outlet}.test/feed")
    with database.write() as connection:
        ids = articles.ingest(connection, origin, [entry], now=NOW, alertable=lambda _: True).scans
    return scan_batch(database, settings, load_tasks(database, ids), StatementCache(), clock=VirtualClock(NOW)).channels


def told(database: Database) -> dict[str, list[str]]:
    """What waits for each channel or was delivered, as types."""
    with database.read() as connection:
        rows = connection.execute(select(delivery_table).order_by(delivery_table.c.created_at, delivery_table.c.id)).all()
    found: dict[str, list[str]] = {name: [] for name in CHANNELS}
    for row in rows:
        found[row.channel].append(row.notice["type"] if row.notice else "alert")
    return {name: sorted(kinds) for name, kinds in found.items()}


def delivered(database: Database) -> None:
    """All that waits has been delivered, and Slack has named its message."""
    with database.write() as connection:
        connection.execute(delivery_table.update().values(status="delivered", settled_at=NOW))
        (story_id,) = connection.execute(select(delivery_table.c.story_id).distinct()).scalars()
        message = {"channel": "bot", "story_id": story_id, "reference": "C1:1", "posted_at": NOW, "notified_at": NOW, "shows": {}}
        connection.execute(message_table.insert().values(message))


@pytest.fixture
def told_database(database: Database) -> Database:
    """A database with a story of which every channel has been told."""
    assert set(scan(database, compiled(), "gulf", TEXT)) == set(CHANNELS)
    delivered(database)
    return database


def test_a_copy_changes_the_message_and_is_an_event(told_database: Database) -> None:
    """Who cannot change a message and names no events hears nothing."""
    assert set(scan(told_database, compiled(), "other", COPY)) == {"bot", "events"}
    assert told(told_database) == {"bot": ["alert", "story.updated"], "hook": ["alert"], "events": ["alert", "story.updated"]}


def test_a_correction_is_told(told_database: Database) -> None:
    """The article no longer has the term: people and who names the event hear of it, once however often it is changed."""
    for word in ("Elsewhere", "Nowhere"):
        scan(told_database, compiled(), "gulf", TEXT.replace("Rafah", word))
    assert told(told_database) == {"bot": ["alert", "alert.withdrawn"], "hook": ["alert"], "events": ["alert", "alert.withdrawn"]}


def test_repeat_update_stays_what_it_was_for_programs(told_database: Database) -> None:
    """A webhook gets `alert.updated` as before; the bot changes its message."""
    scan(told_database, compiled(Repeat.UPDATE), "other", COPY)
    assert told(told_database) == {
        "bot": ["alert", "story.updated"],
        "hook": ["alert", "alert"],
        "events": ["alert", "story.updated"],
    }


def test_alerts_link_to_the_page_that_explains_them(told_database: Database) -> None:
    """With `public_url`, under it."""
    with told_database.read() as connection:
        (stored,) = alerts.listing(connection)
    links = stored.alert.data["links"]
    assert links["alert"] == f"https://news.example.org/alerts/{stored.alert.id}"
    assert {name: link.rsplit("/", 3)[0] for name, link in links.items() if name != "alert"} == {
        name: f"https://news.example.org/act/{name}" for name in ("acknowledge", "silence")
    }


@pytest.mark.parametrize(
    ("kind", "severity", "expected"),
    [("Update", "Extreme", "story.updated"), ("Cancel", "Severe", "alert.withdrawn"), ("Update", "Severe", None)],
)
def test_the_next_version_of_a_warning_is_told(kind: str, severity: str, expected: str | None, database: Database) -> None:
    """A change of its facts as a development, its cancellation as a withdrawal, though the words still match; anything else not."""
    settings = compiled()
    for place, (marks, level, text) in enumerate((((), "Severe", TEXT), ((kind,), severity, f"{TEXT} So it was said again."))):
        entry = Entry(
            key="1", title="Flood near Rafah", text=f"{text}\n\nSeverity: {level}\nExpires: soon", published_at=NOW, tags=marks
        )
        with database.write() as connection:
            origin = Origin(id="desk", name="desk")
            ids = articles.ingest(connection, origin, [entry], now=NOW, alertable=lambda _: True).scans
        scan_batch(database, settings, load_tasks(database, ids), StatementCache(), clock=VirtualClock(NOW))
        assert len(ids) == 1, place
    assert [one for one in told(database)["events"] if one != "alert"] == ([expected] if expected else [])
