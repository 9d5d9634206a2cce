"""What is held back, and the budgets of sources, on every database."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from monitor.domain.alert import Hold, Suppression
from monitor.storage import holds, source_budgets
from monitor.storage.engine import Database
from monitor.storage.tables import alerts
from tests.alerting import EPOCH, raise_alerts

MINUTE = timedelta(minutes=1)


def test_held_alerts_wait_for_their_time_and_are_reported_once(database: Database) -> None:
    """An alert is due when its time has come, until it is reported; one without an end waits until somebody gives it one."""
    with database.write() as connection:
        soon, later, never = raise_alerts(connection, [1, 2, 3], [], at=EPOCH)
        connection.execute(update(alerts).values(suppressed=Suppression.SILENCED))
        for one, until in ((soon, EPOCH + MINUTE), (later, EPOCH + 5 * MINUTE), (never, None)):
            holds.add(connection, one, Hold(reason=Suppression.SILENCED, until=until, earliest=None))
        assert not holds.any_due(connection, EPOCH)
        assert holds.any_due(connection, EPOCH + MINUTE)
        assert [held.id for held in holds.waiting(connection, due_at=EPOCH + MINUTE)] == [soon]
        holds.mark_reported(connection, [soon], now=EPOCH + MINUTE)
        assert not holds.any_due(connection, EPOCH + MINUTE)
        holds.set_until(connection, {never: EPOCH + 2 * MINUTE})
        assert [held.id for held in holds.waiting(connection, due_at=EPOCH + 2 * MINUTE)] == [never]
        states = holds.states(connection, [soon, later, never])
    assert {one: state.reported_at for one, state in states.items()} == {soon: EPOCH + MINUTE, later: None, never: None}


def test_looking_again_makes_due_what_is_held(database: Database) -> None:
    """After a start every hold is decided anew, whatever time it was given before."""
    with database.write() as connection:
        (held,) = raise_alerts(connection, [1], [], at=EPOCH)
        connection.execute(update(alerts).values(suppressed=Suppression.COOLDOWN))
        holds.add(connection, held, Hold(reason=Suppression.COOLDOWN, until=EPOCH + MINUTE, earliest=EPOCH + MINUTE))
        holds.look_again(connection, EPOCH)
        assert [one.id for one in holds.waiting(connection, due_at=EPOCH)] == [held]


def test_a_budget_counts_the_alerts_of_a_source_in_one_hour(database: Database) -> None:
    """Each source counts for itself, and the next hour begins at nothing."""
    next_hour = EPOCH + timedelta(hours=1)
    with database.write() as connection:
        assert source_budgets.used(connection, "a", EPOCH) == 0
        source_budgets.add(connection, "a", EPOCH, 3)
        source_budgets.add(connection, "a", EPOCH, 2)
        source_budgets.add(connection, "b", EPOCH, 1)
        assert (source_budgets.used(connection, "a", EPOCH), source_budgets.used(connection, "b", EPOCH)) == (5, 1)
        source_budgets.add(connection, "a", next_hour, 1)
        assert (source_budgets.used(connection, "a", next_hour), source_budgets.used(connection, "a", EPOCH)) == (1, 0)
