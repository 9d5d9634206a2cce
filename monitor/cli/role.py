"""What every role does first: follow the configuration and set its log up."""

from __future__ import annotations

import os

from monitor import logs
from monitor.cli.options import config_path
from monitor.cli.terms import check_terms
from monitor.settings.live import LiveSettings

QUIET = "NEWS_MONITOR_QUIET"
"""Set for the children where a person watches: the alerts are shown by the parent, so the log keeps to warnings."""
INTERRUPTED = 130


def live_settings() -> LiveSettings:
    """The configuration of this process, which also sets its log level."""
    live = LiveSettings(config_path(), os.environ, check_terms)
    logs.configure(level="warning" if os.environ.get(QUIET) else live.current.log.level)
    return live
