"""Tell systemd how the daemon is doing, where it was started by it with `Type=notify`; elsewhere nothing is told."""

from __future__ import annotations

import contextlib
import os
import socket

READY, WATCHDOG, STOPPING = "READY=1", "WATCHDOG=1", "STOPPING=1"


def notify(state: str) -> None:
    """Send a state to systemd. Nothing is raised: a service manager that cannot be reached is no reason to stop."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.settimeout(0)
        sender.sendto(state.encode(), address.replace("@", "\0", 1) if address.startswith("@") else address)
