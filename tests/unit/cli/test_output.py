"""What commands print."""

from __future__ import annotations

import json

import click
import pytest

from monitor.cli import COMMANDS, Commands, application
from monitor.cli.output import print_json_line


def test_json_moves_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """A feed's control characters arrive at a program, but never at the terminal."""
    record = {"guid": "\x1b[31m \x9b31m \x7f \u202e", "title": "naïve 日本"}
    print_json_line(record)
    printed = capsys.readouterr().out
    assert json.loads(printed) == record
    assert not {"\x1b", "\x9b", "\x7f", "\u202e"} & set(printed)
    assert "naïve 日本" in printed


def test_help_says_what_the_docstrings_say() -> None:
    """The list of commands in `--help` is kept beside the commands, so that it need not import them: both must agree."""
    assert isinstance(application, Commands)
    context = click.Context(application)
    for name, entry in COMMANDS.items():
        command = application.get_command(context, name)
        assert command is not None
        assert entry.summary is None or entry.summary == command.get_short_help_str(limit=200)
