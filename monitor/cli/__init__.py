"""The command line `news-monitor COMMAND`: one module for each group of commands, imported when it is called."""

from __future__ import annotations

import errno
import gc
import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

import click

from monitor.cli.options import CONFIG
from monitor.domain.errors import MonitorError
from monitor.domain.text import printable
from monitor.masking import masked_output


class CommandEntry(NamedTuple):
    """Where a command is: its module in this package, and its line in `--help` (None: a command for programs, not for people)."""

    module: str
    summary: str | None


COMMANDS = {
    "run": CommandEntry("run", "Run everything on this machine: server, scheduler, workers, dashboard."),
    "scheduler": CommandEntry("schedule", "Run the scheduler: read every source, keep the queues filled."),
    "worker": CommandEntry("worker", "Run workers: processes that scan, and those that deliver."),
    "web": CommandEntry("web", "Run the dashboard and the API."),
    "migrate": CommandEntry("migrate", "Create or upgrade the database's schema."),
    "scan-worker": CommandEntry("scan_worker", None),
    "deliver-worker": CommandEntry("deliver_worker", None),
    "health-watch": CommandEntry("health_watch", None),
    "init": CommandEntry(
        "init", "Write a commented configuration after a few questions, try it, send a test alert and say how to go on."
    ),
    "check": CommandEntry("check", "Validate the configuration and print every error as FILE:LINE:COLUMN: message."),
    "match": CommandEntry("match", "Show which terms match a text and where, and why the others do not."),
    "backtest": CommandEntry("backtest", "Show what the watch list would have raised over the stored articles."),
    "alerts": CommandEntry(
        "alerts", "Show the alerts that were raised, newest first; with --follow, oldest first and then each new one."
    ),
    "articles": CommandEntry("articles", "Show stored articles, newest first."),
    "stories": CommandEntry("articles", "Show stories, the one with the newest article first."),
    "trends": CommandEntry("trends", "Show what is suddenly in many more stories than usual, and was in the last seven days."),
    "sources": CommandEntry(
        "sources",
        "Show how often each source was first, which part of the stories is missed, and which sources to drop, poll faster or add.",
    ),
    "entities": CommandEntry("recognized_names", "Show the names recognised in stored articles, those in most stories first."),
    "trace": CommandEntry(
        "trace", "Show all that is known of an article, link, story or alert, and why a message did or did not come."
    ),
    "feeds": CommandEntry("feeds", "Show the health of each feed, folder and other source."),
    "deliveries": CommandEntry("deliveries", "Show deliveries that wait, were accepted or were given up, newest first."),
    "quarantine": CommandEntry(
        "quarantine", "Show articles, pages and documents that brought a process down, and try them again or drop them."
    ),
    "channels": CommandEntry("channels", "Show the channels and how they are doing."),
    "ack": CommandEntry(
        "ack",
        "Acknowledge an alert, and with it what its story has raised so far: it is told nobody else, and its messages say who has seen it.",
    ),
    "silence": CommandEntry(
        "silence", "Hold back the alerts of TERM for a while and tell them when it ends; without a term, show what is silenced."
    ),
    "watch": CommandEntry("watch", "Show the watch list, or change it."),
    "mcp": CommandEntry("mcp", "Answer language models over the Model Context Protocol, on standard input and output."),
    "backup": CommandEntry(
        "backup",
        "Write all that is stored to FILE, consistent while everything runs; either kind of database can be restored from it.",
    ),
    "restore": CommandEntry("backup", "Put what FILE holds into an empty database; nothing of it is told again under a new id."),
    "export": CommandEntry(
        "export", "Print every stored article, alert or story, newest first: the records of --json, a line each, or a table."
    ),
    "status": CommandEntry(
        "status", "Show queues, sources, the last alert, the oldest article waiting, and which processes are alive."
    ),
}
"""The summaries repeat the docstrings, so that `--help` imports no command; a test compares them."""

INTERRUPTED = 130


class Commands(click.Group):
    """A group that imports a command when it is called, so that `check` does not wait for what only `run` needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the manual."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None if there is none of this name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(
            importlib.import_module(f"monitor.cli.{COMMANDS[cmd_name].module}"), cmd_name.replace("-", "_")
        )
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands of `--help` without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items() if entry.summary is not None])

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a reader that stops reading, as `head` does, is no failure."""
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
    gc.set_threshold(50_000)  # imports allocate many objects and leave no garbage
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show a character must not end the command
    try:
        with masked_output():
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
    """Discard what is still in the buffer, or Python would complain when it exits; return `status`."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status
