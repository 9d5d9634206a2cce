"""`news-monitor watch`: show and change the watch list."""

from __future__ import annotations

import os

import click

from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG, JSON, config_path
from monitor.cli.output import print_json
from monitor.cli.tables import print_table
from monitor.domain.watch import Term
from monitor.settings.editing import add_terms


@click.group()
def watch() -> None:
    """Show the watch list, or add to it."""


@watch.command()
@CONFIG
@click.argument("terms", nargs=-1, required=True)
@JSON
def add(*, terms: tuple[str, ...], as_json: bool) -> None:
    """Add keywords to the YAML file with the watch list; its comments and layout are kept."""
    done = add_terms(config_path(), terms, os.environ)
    if as_json:
        print_json({"file": str(done.file), "added": list(done.added), "present": list(done.present)})
        return
    for term in done.added:
        click.echo(f"added {term!r} to {done.file}")
    for term in done.present:
        click.echo(f"{term!r} is on the list already")


@watch.command(name="list")
@CONFIG
@JSON
def list_terms(*, as_json: bool) -> None:
    """Show every watch term."""
    terms = load_settings().terms
    if as_json:
        print_json([_record(term) for term in terms])
        return
    print_table(
        ("name", "kind", "severity", "matches"),
        ((term.name, term.kind, term.severity, term.query or term.phrases) for term in terms),
        empty="nothing is watched; add a word with `news-monitor watch add WORD`",
    )


def _record(term: Term) -> dict[str, object]:
    return {
        "name": term.name,
        "kind": term.kind,
        "type": term.type,
        "severity": term.severity,
        "phrases": list(term.phrases),
        "query": term.query,
        "tags": list(term.tags),
        "channels": None if term.channels is None else list(term.channels),
        "repeat": term.repeat,
        "where": term.where,
    }
