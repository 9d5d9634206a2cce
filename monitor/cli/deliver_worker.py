"""One process that delivers alerts; started by `run` and `worker`, not by people."""

from __future__ import annotations

import click

from monitor.app import open_database, redis_url
from monitor.broker.queues import DELIVER
from monitor.cli.options import CONFIG
from monitor.cli.role import live_settings
from monitor.daemon.heartbeat import Heartbeat
from workers import jobs, rq_worker
from workers.delivery.deliver_worker import DeliverWorker


@click.command(hidden=True)
@CONFIG
def deliver_worker() -> None:
    """Run one process that delivers alerts."""
    live = live_settings()
    database = open_database(live.current)
    worker = DeliverWorker(live, database)
    jobs.set_worker(worker)
    with Heartbeat(database, DELIVER):
        rq_worker.run(DELIVER, redis_url(live.current), on_stop=worker.close)
