"""The processes of one machine, each a role of this same command."""

from __future__ import annotations

import os
import sys

from monitor.cli.options import config_path
from monitor.daemon.supervisor import ChildSpec
from monitor.settings.model import Settings

MOST_BY_DEFAULT = 4
_STAGES = {"web": 0, "scheduler": 1, "scan": 2, "deliver": 3}
"""What is stopped first: nothing new comes in, then what is in hand is finished."""


def argv(*role: str) -> tuple[str, ...]:
    """The command line of a role with this call's configuration."""
    return (sys.executable, "-m", "monitor", *role, "--config", str(config_path()))


def scheduler() -> ChildSpec:
    """The scheduler."""
    return ChildSpec(name="scheduler", argv=argv("scheduler"), stage=_STAGES["scheduler"])


def web() -> ChildSpec:
    """The dashboard and API."""
    return ChildSpec(name="web", argv=argv("web"), stage=_STAGES["web"])


def workers(settings: Settings, scanning: int | None) -> list[ChildSpec]:
    """`scanning` scan processes (otherwise as configured, else one for each core up to 4), and the deliver processes."""
    counts = {
        "scan": scanning or settings.workers.scan or min(MOST_BY_DEFAULT, os.cpu_count() or 1),
        "deliver": settings.workers.deliver,
    }
    return [
        ChildSpec(name=f"{queue}-{number}", argv=argv(f"{queue}-worker"), stage=_STAGES[queue])
        for queue, count in counts.items()
        for number in range(1, count + 1)
    ]
