"""Search an archive: how long a first page takes, and how many articles a search reads in its time.

    python bench/search.py [--articles 20000] [--postgres URL]

The articles have 3 KB each, of made reports, one a minute; each thousandth is on a harbour. Every search is run three times, the best counts.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from monitor.storage.engine import Database, sqlite_url
from monitor.storage.ids import new_id
from monitor.storage.listing_filter import ListFilter
from monitor.storage.tables import articles, metadata
from tests.made_text import Writer
from workers.analysis.archive_search import SEARCH_S, archive_query, search_archive

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUERIES = {
    "in every article": "the",
    "in each thousandth, a page of 10": "harbour NEAR/5 closed",
    "in none": '"humanitarian aid" NEAR/10 Rafah',
}
PAGE = 10


def main() -> None:
    """Print a line for each search."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--postgres", help="the URL of an empty database, instead of a SQLite file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(options.postgres or sqlite_url(Path(folder) / "news.db"))
        _fill(database, options.articles)
        for name, text in QUERIES.items():
            print(f"{name:34} {_measured(database, text)}")
        database.close()


def _fill(database: Database, number: int) -> None:
    with database.write() as connection:
        metadata.create_all(connection)
        rows = list(_rows(number))
        for start in range(0, number, 1000):
            connection.execute(insert(articles), rows[start : start + 1000])


def _rows(number: int) -> Iterator[dict[str, Any]]:
    writer = Writer(1)
    reports = [writer.report() for _ in range(500)]
    for place in range(number):
        title, text = reports[place % len(reports)]
        more = " The harbour is closed." if place % 1000 == 0 else ""
        yield {
            "id": new_id(),
            "title": title,
            "text": text + more,
            "source": "Example World",
            "summary": "",
            "tags": [],
            "language": "en",
            "revision": 1,
            "alertable": True,
            "content_hash": place.to_bytes(32, "big"),
            "fetched_at": NOW - timedelta(minutes=place),
        }


def _measured(database: Database, text: str) -> str:
    query = archive_query(text, ())
    best = min((_once(database, query) for _ in range(3)), key=lambda one: one[0])
    seconds, found, back_to = best
    end = "" if back_to is None else f", read {int((NOW - back_to) / timedelta(minutes=1)) + 1} articles"
    return f"{1000 * seconds:7.0f} ms, {found} found{end}"


def _once(database: Database, query: Any) -> tuple[float, int, datetime | None]:
    began = time.monotonic()
    with database.read() as connection:
        answer = search_archive(
            connection, query, ListFilter(), limit=PAGE, seconds_left=lambda: began + SEARCH_S - time.monotonic()
        )
    return time.monotonic() - began, len(answer.found), answer.rest[0] if answer.rest else None


if __name__ == "__main__":
    main()
