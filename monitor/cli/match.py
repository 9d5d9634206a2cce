"""`news-monitor match`: match the watch list against a text, a file or a page without storing anything."""

from __future__ import annotations

from typing import Any

import click

from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG, JSON
from monitor.cli.output import print_json
from monitor.domain.article import Entry
from monitor.domain.errors import UsageError
from monitor.domain.match import Document
from monitor.domain.text import one_line, printable
from monitor.domain.urls import is_http
from monitor.settings.model import Settings
from monitor.settings.suggestion import did_you_mean
from workers.analysis.dry_run import dry_run
from workers.language.detector import detect
from workers.scanning.compiled_settings import CompiledSettings

SHOWN = 5
AROUND = 60


@click.command()
@CONFIG
@click.argument("source", required=False, metavar="[FILE|URL|-]")
@click.option("--text", help="The text to try, instead of a file.")
@click.option("--title", help="Its title.")
@click.option("--term", "terms", multiple=True, help="Only this term, explained in full; may be repeated.")
@JSON
def match(*, source: str | None, text: str | None, title: str | None, terms: tuple[str, ...], as_json: bool) -> None:
    """Show which terms match a text and where, and why the others do not. Stores nothing."""
    settings = load_settings()
    compiled = CompiledSettings.build(settings)
    known = [term.name for term in settings.terms]
    unknown = sorted(set(terms) - set(known))
    if unknown:
        raise UsageError(f"not on the watch list: {', '.join(f'{name}{did_you_mean(name, known)}' for name in unknown)}")
    documents = _documents(settings, source, text, title)
    found = [dry_run(compiled.matcher, compiled.recognizers, document, names=terms) for document in documents]
    if as_json:
        print_json({"documents": found})
        return
    for document, record in zip(documents, found, strict=True):
        _print(document, record, in_full=bool(terms))


def _documents(settings: Settings, source: str | None, text: str | None, title: str | None) -> list[Document]:
    if text is not None or (title is not None and source is None):
        if source is not None:
            raise UsageError("give either --text or a file, not both")
        return [_document(title or "", text or "", "", None)]
    if source is None:
        raise UsageError("give a file, a URL, - for standard input, or --text")
    from monitor.cli import document_reader  # noqa: PLC0415 - fetching and parsing cost more than matching a text

    entries, name = document_reader.fetch_entries(settings, source) if is_http(source) else document_reader.read_entries(source)
    return [_document(title if title is not None else entry.title, entry.text, name, entry) for entry in entries]


def _document(title: str, body: str, source: str, entry: Entry | None) -> Document:
    return Document(
        title=title,
        body=body,
        asides=entry.asides if entry else (),
        source=source,
        language=(entry.language if entry else None) or detect(f"{title}\n{body}"),
        tags=frozenset(entry.tags if entry else ()),
        url=entry.url if entry else None,
        author=entry.author if entry else None,
    )


def _print(document: Document, record: dict[str, Any], *, in_full: bool) -> None:
    click.echo(f"{one_line(document.title) or '(no title)'}  [{document.language or 'language unknown'}]")
    hits = [term for term in record["terms"] if term["matched"]]
    for term in hits:
        click.echo(f"  matches  {one_line(term['term'])} ({term['kind']}, {term['severity']})")
        for hit in term["matches"][:SHOWN]:
            click.echo(_in_context(document, hit))
        if len(term["matches"]) > SHOWN:
            click.echo(f"             and {len(term['matches']) - SHOWN} more")
        _print_passed_over(document, term)
    for term in record["terms"]:
        if not term["matched"]:
            click.echo(
                f"  no       {one_line(term['term'])}: {'; '.join(reasons(term['why'])[: 1 if term['passed_over'] else None])}"
            )
            _print_passed_over(document, term)
        if in_full:
            _print_parts(term["why"]["because"], depth=2)
    if record["mentions"]:
        entities = (f"{one_line(one['name'])} ({one['type']}, {one['count']})" for one in record["mentions"])
        click.echo(f"  mentions {', '.join(entities)}")
    click.echo()


def _print_passed_over(document: Document, term: dict[str, Any]) -> None:
    for hit in term["passed_over"][:SHOWN]:
        click.echo(f"    passed over ({hit['reason']}):")
        click.echo(_in_context(document, hit))


def _in_context(document: Document, hit: dict[str, Any]) -> str:
    whole = document.title if hit["field"] == "title" else document.body
    before, after = whole[max(0, hit["start"] - AROUND) : hit["start"]], whole[hit["end"] : hit["end"] + AROUND]
    place = click.style(
        f"             {hit['field']} {hit['start']}-{hit['end']}: {printable(' '.join(before.split()))} ", dim=True
    )
    found = click.style(one_line(hit["text"]), bold=True, reverse=True)
    return f"{place}{found} {printable(' '.join(after.split()))}"


def reasons(why: dict[str, Any]) -> list[str]:
    """Return in a few words why a term did not match: its scope, or the parts that did not hold."""
    return [one_line(note) for note in (*why.get("refused", ()), *_notes(why["because"]))] or ["does not match"]


def _notes(part: dict[str, Any]) -> list[str]:
    below = [note for inner in part.get("parts", ()) for note in _notes(inner)]
    own = [f"{part['part']}: {part['note']}"] if part.get("note") and not part["held"] and not below else []
    return own or below


def _print_parts(part: dict[str, Any], depth: int) -> None:
    mark = "holds" if part["held"] else "fails"
    click.echo(f"{'  ' * depth}{mark}  {one_line(part['part'])}" + (f"  ({one_line(part['note'])})" if part.get("note") else ""))
    for inner in part.get("parts", ()):
        _print_parts(inner, depth + 1)
