"""`news-monitor watch suggest`: aliases that an entity may lack."""

from __future__ import annotations

import os
import sys

import click

from monitor.app import open_database
from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG, JSON, config_path
from monitor.cli.output import print_json
from monitor.cli.terms import check_terms
from monitor.domain.errors import UsageError
from monitor.domain.text import one_line
from monitor.domain.watch import Term, TermKind
from monitor.settings.editing import add_aliases
from monitor.settings.suggestion import did_you_mean
from monitor.storage import archive
from workers.analysis.alias_suggestions import Suggestion, suggest_aliases
from workers.analysis.term_evidence import ARTICLES


@click.command()
@CONFIG
@click.argument("name")
@click.option("--accept", "accepted", multiple=True, metavar="ALIAS", help="Add this alias; may be repeated.")
@JSON
def suggest(*, name: str, accepted: tuple[str, ...], as_json: bool) -> None:
    """Suggest aliases of an entity from the stored articles. On a terminal each is offered to be added; --accept adds one without asking."""
    term = _entity(name)
    if accepted:
        file = add_aliases(config_path(), term.name, accepted, os.environ, check_terms=check_terms)
        if as_json:
            print_json({"file": str(file), "added": list(accepted)})
        else:
            click.echo(f"added {', '.join(map(one_line, accepted))} to {one_line(term.name)!r} in {file}")
        return
    found = _suggestions(term)
    if as_json:
        print_json([{"alias": one.alias, "reason": one.reason, "articles": one.articles, "sample": one.sample} for one in found])
        return
    if not found:
        click.echo(f"no stored article has another name that could be one of {one_line(term.name)!r}")
    chosen = [one.alias for one in found if _offered(one)]
    if chosen:
        file = add_aliases(config_path(), term.name, chosen, os.environ, check_terms=check_terms)
        click.echo(f"added {', '.join(map(one_line, chosen))} to {file}")


def _offered(one: Suggestion) -> bool:
    count = "1 article" if one.articles == 1 else f"{one.articles} articles"
    line = f"{one_line(one.alias)}  ({one.reason}, in {count}, such as {one_line(one.sample)!r})"
    if sys.stdin.isatty() and sys.stdout.isatty():
        return click.confirm(f"{line}\n  add it?", default=False)
    click.echo(line)
    return False


def _suggestions(term: Term) -> tuple[Suggestion, ...]:
    database = open_database(load_settings())
    try:
        with database.read() as connection:
            return suggest_aliases(term, archive.listing(connection, limit=ARTICLES))
    finally:
        database.close()


def _entity(name: str) -> Term:
    terms = {term.name: term for term in load_settings().terms}
    term = terms.get(name)
    if term is None:
        raise UsageError(f"no term {name!r} on the watch list{did_you_mean(name, terms)}")
    if term.kind is not TermKind.ENTITY:
        raise UsageError(f"{name!r} is a {term.kind}; only an entity (with a `type`) has aliases")
    return term
