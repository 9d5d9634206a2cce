"""One process that watches over the others where no pages do: started by `run --no-web`, not by people."""

from __future__ import annotations

import signal
import threading

import click

from monitor.app import open_database, open_relay
from monitor.cli.options import CONFIG
from monitor.cli.role import live_settings
from monitor.daemon import settings_reloader
from monitor.daemon.heartbeat import Heartbeat
from monitor.daemon.periodic_task import PeriodicTask
from monitor.daemon.settings_reloader import SettingsReloader
from monitor.web.health_wiring import health_monitor


@click.command(hidden=True)
@CONFIG
def health_watch() -> None:
    """Tell the operator what does not work, and ping the heartbeat."""
    live = live_settings()
    database = open_database(live.current)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    reloader = SettingsReloader("watch", live, lambda _: None)
    reloading = PeriodicTask("settings", reloader.reload_if_changed, every_s=settings_reloader.EVERY_S).start()
    health = health_monitor(live, database, open_relay(live.current))
    with Heartbeat(database, "watch"):
        health.start()
        stop.wait()
        health.stop()
        reloading.stop(within_s=1.0)
    database.close()
