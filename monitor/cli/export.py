"""Print all stored records for work with other tools: `news-monitor export KIND`."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any

import click

from monitor.app import open_database
from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG, SINCE, choice
from monitor.cli.output import print_json_line
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.text import printable
from monitor.records import alert_record, article_record, story_record
from monitor.storage import alerts, archive, mentions, stories
from monitor.storage.engine import Connection

_MOST_STORIES = 10_000_000
_PAGE = 500


class Kind(StrEnum):
    """What can be exported."""

    ARTICLES = "articles"
    ALERTS = "alerts"
    STORIES = "stories"


class Form(StrEnum):
    """How it is written: JSON lines, or a table."""

    NDJSON = "ndjson"
    CSV = "csv"


@click.command()
@CONFIG
@click.argument("kind", type=choice(Kind))
@SINCE
@click.option("--format", "form", type=choice(Form), default=Form.NDJSON.value, help="ndjson (the default) or csv.")
def export(*, kind: str, since: datetime | None, form: str) -> None:
    """Print every stored article, alert or story, newest first: the records of --json, a line each, or a table."""
    with open_database(load_settings()).read() as connection:
        records = _records(Kind(kind), connection, since)
        if form == Form.CSV:
            _print_table(records)
            return
        for record in records:
            print_json_line(record)


def _records(kind: Kind, connection: Connection, since: datetime | None) -> Iterator[dict[str, Any]]:
    now = SYSTEM_CLOCK.now()
    if kind is Kind.ARTICLES:
        yield from _articles(connection, since)
    elif kind is Kind.ALERTS:
        yield from (alert_record(stored, now) for stored in _alerts(connection, since))
    else:
        yield from (story_record(story, now) for story in stories.listing(connection, since=since, limit=_MOST_STORIES))


def _articles(connection: Connection, since: datetime | None) -> Iterator[dict[str, Any]]:
    found = archive.each(connection, since=since)
    while some := list(islice(found, _PAGE)):
        inside = mentions.of_articles(connection, [article.id for article in some])
        yield from (article_record(article, inside.get(article.id, ())) for article in some)


def _alerts(connection: Connection, since: datetime | None) -> Iterator[alerts.StoredAlert]:
    wanted = alerts.AlertFilter(since=since)
    while found := alerts.listing(connection, wanted, limit=_PAGE):
        yield from found
        wanted = replace(wanted, before=found[-1].alert.id)


def _print_table(records: Iterable[Mapping[str, Any]]) -> None:
    writer = None
    for record in records:
        row = dict(_flat(record))
        if writer is None:
            writer = csv.DictWriter(sys.stdout, [*row], extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
        writer.writerow(row)


def _flat(record: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, object]]:
    """Yield the columns of a record: what is inside another has both names, a list is one cell, and no cell is a formula to a spreadsheet."""
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", _cell(value)


def _cell(value: object) -> object:
    if isinstance(value, list | tuple):
        return _cell("; ".join(str(one) for one in value))
    if isinstance(value, str):
        text = printable(value)
        return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
    return value
