"""`news-monitor init`: write a configuration, try it, and say how to go on."""

from __future__ import annotations

import asyncio
import getpass
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from monitor.cli.first_look import first_look, print_first_look
from monitor.cli.options import CONFIG, chosen_config
from monitor.cli.terms import check_terms
from monitor.domain.errors import MonitorError, UsageError
from monitor.domain.text import printable
from monitor.parse.opml import read_opml
from monitor.parse.subscriptions import to_subscriptions
from monitor.polling.asked_feed import ask_feeds, feed_of
from monitor.settings.feeds import HttpSettings, PollingSettings
from monitor.settings.load import load_config
from monitor.settings.model import Settings
from monitor.settings.new_feed import NewFeed
from monitor.settings.values import known_zone
from monitor.starter.answers import Answers, answered_files
from monitor.starter.sample_files import MAIN_FILE, sample_files, write_files
from monitor.starter.service_unit import service_unit
from workers.delivery.channel_sender import send_test


@click.command()
@CONFIG
@click.argument("folder", required=False, metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--defaults", is_flag=True, help="Ask nothing: the sample feeds, words and documents.")
@click.option("--service", is_flag=True, help="Print a systemd unit for the configuration of DIR, and do nothing else.")
def init(*, folder: Path, defaults: bool, service: bool) -> int:
    """Write a commented configuration after a few questions, try it, send a test alert and say how to go on."""
    if service:
        click.echo(_unit(chosen_config() or folder / MAIN_FILE), nl=False)
        return 0
    if chosen_config() is not None:
        raise UsageError("give the folder of the new configuration as DIR, not with --config")
    if not defaults and not sys.stdin.isatty():
        raise UsageError("there is nobody to ask: use --defaults, or start it in a terminal")
    return set_up(folder, Answers() if defaults else ask())


def set_up(folder: Path, answers: Answers) -> int:
    """Write the files of a new installation, try them and print the next command. Returns 1 if a test alert was not accepted."""
    main_file = write_files(folder, answered_files(sample_files(), answers))
    click.echo(f"wrote {main_file} and the files beside it")
    settings = load_config(main_file, os.environ, check_terms=check_terms)
    print_first_look(asyncio.run(first_look(settings)))
    sent = [_sent(name, settings) for name in settings.channels]
    config = "" if folder == Path() else f" --config {main_file}"
    click.echo(f"\nStart it:  news-monitor run{config}")
    return 0 if all(sent) else 1


def _sent(name: str, settings: Settings) -> bool:
    """Send a test alert to a channel, say whether it was accepted, and return that."""
    result = asyncio.run(send_test(name, settings.channels[name]))
    accepted = result.outcome == "accepted"
    click.echo(printable(f"test alert to `{name}`: {'accepted' if accepted else result.reason}"), err=not accepted)
    return accepted


def _unit(main_file: Path) -> str:
    config = main_file.absolute()
    settings = load_config(config, os.environ, check_terms=check_terms)
    command = Path(shutil.which("news-monitor") or Path(sys.executable).with_name("news-monitor"))
    return service_unit(command=command.absolute(), config=config, data=settings.data_dir, user=getpass.getuser())


def ask() -> Answers:
    """Ask for words, feeds, channel and time zone; feeds are polled at once, to say what cannot be read."""
    click.echo("Enter alone takes what is in brackets. Everything can be changed in the files later.\n")
    words = _parts(
        click.prompt("Words to watch for, with commas between them", default="the samples", show_default=True), "the samples"
    )
    feeds = _feeds(
        _parts(click.prompt("Feeds: addresses of feeds or sites, or an OPML file", default="the samples"), "the samples")
    )
    channel = _asked_address()
    zone = _asked_zone() if channel else ""
    return Answers(words=words, feeds=feeds, channel=channel, zone=zone)


def _parts(answer: str, samples: str) -> tuple[str, ...]:
    return () if answer == samples else tuple(part for part in (" ".join(one.split()) for one in answer.split(",")) if part)


def _asked_address() -> str:
    while True:
        answer = click.prompt("Address of a Slack or other webhook (none: a file only)", default="", show_default=False).strip()
        if not answer or answer.startswith(("http://", "https://")):
            return str(answer)
        click.echo("expected http://… or https://…")


def _asked_zone() -> str:
    while True:
        answer = click.prompt(
            "Time zone, to be quiet from 22 to 7 h, such as Europe/London (none: never quiet)", default="", show_default=False
        )
        try:
            return known_zone(answer) if answer else ""
        except ValueError as error:
            click.echo(str(error))


def _feeds(answers: Sequence[str]) -> tuple[NewFeed, ...]:
    """Return the feeds of addresses, sites and OPML files; says which were left out and why."""
    found: list[NewFeed] = []
    for answer in answers:
        try:
            found += _of_opml(Path(answer)) if Path(answer).is_file() else [_of_address(answer)]
        except MonitorError as error:
            click.echo(printable(f"left out: {error}"), err=True)
    return tuple(found)


def _of_opml(path: Path) -> list[NewFeed]:
    feeds = to_subscriptions(read_opml(path.read_bytes())).feeds
    if not feeds:
        raise MonitorError(f"{path}: no feeds in it")
    return [NewFeed(url=one.url, name=one.title, tags=one.folders) for one in feeds]


def _of_address(address: str) -> NewFeed:
    url = address if ":" in address else f"https://{address}"
    asked = asyncio.run(ask_feeds(PollingSettings(), HttpSettings(), [url], [feed_of(url)]))[0]
    if asked.fault:
        raise MonitorError(f"{url}: {asked.fault}")
    if asked.unreached:
        click.echo(printable(f"{url} cannot be reached now ({asked.unreached}); it is taken as it is"), err=True)
    return NewFeed(url=asked.written)
