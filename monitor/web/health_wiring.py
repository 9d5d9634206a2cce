"""Put the health monitor together: what it checks, and how it sends. A front door may know the channels of the workers."""

from __future__ import annotations

import asyncio
import urllib.request
from typing import Final

from monitor.domain.delivery import AttemptResult, ClaimedDelivery
from monitor.maintenance.health_check import HealthCheck
from monitor.maintenance.health_monitor import HealthMonitor
from monitor.maintenance.operator_notices import OperatorNotices
from monitor.relay import Relay
from monitor.settings.channels import ChannelBase
from monitor.settings.live import LiveSettings
from monitor.storage.engine import Database
from workers.delivery.channel_sender import send_now

_PING_WITHIN_S: Final = 10.0


def health_monitor(live: LiveSettings, database: Database, relay: Relay) -> HealthMonitor:
    """Return the health monitor of a process of the daemon, not started."""
    check = HealthCheck(live, database, relay.check_writable)
    return HealthMonitor(live, database, check, OperatorNotices(database, _send), _ping)


def _send(channel: ChannelBase, delivery: ClaimedDelivery) -> AttemptResult:
    return asyncio.run(send_now(channel, delivery))


def _ping(url: str) -> None:
    with urllib.request.urlopen(url, timeout=_PING_WITHIN_S) as answer:  # noqa: S310 - the settings take http and https alone
        answer.read(1000)
