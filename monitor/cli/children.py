"""The child processes of `run` and `worker`, each running one role of this command."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Sequence

from monitor.cli import COMMANDS
from monitor.cli.options import config_path
from monitor.daemon.supervisor import ChildSpec
from monitor.settings.model import Settings

MOST_BY_DEFAULT = 4
_STAGES = {"web": 0, "health-watch": 0, "scheduler": 1, "scan-worker": 2, "deliver-worker": 3}
"""The order of stopping: first nothing new comes in, then what is under way is finished."""


def argv(*role: str) -> tuple[str, ...]:
    """Return the command line of a role with the configuration of this call."""
    return (sys.executable, "-m", "monitor", *role, "--config", str(config_path()))


def scheduler() -> ChildSpec:
    """Return the scheduler process."""
    return _child("scheduler", "scheduler")


def web() -> ChildSpec:
    """Return the process of the dashboard and the API."""
    return _child("web", "web")


def health_watch() -> ChildSpec:
    """Return the process that watches over the others where no pages do."""
    return _child("health-watch", "health-watch")


def workers(settings: Settings, scanning: int | None) -> list[ChildSpec]:
    """Return the scan and deliver processes: `scanning` scan processes, else as configured, else one for each core up to 4."""
    counts = {
        "scan": scanning or settings.workers.scan or min(MOST_BY_DEFAULT, os.cpu_count() or 1),
        "deliver": settings.workers.deliver,
    }
    return [_child(f"{queue}-{number}", f"{queue}-worker") for queue, count in counts.items() for number in range(1, count + 1)]


def preload(children: Sequence[ChildSpec], settings: Settings) -> None:
    """Import what the children need before they are forked, so that they share its memory."""
    roles = {child.role for child in children}
    for role in sorted(roles):
        importlib.import_module(f"monitor.cli.{COMMANDS[role].module}")
    if "scan-worker" in roles:
        importlib.import_module("workers.language.detector").load_model()
        if any(feed.full_text for feed in settings.listed_feeds):
            importlib.import_module("trafilatura")


def _child(name: str, role: str) -> ChildSpec:
    command = argv(role)
    return ChildSpec(name=name, role=role, argv=command, work=_run_in_fork(command[3:]), stage=_STAGES[role])


def _run_in_fork(arguments: tuple[str, ...]) -> Callable[[], None]:
    def work() -> None:
        importlib.import_module("monitor.cli").main(arguments)

    return work
