"""What is held back, and until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.alert import HeldAlert, Hold, Suppression
from monitor.domain.ids import AlertId, ArticleId
from monitor.domain.watch import Severity, Term, TermKind
from monitor.settings.model import SilenceSettings
from workers.alerts.held_back import budget_hour, held_until, hold_for, hold_over_budget

NOW = datetime(2026, 3, 1, 12, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TERM = Term(name="harvest", kind=TermKind.KEYWORD, cooldown=30 * MINUTE, tags=("food",))


def silence(minutes: float | None, *, since: datetime | None = None, term: str | None = "harvest") -> SilenceSettings:
    """A silence that ends these minutes from now, or never."""
    until = None if minutes is None else NOW + minutes * MINUTE
    return SilenceSettings(term=term, tag=None if term else "food", since=since, until=until)


def held(until: datetime | None, earliest: datetime | None = None) -> HeldAlert:
    """An alert on the harvest that is held."""
    return HeldAlert(
        id=AlertId("a"),
        hold=Hold(reason=Suppression.SILENCED, until=until, earliest=earliest),
        term="harvest",
        severity=Severity.HIGH,
        tags=("food",),
        title="t",
        url=None,
        source="s",
        article_id=ArticleId("x"),
        story_id=None,
        created_at=NOW - 5 * MINUTE,
    )


@pytest.mark.parametrize(
    ("last", "silences", "reason", "until", "earliest"),
    [
        (None, (), None, None, None),
        (30, (), None, None, None),
        (10, (), "cooldown", 20, 20),
        (None, (silence(5),), "silenced", 5, None),
        (None, (silence(5), silence(40, term=None)), "silenced", 40, None),
        (None, (silence(5), silence(None)), "silenced", None, None),
        (10, (silence(5),), "silenced", 20, 20),
        (10, (silence(50),), "silenced", 50, 20),
        (10, (silence(None),), "silenced", None, 20),
        (None, (silence(-5), silence(90, since=NOW + MINUTE), silence(5, term="other")), None, None, None),
    ],
)
def test_an_alert_is_held_until_the_last_of_its_reasons_ends(
    last: float | None, silences: tuple[SilenceSettings, ...], reason: str | None, until: float | None, earliest: float | None
) -> None:
    """The end of the cooldown, the latest end of the silences in force, the later of both; None for a silence without an end."""
    hold = hold_for(TERM, None if last is None else NOW - last * MINUTE, silences, NOW)
    if reason is None:
        assert hold is None
        return
    assert hold == Hold(
        reason=Suppression(reason),
        until=None if until is None else NOW + until * MINUTE,
        earliest=None if earliest is None else NOW + earliest * MINUTE,
    )


@pytest.mark.parametrize(
    ("alert", "silences", "minutes"),
    [
        (held(NOW - MINUTE), (), -1),
        (held(NOW + 9 * MINUTE), (), 0),
        (held(None), (), 0),
        (held(NOW), (silence(15),), 15),
        (held(NOW), (silence(15), silence(25, term=None)), 25),
        (held(NOW), (silence(None),), None),
        (held(NOW + 9 * MINUTE, NOW + 4 * MINUTE), (), 4),
        (held(NOW + 9 * MINUTE, NOW + 20 * MINUTE), (silence(15),), 20),
        (held(NOW + 9 * MINUTE, NOW - MINUTE), (), 0),
    ],
)
def test_the_report_follows_the_real_end(alert: HeldAlert, silences: tuple[SilenceSettings, ...], minutes: float | None) -> None:
    """A silence that is lifted releases at once, though not before the cooldown is over; one that is extended holds on."""
    assert held_until(alert, silences, NOW) == (None if minutes is None else NOW + minutes * MINUTE)


def test_a_budget_is_counted_by_the_hour_of_the_clock() -> None:
    """What is more than it is told at the full hour."""
    assert budget_hour(NOW) == NOW - 20 * MINUTE
    end = NOW + 40 * MINUTE
    assert hold_over_budget(NOW) == Hold(reason=Suppression.BUDGET, until=end, earliest=end)
