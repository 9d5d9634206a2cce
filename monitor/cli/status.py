"""`news-monitor status`: how the daemon is doing, from the database, which knows even when everything else is down."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

import click
from redis.exceptions import RedisError
from sqlalchemy import Connection

from monitor.app import open_database
from monitor.broker import connect_producer
from monitor.broker.queues import DELIVER, SCAN, queue
from monitor.cli.options import CONFIG, JSON, load_settings
from monitor.cli.output import print_json
from monitor.domain.errors import MonitorError
from monitor.domain.text import one_line
from monitor.domain.times import age, rfc3339
from monitor.heartbeat import ALIVE_WITHIN
from monitor.settings.model import Settings
from monitor.storage import alerts, archive, channels, deliveries, feeds, heartbeats, scans

ROLES = {"scheduler": ("scheduler",), "worker": ("scan", "deliver"), "web": ("web",)}


@click.command()
@CONFIG
@click.option("--role", type=click.Choice([*ROLES]), help="Exit with 1 unless this role is alive on this machine.")
@JSON
def status(*, role: str | None, as_json: bool) -> None:
    """Show queues, sources, the last alert, the oldest article waiting, and which processes are alive."""
    settings = load_settings()
    now = datetime.now(UTC)
    with open_database(settings).read() as connection:
        record = status_record(connection, settings, now)
    if as_json:
        print_json(record)
    elif role is None:
        _print(record, now)
    if role is not None:
        here = {worker["role"] for worker in record["workers"] if worker["host"] == os.uname().nodename}
        missing = [name for name in ROLES[role] if name not in here]
        if missing:
            raise MonitorError(f"no {' or '.join(missing)} process of this machine has been heard of lately")


def status_record(connection: Connection, settings: Settings, now: datetime) -> dict[str, Any]:
    """`queues articles deliveries sources workers last_alert_at`, and the channels that need looking after."""
    backlog = scans.backlog(connection)
    statuses = [feed.status for feed in feeds.list_feeds(connection)]
    return {
        "queues": _queues(settings),
        "articles": {
            "stored": archive.count(connection),
            "waiting": backlog.count,
            "oldest_waiting_since": rfc3339(backlog.oldest),
        },
        "deliveries": deliveries.counts(connection),
        "sources": {
            "feeds": len(statuses),
            "folders": len(settings.folders),
            **{state: statuses.count(state) for state in dict.fromkeys(statuses)},
        },
        "channels": {
            name: {"failures": state.failures, "paused": state.paused, "reason": state.reason}
            for name, state in channels.listing(connection).items()
            if state.failures or state.paused
        },
        "workers": [
            {
                "role": beat.role,
                "host": beat.host,
                "pid": beat.pid,
                "started_at": rfc3339(beat.started_at),
                "beat_at": rfc3339(beat.beat_at),
            }
            for beat in heartbeats.alive(connection, now, ALIVE_WITHIN)
        ],
        "last_alert_at": rfc3339(alerts.last_at(connection)),
    }


def _queues(settings: Settings) -> dict[str, int | None]:
    """Jobs on each queue; None where Redis cannot be reached from here."""
    if settings.redis_url is None:
        return {SCAN: None, DELIVER: None}
    connection = connect_producer(settings.redis_url.get_secret_value())
    try:
        return {name: queue(name, connection).count for name in (SCAN, DELIVER)}
    except RedisError:
        return {SCAN: None, DELIVER: None}


def _print(record: dict[str, Any], now: datetime) -> None:
    last = record["last_alert_at"]
    waiting = record["articles"]["oldest_waiting_since"]
    click.echo(f"articles    {record['articles']['stored']} stored, {record['articles']['waiting']} waiting" + _since(waiting, now))
    click.echo(f"last alert  {'none yet' if last is None else age(datetime.fromisoformat(last), now) + ' ago'}")
    for name in ("sources", "deliveries", "queues"):
        parts = ", ".join(f"{'?' if count is None else count} {what}" for what, count in record[name].items())
        click.echo(f"{name.ljust(11)} {parts}")
    for name, state in record["channels"].items():
        trouble = "paused" if state["paused"] else f"{state['failures']} failures in a row"
        click.echo(f"channel     {one_line(name)}: {trouble}: {one_line(state['reason'] or '')}")
    processes = ", ".join(f"{worker['role']} (pid {worker['pid']} on {worker['host']})" for worker in record["workers"])
    click.echo(f"processes   {processes or 'none: start the daemon with `news-monitor run`'}")


def _since(waiting: str | None, now: datetime) -> str:
    return "" if waiting is None else f", the oldest for {age(datetime.fromisoformat(waiting), now)}"
