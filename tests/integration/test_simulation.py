"""Half a day of the whole pipeline under blows that a seed chooses: nothing is lost, and nothing is told twice under a new id."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor import logs
from monitor.relay import QueueState
from tests.simulation import simulation
from tests.simulation.simulation import Books, Simulation
from tests.simulation.world import QueueClient

ROOT = Path(__file__).parents[2]
SEEDS = 50
AT_ONCE = 10
"""Seeds of one test."""


@pytest.fixture(autouse=True)
def _quiet_log() -> Iterator[None]:
    """What the program says of all those blows is not what is looked at here."""
    logs.configure(strict=True, level="critical")
    yield
    logs.configure(strict=True)


def _run(seed: int, folder: Path) -> Books:
    folder.mkdir()
    return Simulation(seed, folder, days=0.6, blows_a_day=150, event_every_h=0.5).run()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_the_books_balance(first: int, tmp_path: Path) -> None:
    """For every seed; `make simulate SEED=n` shows a month of one."""
    books = {seed: _run(seed, tmp_path / str(seed)) for seed in range(first, first + AT_ONCE)}
    assert {seed: one.faults for seed, one in books.items() if one.faults} == {}
    assert sum(one.events for one in books.values()) > AT_ONCE
    assert sum(one.deaths for one in books.values()) > AT_ONCE


def test_a_seed_gives_the_same_run_on_every_machine(tmp_path: Path) -> None:
    """Byte for byte, whatever the hash seed of the interpreter."""
    diaries = []
    for hash_seed in "12":
        command = [sys.executable, str(ROOT / "bench" / "simulate.py"), "--seed", "3", "--days", "0.6", "--diary"]
        environment = os.environ | {"PYTHONHASHSEED": hash_seed, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
        diaries.append(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
    assert diaries[0] == diaries[1]
    assert b"webhook" in diaries[0]
    assert b"killed" in diaries[0]


def test_a_lost_event_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a queue that forgets jobs and says that it still has them, the books do not balance."""

    class Liar(QueueClient):
        def state(self) -> QueueState | None:
            return QueueState(wiped=False, waiting=(simulation.START, simulation.START + timedelta(days=365)))

        def next_scan(self) -> tuple[()]:
            super().next_scan()
            return ()

    monkeypatch.setattr(simulation, "QueueClient", Liar)
    assert any("never told" in fault for fault in _run(1, tmp_path / "1").faults)
