"""`news-monitor worker`: the processes that scan and deliver, for several machines."""

from __future__ import annotations

import click

from monitor import logs
from monitor.app import open_database, reach_redis, redis_url
from monitor.cli import children
from monitor.cli.options import CONFIG
from monitor.cli.role import INTERRUPTED, settings_to_start_with
from monitor.daemon.supervisor import Ended, Supervisor


@click.command()
@CONFIG
@click.option("--processes", type=click.IntRange(1, 256), help="Scan processes; as configured, else one for each core up to 4.")
def worker(*, processes: int | None) -> int:
    """Run workers: processes that scan, and those that deliver."""
    settings = settings_to_start_with()
    logs.configure(level=settings.log.level)
    open_database(settings).close()
    reach_redis(redis_url(settings))
    workforce = children.workers(settings, processes)
    children.preload(workforce, settings)
    with Supervisor(workforce) as supervisor:
        ended = supervisor.run_forever()
    return INTERRUPTED if ended is Ended.INTERRUPTED else 0
