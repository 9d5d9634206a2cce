"""`news-monitor run`: run everything on this machine, or read every source once."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import click

from monitor import logs
from monitor.app import database_url, make_data_dir, reach_redis, redis_url
from monitor.broker import EmbeddedServer
from monitor.cli import children
from monitor.cli.options import CONFIG, DEFAULT_CONFIG, JSON, chosen_config, config_path
from monitor.cli.output import print_json
from monitor.cli.role import INTERRUPTED, QUIET, settings_to_start_with
from monitor.cli.summary import print_summary, summary
from monitor.cli.terms import check_terms
from monitor.daemon.processes import spawn
from monitor.daemon.supervisor import ChildSpec, Ended, Supervisor
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import MonitorError, UsageError
from monitor.settings.load import load_config
from monitor.settings.model import Settings
from monitor.sources.registry import describe_sources
from monitor.storage import schema
from monitor.storage.alert_tail import AlertTail
from monitor.storage.alerts import AlertFilter
from monitor.storage.engine import Database, check_file

_SHOW_EVERY_S = 0.3
_CHECK_WITHIN_S = 2.0
"""How long a start looks for damage in the file of the database; a gigabyte is read in about a second."""


@click.command()
@CONFIG
@click.option("--workers", type=click.IntRange(1, 256), help="Scan processes; as configured, else one for each core up to 4.")
@click.option("--no-web", is_flag=True, help="Without the dashboard.")
@click.option("--once", is_flag=True, help="Read every source once, finish what that brings, print a summary and exit.")
@JSON
def run(*, workers: int | None, no_web: bool, once: bool, as_json: bool) -> int:
    """Run everything on this machine: server, scheduler, workers, dashboard."""
    _offer_configuration()
    settings = load_config(config_path(), os.environ, check_terms=check_terms) if once else settings_to_start_with()
    logs.configure(level=settings.log.level)
    if sys.stdout.isatty():
        os.environ[QUIET] = "1"
    with ExitStack() as stack:
        server = _embedded(settings, stack)
        database = Database(database_url(settings))
        stack.callback(database.close)
        check_file(database, within_s=_CHECK_WITHIN_S)
        schema.upgrade(database)
        database.close()  # no connection may be open when children are forked
        workforce = children.workers(settings, workers)
        if once:
            return _once(workforce, server, database, settings, as_json=as_json)
        roles = [children.scheduler(), *workforce, children.health_watch() if no_web else children.web()]
        children.preload(roles, settings)
        return _forever(roles, server, database, settings)


def _offer_configuration() -> None:
    """Write a configuration where there is none and somebody at the terminal wants one. Raises UsageError where there is none."""
    if chosen_config() is not None or DEFAULT_CONFIG.exists():
        return
    if not sys.stdin.isatty() or not click.confirm(f"There is no {DEFAULT_CONFIG}. Write one now?", default=True):
        raise UsageError(f"{DEFAULT_CONFIG}: no such file; `news-monitor init` writes a configuration, or name yours with --config")
    from monitor.cli.init import ask, set_up  # noqa: PLC0415 - once in the life of an installation

    set_up(Path(), ask())


def _embedded(settings: Settings, stack: ExitStack) -> EmbeddedServer | None:
    """Start the embedded server where no Redis is configured; the children find it in $REDIS_URL."""
    if settings.redis_url is None or settings.database_url is None:
        make_data_dir(settings)
    if settings.redis_url is not None:
        reach_redis(redis_url(settings))
        return None
    server = EmbeddedServer(settings.data_dir)
    server.start()
    stack.callback(server.stop)
    os.environ["REDIS_URL"] = server.url
    return server


def _forever(roles: Sequence[ChildSpec], server: EmbeddedServer | None, database: Database, settings: Settings) -> int:
    with Supervisor(roles, server=server) as supervisor:
        if sys.stdout.isatty():
            _print_greeting(settings, web=any(role.name == "web" for role in roles))
            tail = AlertTail(database, AlertFilter())
            ended = supervisor.wait_until(lambda: _print_new_alerts(tail, database), every_s=_SHOW_EVERY_S)
        else:
            ended = supervisor.run_forever()
    return INTERRUPTED if ended is Ended.INTERRUPTED else 0


def _print_greeting(settings: Settings, *, web: bool) -> None:
    sources = describe_sources(settings)
    where = f"; dashboard at http://{settings.web.host}:{settings.web.port}" if web else ""
    click.echo(f"news-monitor watches for {len(settings.terms)} terms in {sources}{where}\nCtrl-C stops it.\n")


def _print_new_alerts(tail: AlertTail, database: Database) -> bool:
    """Print new alerts and close the database again, as a child may be forked next. Returns False: there is no condition to stop."""
    try:
        found = tail.new_alerts()
    except MonitorError:
        return False
    finally:
        database.close()
    if found:
        from monitor.cli.alert_text import alert_text  # noqa: PLC0415 - rich is only for a terminal, and would be in every fork
        from monitor.cli.tables import console  # noqa: PLC0415
        from monitor.records import alert_record  # noqa: PLC0415
    for stored in found:
        console().print(alert_text(alert_record(stored, SYSTEM_CLOCK.now()), SYSTEM_CLOCK.now()))
    return False


def _once(
    workforce: Sequence[ChildSpec], server: EmbeddedServer | None, database: Database, settings: Settings, *, as_json: bool
) -> int:
    started = SYSTEM_CLOCK.now()
    children.preload(workforce, settings)
    with Supervisor(workforce, server=server) as supervisor:
        reading = spawn(children.argv("scheduler", "--once"))
        ended = supervisor.wait_until(lambda: reading.poll() is not None)
        if reading.poll() is None:
            reading.terminate()
        status = reading.wait()
    if ended is Ended.INTERRUPTED:
        return INTERRUPTED
    if status != 0:
        raise MonitorError(f"the scheduler ended with status {status}; what it stored is kept, run it again to go on")
    with database.read() as connection:
        found = summary(connection, settings, since=started, now=SYSTEM_CLOCK.now())
    if as_json:
        print_json(found)
    else:
        print_summary(found)
    return 0
