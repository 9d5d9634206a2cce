"""What every role does first: follow the configuration and set its log up."""

from __future__ import annotations

import os

import click

from monitor import logs
from monitor.cli.options import config_path
from monitor.cli.terms import check_terms
from monitor.domain.text import printable
from monitor.logs import get_logger
from monitor.settings.live import LiveSettings
from monitor.settings.model import Settings

QUIET = "NEWS_MONITOR_QUIET"
"""Set for the children where a person watches: the alerts are shown by the parent, so the log keeps to warnings."""
INTERRUPTED = 130


def live_settings() -> LiveSettings:
    """The configuration of this process, which also sets its log level. Where the one on disk is broken, the last good one."""
    live = LiveSettings(config_path(), os.environ, check_terms, or_last_good=True)
    logs.configure(level="warning" if os.environ.get(QUIET) else live.current.log.level)
    return live


def settings_to_start_with() -> Settings:
    """The settings of a command that starts the daemon; says on standard error if they are not those on disk."""
    live = live_settings()
    if live.faults:
        get_logger().error("config.rejected", role="start", faults=[str(fault) for fault in live.faults])
        lines = [
            *map(str, live.faults),
            "The configuration is broken: starting with the last one that worked. Repair it; it is taken up at once.",
        ]
        click.echo("\n".join(printable(line) for line in lines), err=True)
    return live.current
