"""What acknowledgements, escalations, links and silences of stories promise, on every database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from monitor.domain.acknowledgement import Acknowledgement
from monitor.domain.alert import Suppression
from monitor.domain.ids import AlertId, StoryId
from monitor.storage import acknowledgements, alerts, archive, escalations, link_secrets, silences
from monitor.storage.alerts import AlertFilter
from monitor.storage.engine import Database
from monitor.storage.listing_filter import ListFilter
from monitor.storage.tables import alerts as alerts_table
from monitor.storage.tables import stories as stories_table
from tests.integration.web.scenes import add_alert, add_article

NOW = datetime(2024, 3, 21, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
MONA, OLA = Acknowledgement(by="Mona", at=NOW), Acknowledgement(by="Ola", at=NOW + HOUR)
STORY, MERGED = StoryId("story-1"), StoryId("story-2")


def _alerts_of_a_story(database: Database) -> list[AlertId]:
    """Two alerts of one story, the second by a story that was merged into it, a third held back, and one of another story."""
    ids = [AlertId(add_alert(database, term=term)) for term in ("Rafah", "ceasefire", "flood", "quake")]
    row = {"title": "t", "created_at": NOW, "last_article_at": NOW}
    with database.write() as connection:
        connection.execute(stories_table.insert().values(id=STORY, **row))
        connection.execute(stories_table.insert().values(id=MERGED, merged_into=STORY, **row))
        for alert_id, story in zip(ids, (STORY, MERGED, STORY), strict=False):
            connection.execute(update(alerts_table).where(alerts_table.c.id == alert_id).values(story_id=story))
        connection.execute(update(alerts_table).where(alerts_table.c.id == ids[2]).values(suppressed=Suppression.SILENCED))
    return ids


def test_whoever_is_first_has_it_and_with_it_its_story(database: Database) -> None:
    """What was held back has been seen by nobody; a second one changes nothing; what nobody knows is none."""
    first, second, held, other = _alerts_of_a_story(database)
    with database.write() as connection:
        assert acknowledgements.unseen_since(connection, NOW) == 3
        assert acknowledgements.add(connection, first, MONA) == (first, second)
        assert acknowledgements.add(connection, second, OLA) == ()
        assert acknowledgements.add(connection, AlertId("none"), OLA) is None
        assert acknowledgements.of_alerts(connection, [first, second, held, other]) == {first: MONA, second: MONA}
        assert acknowledgements.of_story(connection, STORY) == MONA
        assert acknowledgements.unseen_since(connection, NOW) == 1
        assert acknowledgements.seconds_until_seen(connection, 10) == [0.0, 0.0]
        (stored,) = alerts.listing(connection, AlertFilter(ids=(first,)))
        assert stored.acknowledged == MONA


def test_an_alert_is_escalated_until_it_is_seen(database: Database) -> None:
    """Each time at the time that was set, the first of them first; what is seen is forgotten."""
    first, *_, other = _alerts_of_a_story(database)
    with database.write() as connection:
        for alert_id in (first, other):
            escalations.add(connection, alert_id, NOW + HOUR)
            escalations.add(connection, alert_id, NOW)
        assert not escalations.any_due(connection, NOW)
        assert {one.alert_id for one in escalations.due(connection, NOW + HOUR)} == {first, other}
        escalations.move(connection, other, told=1, due_at=NOW + 2 * HOUR)
        acknowledgements.add(connection, first, MONA)
        assert escalations.due(connection, NOW + HOUR) == ()
        (again,) = escalations.due(connection, NOW + 2 * HOUR)
        assert (again.alert_id, again.told, again.seen) == (other, 1, False)


def test_a_link_acts_once_and_its_key_stays(database: Database) -> None:
    """Until it has expired; then it is forgotten, since its time says enough."""
    with database.write() as connection:
        assert link_secrets.known_key(connection) is None
        key = link_secrets.signing_key(connection)
        assert len(key) == 32
        assert link_secrets.signing_key(connection) == key
        assert link_secrets.use(connection, b"a" * 32, now=NOW, expires_at=NOW + HOUR)
        assert not link_secrets.use(connection, b"a" * 32, now=NOW, expires_at=NOW + HOUR)
        assert link_secrets.is_used(connection, b"a" * 32)
        assert link_secrets.use(connection, b"b" * 32, now=NOW + 2 * HOUR, expires_at=NOW + 3 * HOUR)
        assert not link_secrets.is_used(connection, b"a" * 32)


def test_a_story_is_silenced_under_the_name_it_has_now(database: Database) -> None:
    """Also without an end; each silence is lifted by its id, or all of a story."""
    _alerts_of_a_story(database)
    with database.write() as connection:
        made = silences.add(connection, story=MERGED, until=None, now=NOW)
        silences.add(connection, story=STORY, until=NOW + HOUR, now=NOW)
        assert [(one.story, one.until) for one in silences.active(connection, NOW)] == [(STORY, NOW + HOUR), (STORY, None)]
        assert [one.until for one in silences.listing(connection, NOW + HOUR)] == [None]
        assert silences.lift_one(connection, made.id)
        assert not silences.lift_one(connection, made.id)
        assert silences.lift(connection, story=STORY) == 1
        assert silences.listing(connection, NOW) == ()


def test_lists_are_filtered_by_what_an_alert_and_its_article_say(database: Database) -> None:
    """Every part narrows the list; pages follow one another without a gap."""
    add_alert(database, term="Rafah", title="Convoy reaches Rafah", source="Gulf Wire")
    add_alert(database, term="ceasefire", severity="low", title="Talks go on", source="Desk 100%")
    add_article(database, title="Nothing of it", source="Gulf Wire")

    def found(**parts: tuple[str, ...]) -> tuple[list[str], list[str]]:
        with database.read() as connection:
            wanted = ListFilter(**parts)  # type: ignore[arg-type]
            raised = alerts.listing(connection, AlertFilter(more=wanted))
            return [one.alert.term for one in raised], [one.title for one in archive.filtered(connection, wanted)]

    assert found(terms=("Rafah",)) == (["Rafah"], ["Convoy reaches Rafah"])
    assert found(severities=("low",)) == (["ceasefire"], ["Talks go on"])
    assert found(sources=("Desk 100%",)) == (["ceasefire"], ["Talks go on"])
    assert found(words=("convoy", "RAFAH")) == (["Rafah"], ["Convoy reaches Rafah"])
    assert found(entities=("Nobody",)) == ([], [])
    with database.read() as connection:
        first, *rest = archive.filtered(connection, ListFilter())
        after = ListFilter(older_than=(first.fetched_at, first.id))
        assert archive.filtered(connection, after) == tuple(rest)
