"""`news-monitor check`: whether the configuration is usable, and what it says."""

from __future__ import annotations

import os

import click

from monitor.cli.options import CONFIG, JSON, config_path
from monitor.cli.output import print_json
from monitor.cli.terms import check_terms
from monitor.domain.errors import ConfigError
from monitor.domain.text import printable
from monitor.settings.load import load_config
from monitor.sources.registry import source_counts


@click.command()
@CONFIG
@JSON
def check(*, as_json: bool) -> int:
    """Validate the configuration and print every error as FILE:LINE:COLUMN: message."""
    try:
        settings = load_config(config_path(), os.environ, check_terms=check_terms)
    except ConfigError as error:
        if as_json:
            faults = [
                {"file": fault.file, "line": fault.line, "column": fault.column, "message": fault.message} for fault in error.faults
            ]
            print_json({"ok": False, "errors": faults})
        else:
            for fault in error.faults:
                click.echo(printable(str(fault)))
        return error.exit_status
    counts = {
        **source_counts(settings),
        "terms": len(settings.terms),
        "channels": len(settings.channels),
        "routes": len(settings.routes),
    }
    if as_json:
        print_json({"ok": True, "errors": [], **counts})
    else:
        click.echo(f"{config_path()}: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
    return 0
