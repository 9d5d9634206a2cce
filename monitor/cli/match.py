"""`news-monitor match`: a dry run of the watch list over a text, a file or a page."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from monitor.cli.options import CONFIG, JSON, load_settings
from monitor.cli.output import console, print_json
from monitor.domain.article import Entry
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import MonitorError, UsageError
from monitor.domain.match import Document
from monitor.domain.text import one_line, printable
from monitor.domain.urls import is_http, parse_url
from monitor.fetching.access import access_for
from monitor.fetching.fetcher import Fetcher
from monitor.fetching.outcome import Fetched, FetchFailure
from monitor.parse.documents import parse_document
from monitor.parse.feed import parse_feed
from monitor.parse.result import ParsedFeed, ParseFailure
from monitor.settings.feeds import FeedSettings
from monitor.settings.model import Settings
from workers.analysis.dry_run import dry_run
from workers.language.detector import detect
from workers.matching.matcher import Matcher

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
    """Show which terms match a text and where, which do not and why. Nothing is stored."""
    settings = load_settings()
    matcher = Matcher.build(settings.terms)
    unknown = set(terms) - {term.name for term in settings.terms}
    if unknown:
        raise UsageError(f"not on the watch list: {', '.join(sorted(unknown))}")
    documents = _documents(settings, source, text, title)
    found = [dry_run(matcher, document, names=terms) for document in documents]
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
    entries, name = asyncio.run(_fetched(settings, source)) if is_http(source) else _read(source)
    return [_document(title if title is not None else entry.title, entry.text, name, entry) for entry in entries]


def _document(title: str, body: str, source: str, entry: Entry | None) -> Document:
    return Document(
        title=title,
        body=body,
        source=source,
        language=(entry.language if entry else None) or detect(f"{title}\n{body}"),
        tags=frozenset(entry.tags if entry else ()),
    )


def _read(source: str) -> tuple[Sequence[Entry], str]:
    now = SYSTEM_CLOCK.now()
    if source == "-":
        data, path, changed = sys.stdin.buffer.read(), "stdin.txt", now
    else:
        try:
            data = Path(source).read_bytes()
            changed = datetime.fromtimestamp(Path(source).stat().st_mtime, UTC)
        except OSError as error:
            raise MonitorError(f"{source}: {error.strerror}") from error
        path = str(Path(source).absolute())
    found = parse_document(data, path=path, mtime=changed, now=now)
    if isinstance(found, ParseFailure):
        raise MonitorError(f"{source}: {found.reason}")
    return found, Path(path).parent.name


async def _fetched(settings: Settings, url: str) -> tuple[Sequence[Entry], str]:
    """The entries of a feed, or the one of a page."""
    now = SYSTEM_CLOCK.now()
    feed = next((feed for feed in settings.feeds if feed.url == url), None) or FeedSettings(url=url)
    address = parse_url(url)
    async with Fetcher(settings.polling, settings.http) as fetcher:
        answer = await fetcher.get(address, origin=address, access=access_for(feed, settings.http))
    if not isinstance(answer, Fetched):
        raise MonitorError(f"{url}: {answer.reason if isinstance(answer, FetchFailure) else 'no content'}")
    parsed = parse_feed(answer.body, url=answer.url, headers=answer.headers, now=now)
    if isinstance(parsed, ParsedFeed):
        return parsed.entries, feed.name or parsed.title
    page = parse_document(answer.body, path="page.html", mtime=now, now=now)
    if isinstance(page, ParseFailure):
        raise MonitorError(f"{url}: {page.reason}")
    return page, address.host


def _print(document: Document, record: dict[str, Any], *, in_full: bool) -> None:
    click.echo(f"{one_line(document.title) or '(no title)'}  [{document.language or 'language unknown'}]")
    hits = [term for term in record["terms"] if term["matched"]]
    for term in hits:
        click.echo(f"  matches  {one_line(term['term'])} ({term['kind']}, {term['severity']})")
        for hit in term["matches"][:SHOWN]:
            console().print(_in_context(document, hit))
        if len(term["matches"]) > SHOWN:
            click.echo(f"             and {len(term['matches']) - SHOWN} more")
    for term in record["terms"]:
        if not term["matched"]:
            click.echo(f"  no       {one_line(term['term'])}: {'; '.join(reasons(term['why']))}")
        if in_full:
            _print_parts(term["why"]["because"], depth=2)
    click.echo()


def _in_context(document: Document, hit: dict[str, Any]) -> Text:
    whole = document.title if hit["field"] == "title" else document.body
    before, after = whole[max(0, hit["start"] - AROUND) : hit["start"]], whole[hit["end"] : hit["end"] + AROUND]
    text = Text(f"             {hit['field']} {hit['start']}-{hit['end']}: {printable(' '.join(before.split()))} ", style="dim")
    text.append(one_line(hit["text"]), style="bold reverse")
    text.append(f" {printable(' '.join(after.split()))}")
    return text


def reasons(why: dict[str, Any]) -> list[str]:
    """In a few words, why a term did not match: its scope, or the parts that did not hold."""
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
