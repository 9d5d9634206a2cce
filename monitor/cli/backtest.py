"""`news-monitor backtest`: show what the watch list, or another one, would have raised over the stored articles."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from monitor.app import open_database
from monitor.cli.options import CONFIG, JSON, SINCE, config_path
from monitor.cli.output import print_json
from monitor.cli.tables import print_table
from monitor.cli.terms import check_terms
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import UsageError
from monitor.domain.text import one_line
from monitor.domain.watch import Term
from monitor.settings.load import load_config
from monitor.settings.suggestion import did_you_mean
from monitor.storage import archive
from workers.analysis import backtest as work

SHOWN = 2
"""Samples of a term in the table, at most; JSON has more."""


@click.command()
@CONFIG
@SINCE
@click.option("--term", "names", multiple=True, help="Only this term; may be repeated.")
@click.option(
    "--against", type=click.Path(path_type=Path, dir_okay=False), help="Another configuration, to see how the two differ."
)
@JSON
def backtest(*, since: datetime | None, names: tuple[str, ...], against: Path | None, as_json: bool) -> None:
    """Show what the watch list would have raised over the stored articles. Stores nothing and notifies nobody."""
    settings = load_config(config_path(), os.environ, check_terms=check_terms)
    other = None if against is None else load_config(against, os.environ, check_terms=check_terms).terms
    _known(names, (*settings.terms, *(other or ())))
    database = open_database(settings)
    with database.read() as connection:
        total = archive.count(connection, since=since)
    with _bar(total) as progress:
        found = work.backtest(database, settings.terms, since=since, only=names, against=other, progress=progress)
    database.close()
    if as_json:
        print_json(found)
        return
    click.echo(_headline(found, since, SYSTEM_CLOCK.now()))
    _print_terms(found["terms"])
    _print_bursts(found["bursts"])
    if against is not None:
        _print_difference(found["against"], str(config_path()), str(against))


def _known(names: tuple[str, ...], terms: tuple[Term, ...]) -> None:
    listed = dict.fromkeys(term.name for term in terms)
    for name in names:
        if name not in listed:
            raise UsageError(f"no term {name!r} on the watch list{did_you_mean(name, listed)}")


@contextmanager
def _bar(total: int) -> Iterator[work.Progress]:
    """Show a progress bar on standard error, if that is a terminal."""
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("articles", total=total)
        yield lambda done: progress.advance(task, done)


def _headline(found: Mapping[str, Any], since: datetime | None, now: datetime) -> str:
    span = "" if since is None else f" of the last {max(1, round((now - since).total_seconds() / 86400))} days"
    return f"{found['articles']} stored articles{span}\n"


def _print_terms(terms: list[dict[str, Any]]) -> None:
    print_table(
        ("term", "articles", "stories", "stories a day", "samples"),
        (
            (
                term["term"],
                term["articles"],
                term["stories"],
                _rate(term),
                " | ".join(one_line(sample["title"]) for sample in term["samples"][:SHOWN]) or "-",
            )
            for term in terms
        ),
        empty="no terms",
    )
    for term in terms:
        if term.get("proposed_threshold") is not None:
            click.echo(f"\n{one_line(term['term'])}: these articles suggest `threshold: {term['proposed_threshold']}`")


def _print_bursts(bursts: list[dict[str, Any]]) -> None:
    if bursts:
        click.echo("\nbursts:")
        print_table(
            ("term", "started", "ended", "stories", "hours", "usual", "peak an hour"),
            (
                (one["name"], one["started_at"], one["ended_at"] or "-", one["stories"], one["hours"], one["usual"], one["peak"])
                for one in bursts
            ),
            empty="",
        )


def _rate(term: Mapping[str, Any]) -> str:
    """Return the stories a day, from the first day with one to the last."""
    days = [datetime.fromisoformat(each["day"]) for each in term["per_day"]]
    return "-" if not days else f"{term['stories'] / ((days[-1] - days[0]).days + 1):.1f}"


def _print_difference(found: Mapping[str, Any], here: str, there: str) -> None:
    for side, name in (("only_here", here), ("only_there", there)):
        count = found[side]
        click.echo(f"\nonly {one_line(name)} raises {count['articles']} articles in {count['stories']} stories")
        for sample in count["samples"]:
            click.echo(f"  {one_line(sample['title'])}  ({', '.join(map(one_line, sample['terms']))})")
    click.echo(f"\nboth raise {found['both']['articles']} articles in {found['both']['stories']} stories")
    if found["differing"]:
        click.echo("\narticles by term:")
        print_table(
            ("term", "only here", "only there"),
            ((term["term"], term["only_here"]["articles"], term["only_there"]["articles"]) for term in found["differing"]),
            empty="",
        )
