"""Show how the daemon is doing: `news-monitor status`. It reads the database, so it works when everything else is down."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

import click

from monitor.app import open_database
from monitor.broker import check_writable, connect_producer, running_server
from monitor.cli.options import CONFIG, JSON, config_path
from monitor.cli.output import print_json
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import MonitorError, ServiceUnavailable
from monitor.domain.readiness import judge
from monitor.domain.text import one_line
from monitor.domain.times import age
from monitor.maintenance.health_check import HealthCheck
from monitor.records import status_record
from monitor.settings.live import LiveSettings
from monitor.settings.model import Settings

ROLES = {"scheduler": ("scheduler",), "worker": ("scan", "deliver"), "web": ("web",)}


@click.command()
@CONFIG
@click.option("--role", type=click.Choice([*ROLES]), help="Exit with 1 unless this role is alive on this machine.")
@JSON
def status(*, role: str | None, as_json: bool) -> None:
    """Show queues, sources, the last alert, the oldest article waiting, and which processes are alive."""
    live = LiveSettings(config_path(), os.environ, or_last_good=True)
    settings, database = live.current, open_database(live.current)
    now = SYSTEM_CLOCK.now()
    check = HealthCheck(live, database, lambda: _check_redis(settings))
    readiness = judge(check.facts(), now)
    check.close()
    with database.read() as connection:
        record = status_record(connection, settings, readiness, now)
    if as_json:
        print_json(record)
    elif role is None:
        _print(record, now)
    if role is not None:
        here = {worker["role"] for worker in record["workers"] if worker["host"] == os.uname().nodename}
        missing = [name for name in ROLES[role] if name not in here]
        if missing:
            raise MonitorError(
                f"no {' or '.join(missing)} process of this machine has reported lately; start the daemon with `news-monitor run`"
            )


def _print(record: dict[str, Any], now: datetime) -> None:
    last = record["last_alert_at"]
    click.echo(f"health      {record['health']['status']}")
    for name, reason in record["health"]["degraded"].items():
        click.echo(f"            {name}: {one_line(reason)}")
    waiting = record["articles"]["oldest_waiting_since"]
    click.echo(f"articles    {record['articles']['stored']} stored, {record['articles']['waiting']} waiting" + _since(waiting, now))
    click.echo(f"last alert  {'none yet' if last is None else age(datetime.fromisoformat(last), now) + ' ago'}")
    for name in ("sources", "deliveries", "queues"):
        parts = ", ".join(f"{'?' if count is None else count} {what}" for what, count in record[name].items())
        click.echo(f"{name.ljust(11)} {parts}")
    for name, state in record["channels"].items():
        problem = "paused" if state["paused"] else f"{state['failures']} failures in a row"
        click.echo(f"channel     {one_line(name)}: {problem}: {one_line(state['reason'] or '')}")
    processes = ", ".join(f"{worker['role']} (pid {worker['pid']} on {worker['host']})" for worker in record["workers"])
    click.echo(f"processes   {processes or 'none: start the daemon with `news-monitor run`'}")


def _check_redis(settings: Settings) -> None:
    url = running_server(settings.data_dir) if settings.redis_url is None else settings.redis_url.get_secret_value()
    if url is None:
        raise ServiceUnavailable("no Redis runs here: start the daemon with `news-monitor run`")
    with connect_producer(url) as connection:
        check_writable(connection)


def _since(waiting: str | None, now: datetime) -> str:
    return "" if waiting is None else f", the oldest for {age(datetime.fromisoformat(waiting), now)}"
