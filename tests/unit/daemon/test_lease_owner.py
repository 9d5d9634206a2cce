"""Names of lease holders: whether the process behind one has ended."""

from __future__ import annotations

import os
import subprocess
import sys

from monitor.daemon.lease_owner import is_dead, lease_owner

NAMED = "from monitor.daemon.lease_owner import lease_owner; print(lease_owner(), flush=True); input()"


def test_a_killed_process_is_dead_and_a_living_one_is_not() -> None:
    """The name another process gave itself tells whether it still runs."""
    other = subprocess.Popen([sys.executable, "-c", NAMED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    name = other.stdout.readline().strip()
    assert len(name) <= 36
    assert not is_dead(name)
    other.kill()
    other.communicate()
    assert is_dead(name)


def test_under_our_own_number_an_earlier_process_is_meant() -> None:
    """A worker that is started anew may get the number of the one that was killed, and holds nothing itself."""
    assert is_dead(lease_owner())
    assert lease_owner() != lease_owner()


def test_of_other_machines_nothing_is_certain() -> None:
    """A number means nothing elsewhere, nor does a token of another form."""
    machine, number, rest = lease_owner().split("-")
    elsewhere = f"{machine[::-1]}-{number}-{rest}"
    assert machine[::-1] != machine
    assert not is_dead(elsewhere)
    assert not is_dead("0190c0de-0000-7000-8000-000000000000")
    assert not is_dead(f"{machine}-x-{rest}")
    assert not is_dead("")


def test_a_process_of_another_user_lives() -> None:
    """The first process of the machine is there, whether we may signal it or not."""
    machine, _, rest = lease_owner().split("-")
    assert os.getpid() != 1
    assert not is_dead(f"{machine}-1-{rest}")
