"""Run the scheduler alone, for a daemon on several machines: `news-monitor scheduler`."""

from __future__ import annotations

import asyncio
import signal

import click

from monitor.app import open_database, open_relay, redis_url
from monitor.cli.options import CONFIG
from monitor.cli.role import live_settings
from monitor.daemon.heartbeat import Heartbeat
from monitor.daemon.last_resort import STOP_WITHIN_S, end_after
from monitor.daemon.processes import freeze_gc
from monitor.daemon.step_beats import StepBeats
from monitor.scheduler import open_scheduler
from monitor.settings.live import LiveSettings
from monitor.storage.engine import Database


@click.command()
@CONFIG
@click.option("--once", is_flag=True, hidden=True)
def scheduler(*, once: bool) -> None:
    """Run the scheduler: read every source, keep the queues filled."""
    live = live_settings()
    redis_url(live.current)
    database = open_database(live.current)
    beats = StepBeats()
    with Heartbeat(database, "scheduler", beats):
        asyncio.run(_schedule(live, database, beats, once=once))
    database.close()


async def _schedule(live: LiveSettings, database: Database, beats: StepBeats, *, once: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, _stop, stop)
    async with open_scheduler(live, database, open_relay(live.current), beats) as running:
        freeze_gc()
        await (running.run_once(stop) if once else running.serve(stop))


def _stop(stop: asyncio.Event) -> None:
    end_after(STOP_WITHIN_S)
    stop.set()
