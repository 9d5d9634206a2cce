"""Name lease owners so that others can tell whether the owner's process has ended."""

from __future__ import annotations

import hashlib
import os
import uuid
from functools import cache
from pathlib import Path

from monitor.domain import randomness


def lease_owner() -> str:
    """Return a new name for an owner of leases, at most 36 characters, that names this process and no other owner in it."""
    return f"{_machine()}-{os.getpid()}-{randomness.token()}"


def is_dead(owner: str) -> bool:
    """Return whether the process of a `lease_owner` has certainly ended; of other machines and containers nothing is certain.

    Call it before this process owns a lease: a name with its own process number is taken for an earlier process.
    """
    machine, _, rest = owner.partition("-")
    number = rest.partition("-")[0]
    if machine != _machine() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return int(number) == os.getpid()


@cache
def _machine() -> str:
    """Return an id that two processes share only if they see each other under the same process numbers."""
    try:
        about = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii") + str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        about = f"{uuid.getnode()}"
    return hashlib.sha256(about.encode()).hexdigest()[:12]
