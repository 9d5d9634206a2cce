"""The settings of a command. Apart from the options, so that `--help` need not load what reading a configuration takes."""

from __future__ import annotations

import os

from monitor.cli.options import config_path
from monitor.settings.load import load_config
from monitor.settings.model import Settings


def load_settings() -> Settings:
    """The settings of this call; ConfigError names every fault."""
    return load_config(config_path(), os.environ)
