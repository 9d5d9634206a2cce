"""The watchdog: copies the alerts of failing channels to others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from monitor.settings.channels import ChannelBase
from monitor.settings.model import Settings
from monitor.storage import channels, fallback_copies
from monitor.storage.engine import Connection, Database


def check(database: Database, settings: Settings, now: datetime) -> None:
    """Look at every channel once. Cheap enough for every few seconds."""
    with database.write() as connection:
        copy_to_fallback(connection, settings.channels, now)


def copy_to_fallback(connection: Connection, configured: Mapping[str, ChannelBase], now: datetime) -> None:
    """Copy what waits on a channel that has failed for too long, or is paused, to its fallback."""
    for name, state in channels.failing(connection, since=now).items():
        channel = configured.get(name)
        if channel is None or channel.fallback is None or state.failing_since is None:
            continue
        if state.paused or state.failing_since <= now - channel.fallback_after:
            fallback_copies.copy_to_fallback(connection, name, channel.fallback)
