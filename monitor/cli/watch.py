"""`news-monitor watch`: show and change the watch list."""

from __future__ import annotations

import os
from collections.abc import Iterator

import click

from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG, JSON, config_path
from monitor.cli.output import print_json
from monitor.cli.tables import print_table
from monitor.cli.terms import check_terms
from monitor.cli.watch_import import import_list
from monitor.cli.watch_suggest import suggest
from monitor.domain.errors import UsageError
from monitor.domain.text import one_line
from monitor.records import term_record
from monitor.settings.editing import add_terms, remove_term
from monitor.settings.load import read_config


@click.group()
def watch() -> None:
    """Show the watch list, or change it."""


@watch.command()
@CONFIG
@click.argument("terms", nargs=-1, required=True)
@click.option("--anyway", is_flag=True, help="Add a term even if it is doubtful.")
@JSON
def add(*, terms: tuple[str, ...], anyway: bool, as_json: bool) -> None:
    """Add keywords to the YAML file with the watch list; its comments and layout are kept. Refuses what could not work, and writes nothing then."""
    refused = [
        f"{one_line(term)!r}: {reason}" for term in terms for reason in _reasons_against(" ".join(term.split()), anyway=anyway)
    ]
    if refused:
        hint = "" if anyway else "\nnothing was added; --anyway adds a doubtful term all the same"
        raise UsageError("\n".join(refused) + hint)
    done = add_terms(config_path(), terms, os.environ, check_terms=check_terms)
    if as_json:
        print_json({"file": str(done.file), "added": list(done.added), "present": list(done.present)})
        return
    for term in done.added:
        click.echo(f"added {term!r} to {done.file}")
    for term in done.present:
        click.echo(f"{term!r} is on the list already")


def _reasons_against(name: str, *, anyway: bool) -> Iterator[str]:
    """Yield why a keyword would break the list, and without `anyway` also why it could hardly be meant."""
    from workers.lint.drafts import doubts_of_draft, faults_of_draft, keyword_draft  # noqa: PLC0415 - `watch list` need not wait for the rules

    if not name:
        yield "there is no word in it"
        return
    draft = keyword_draft(name)
    faults = faults_of_draft(draft)
    yield from faults
    settings = read_config(config_path(), os.environ).settings
    if faults or anyway or settings is None or any(term.name.casefold() == name.casefold() for term in settings.terms):
        return
    yield from (finding.message for finding in doubts_of_draft(draft, settings))


@watch.command()
@CONFIG
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
@JSON
def remove(*, names: tuple[str, ...], as_json: bool) -> None:
    """Take terms out of the YAML file in which they stand; everything else there is kept. Refuses where something refers to one."""
    removed = [(name, remove_term(config_path(), " ".join(name.split()), os.environ, check_terms=check_terms)) for name in names]
    if as_json:
        print_json({"removed": [{"name": name, "file": str(file)} for name, file in removed]})
        return
    for name, file in removed:
        click.echo(f"removed {one_line(name)!r} from {file}")


@watch.command(name="list")
@CONFIG
@JSON
def list_terms(*, as_json: bool) -> None:
    """Show every watch term."""
    terms = load_settings().terms
    if as_json:
        print_json([term_record(term) for term in terms])
        return
    print_table(
        ("name", "kind", "severity", "matches"),
        ((term.name, term.kind, term.severity, term.query or term.regex or term.about or term.phrases) for term in terms),
        empty="nothing is watched; add a word with `news-monitor watch add WORD`",
    )


watch.add_command(import_list)
watch.add_command(suggest)
