"""One process that scans articles; started by `run` and `worker`, not by people."""

from __future__ import annotations

import click

from monitor.app import open_database, open_relay, redis_url
from monitor.broker.queues import SCAN
from monitor.cli.options import CONFIG
from monitor.cli.role import live_settings
from monitor.daemon.heartbeat import Heartbeat
from monitor.daemon.step_beats import StepBeats
from workers import jobs, rq_worker
from workers.direct_work import scan_directly
from workers.scanning.scan_worker import ScanWorker
from workers.work_loop import WorkLoop


@click.command(hidden=True)
@CONFIG
def scan_worker() -> None:
    """Run one process that scans articles."""
    live = live_settings()
    database = open_database(live.current)
    beats = StepBeats()
    with Heartbeat(database, SCAN, beats):
        worker = ScanWorker(live, database, open_relay(live.current))
        jobs.set_worker(worker)
        loop = WorkLoop(SCAN, scan_directly(database, worker.scan), beats)
        rq_worker.run(SCAN, redis_url(live.current), loop, on_stop=worker.close)
