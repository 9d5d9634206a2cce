"""The front door: `news-monitor COMMAND`, one module per group of commands, loaded only when it is called."""

from __future__ import annotations

import errno
import importlib
import io
import os
import sys
from collections.abc import Sequence

import click

from monitor.cli.options import CONFIG
from monitor.domain.errors import MonitorError
from monitor.domain.text import printable

COMMANDS = {
    "run": "run",
    "scheduler": "schedule",
    "worker": "worker",
    "web": "web",
    "migrate": "migrate",
    "scan-worker": "scan_worker",
    "deliver-worker": "deliver_worker",
    "check": "check",
    "match": "match",
    "backtest": "backtest",
    "alerts": "alerts",
    "articles": "articles",
    "stories": "articles",
    "feeds": "feeds",
    "deliveries": "deliveries",
    "channels": "channels",
    "silence": "silence",
    "watch": "watch",
    "status": "status",
}
"""Each command and the module of this package that holds it."""

INTERRUPTED = 130


class Commands(click.Group):
    """Finds a command in its module, so that `check` does not wait for what only `run` needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the manual."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None if there is none of this name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(f"monitor.cli.{COMMANDS[cmd_name]}"), cmd_name.replace("-", "_"))
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; that its reader has seen enough, as `head` does, is no failure."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            return _drop_output(0)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@CONFIG
@click.version_option(package_name="news-monitor", message="%(version)s")
def application() -> None:
    """Watch feeds and folders for your terms; alert Slack or a webhook first, once, and without fail."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line, then exit: 0 done, 1 failed, 2 bad usage or configuration, 3 a service is out of reach, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show a character must not end the command
    try:
        status = _status(arguments)
    except BrokenPipeError:
        status = _drop_output(0)
    except SystemExit as ended:  # what rich makes of a broken pipe
        if not isinstance(ended.__context__, BrokenPipeError):
            raise
        status = _drop_output(0)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        click.echo("news-monitor: what was printed cannot be written: no space left", err=True)
        status = _drop_output(1)
    sys.exit(status)


def _status(arguments: Sequence[str] | None) -> int:
    try:
        result = application.main(args=arguments, prog_name="news-monitor", standalone_mode=False)
        sys.stdout.flush()
    except (click.exceptions.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except MonitorError as error:
        click.echo(f"news-monitor: {printable(str(error))}", err=True)
        return error.exit_status
    return result if isinstance(result, int) else 0


def _drop_output(status: int) -> int:
    """Let what is still in the buffer go nowhere, or Python would complain at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status
