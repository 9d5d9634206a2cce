"""One role of the daemon each, for several machines: `scheduler`, `worker`, `web`; `migrate` prepares their database."""

from __future__ import annotations

import asyncio
import os
import signal

import click

from monitor import logs
from monitor.app import database_url, open_database, open_relay, redis_url
from monitor.cli import children
from monitor.cli.options import CONFIG, config_path
from monitor.cli.run import INTERRUPTED, QUIET
from monitor.cli.terms import check_terms
from monitor.heartbeat import Heartbeat
from monitor.scheduler import open_scheduler
from monitor.settings.live import LiveSettings
from monitor.settings.model import Settings
from monitor.storage import schema
from monitor.storage.engine import Database
from monitor.supervisor import Ended, Supervisor
from monitor.web.server import serve
from workers import jobs, rq_worker
from workers.hands import DeliverHands, ScanHands


@click.command()
@CONFIG
@click.option("--once", is_flag=True, hidden=True)
def scheduler(*, once: bool) -> int:
    """Run the scheduler: poll feeds, watch folders, keep the queues filled."""
    live = _live()
    redis_url(live.current)
    database = open_database(live.current)
    with Heartbeat(database, "scheduler"):
        asyncio.run(_schedule(live, database, once=once))
    database.close()
    return 0


async def _schedule(live: LiveSettings, database: Database, *, once: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_scheduler(live, database, open_relay(live.current)) as running:
        await (running.run_once(stop) if once else running.serve(stop))


@click.command()
@CONFIG
@click.option("--processes", type=click.IntRange(1, 256), help="Scan processes; as configured, else one for each core up to 4.")
def worker(*, processes: int | None) -> int:
    """Run workers: processes that scan, and those that deliver."""
    settings = _live().current
    redis_url(settings)
    open_database(settings).close()
    with Supervisor(children.workers(settings, processes)) as supervisor:
        ended = supervisor.run_forever()
    return INTERRUPTED if ended is Ended.INTERRUPTED else 0


@click.command(hidden=True)
@CONFIG
@click.argument("queue", type=click.Choice(["scan", "deliver"]))
def work(*, queue: str) -> int:
    """Run one worker process on one queue."""
    live = _live()
    database = open_database(live.current)
    hands = (ScanHands if queue == "scan" else DeliverHands)(live, database, open_relay(live.current))
    jobs.work_with(hands)
    with Heartbeat(database, queue):
        rq_worker.run(queue, redis_url(live.current), on_stop=hands.close)
    return 0


@click.command()
@CONFIG
def web() -> int:
    """Run the dashboard and the API."""
    live = _live()
    database = open_database(live.current)
    with Heartbeat(database, "web"):
        serve(live, database, open_relay(live.current))
    database.close()
    return 0


@click.command()
@CONFIG
def migrate() -> int:
    """Create or upgrade the database's schema."""
    database = Database(database_url(_live().current))
    schema.upgrade(database)
    database.close()
    click.echo("the database has this program's schema")
    return 0


def _live() -> LiveSettings:
    live = LiveSettings(config_path(), os.environ, check_terms)
    _configure_logs(live.current)
    return live


def _configure_logs(settings: Settings) -> None:
    logs.configure(level="warning" if os.environ.get(QUIET) else settings.log.level)
