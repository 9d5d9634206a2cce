"""Whatever is killed, frozen, wiped, filled, cut off or lied to: every alert arrives, under one id, and the program stops when told."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.storm import ride_out
from tests.e2e.storm_plan import ANYWHERE, ON_POSTGRES, plan


def test_nothing_is_lost_in_a_short_storm(tmp_path: Path) -> None:
    """A few seconds with every kind of blow but those on a database server; `make storm` runs longer ones."""
    ledger = ride_out(5, 7.0, tmp_path)
    assert ledger.problems == ()
    assert ledger.arrived == ledger.expected > 10


def test_a_seed_gives_the_same_plan_with_every_blow() -> None:
    """A failing seed can be run again."""
    blows = plan(7, 60, postgres=True)
    assert blows == plan(7, 60, postgres=True) != plan(8, 60, postgres=True)
    assert {blow.name for blow in blows} == {*ANYWHERE, *ON_POSTGRES}
    assert "read-only" not in {blow.name for blow in plan(7, 60, postgres=False)}
