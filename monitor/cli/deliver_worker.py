"""One process that delivers alerts; started by `run` and `worker`, not by people."""

from __future__ import annotations

import click

from monitor.app import open_database, redis_url
from monitor.broker.queues import DELIVER
from monitor.cli.options import CONFIG
from monitor.cli.role import live_settings
from monitor.daemon.heartbeat import Heartbeat
from monitor.daemon.step_beats import StepBeats
from workers import jobs, rq_worker
from workers.delivery.deliver_worker import DeliverWorker
from workers.direct_work import deliver_directly
from workers.work_loop import WorkLoop


@click.command(hidden=True)
@CONFIG
def deliver_worker() -> None:
    """Run one process that delivers alerts."""
    live = live_settings()
    database = open_database(live.current)
    beats = StepBeats()
    with Heartbeat(database, DELIVER, beats):
        worker = DeliverWorker(live, database)
        worker.watch(beats)
        jobs.set_worker(worker)
        loop = WorkLoop(DELIVER, deliver_directly(database, worker.deliver), beats)
        rq_worker.run(DELIVER, redis_url(live.current), loop, on_stop=worker.close)
