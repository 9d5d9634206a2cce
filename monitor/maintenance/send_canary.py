"""Send a canary: store a made article as a poll of its feed would, and have it scanned. Workers send it on."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.domain.article import Origin
from monitor.domain.canary import BACK_WITHIN, CANARY_ADDRESS, canary_interval, fault_of_canary
from monitor.domain.errors import MonitorError
from monitor.parse.feed import parse_feed
from monitor.parse.result import ParseFailure
from monitor.relay import Relay, hand_over
from monitor.settings.model import Settings
from monitor.storage import articles, canary_progress
from monitor.storage.engine import Connection, Database
from monitor.storage.ids import new_id

EVERY_S = 1.0
_ORIGIN = Origin(id=CANARY_ADDRESS, name="news-monitor canary", url=CANARY_ADDRESS)
_FEED = (
    '<rss version="2.0"><channel><title>news-monitor canary</title><item><guid>{round_id}</guid><title>Canary {round_id}</title>'
    "<description>A made article that shows whether the way from a feed to a receiver is open.</description></item></channel></rss>"
)


def send_if_due(database: Database, relay: Relay, settings: Settings, now: datetime) -> bool:
    """Send a canary if it is time; return whether one was sent. What is left of the one before is removed."""
    with database.read() as connection:
        last = canary_progress.state(connection).stored
    every = canary_interval(settings.heartbeat.every if settings.heartbeat else None)
    if last is not None and now - every < last.at <= now:
        return False
    round_id = new_id()
    parsed = parse_feed(_FEED.format(round_id=round_id).encode(), url="https://localhost/", headers={}, now=now)
    if isinstance(parsed, ParseFailure):
        raise MonitorError(f"the canary's feed could not be read: {parsed.reason}")
    with database.write() as connection:
        canary_progress.remove_all(connection)
        stored = articles.ingest(connection, _ORIGIN, parsed.entries, now=now, alertable=lambda _entry: True)
        canary_progress.passed(connection, "stored", round_id, now)
    hand_over(database, relay, stored.scans, now)
    return True


def canary_fault(connection: Connection, settings: Settings, *, started_at: datetime, now: datetime) -> str | None:
    """Return where canaries are held up, None if they come through."""
    every = canary_interval(settings.heartbeat.every if settings.heartbeat else None)
    return fault_of_canary(canary_progress.state(connection), every=every, since=started_at, now=now)


def is_coming_through(connection: Connection, heartbeat_every: timedelta, now: datetime) -> bool:
    """Return whether the last canaries have come back, so that the world outside may be told that all is well."""
    age_s = canary_progress.state(connection).age_s(now)
    return age_s is not None and age_s <= (canary_interval(heartbeat_every) * 2 + BACK_WITHIN / 3).total_seconds()
