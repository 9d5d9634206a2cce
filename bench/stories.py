"""What it costs to read an article as a statement, and to relate it to the stories in the index.

    python bench/stories.py [--sizes 1000 20000] [--articles 300]

The index is filled with statements whose words are also those of the articles measured, all within the window, so that every lookup finds
as much as it may read: the worst case. In service the index holds three days of articles, whatever is stored. A million (--sizes 1000000)
takes ten minutes to fill and 10 GB of disk. Measured is CPU time, SQLite on a file, in batches of 50 as scan workers have them.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from monitor.domain.article import Article, Entry, Origin
from monitor.domain.ids import ArticleId
from monitor.settings.model import StoriesSettings
from monitor.storage import articles
from monitor.storage.engine import Database, sqlite_url
from tests.made_rows import Size, fill
from tests.made_text import Writer, made_statement
from workers.scanning.background import BatchCounts, read_statements
from workers.scanning.relate_statement import StoryPlacer
from workers.scanning.statement_cache import StatementCache

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MODELS = 300
BATCH = 50


def main() -> None:
    """Fill the index to each size in turn and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 20_000])
    parser.add_argument("--articles", type=int, default=300)
    options = parser.parse_args()
    writer = Writer(1)
    print(f"{'stored':>10} {'read µs':>10} {'relate µs':>10} {'sum µs':>8}")
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "news.db"
            database = Database(sqlite_url(path))
            models = [made_statement(*writer.report(), NOW) for _ in range(MODELS)]
            fill(database, Size(feeds=200, articles=size, indexed=size, alerts=1, deliveries=1), models, NOW)
            read_us, relate_us = _measure(database, _ingested(database, writer, options.articles))
            database.close()
        print(f"{size:>10} {read_us:>10.0f} {relate_us:>10.0f} {read_us + relate_us:>8.0f}", flush=True)


def _ingested(database: Database, writer: Writer, count: int) -> list[Article]:
    """Articles of 200 outlets as they come from the database to be scanned."""
    ids: list[ArticleId] = []
    with database.write() as connection:
        for number in range(count):
            title, text = writer.report()
            entry = Entry(
                key=str(number), title=title, text=text, url=f"https://a.example/{number}", language="en", published_at=NOW
            )
            origin = Origin(id=str(number % 200), name=f"outlet {number % 200}")
            ids += articles.ingest(connection, origin, [entry], now=NOW, alertable=lambda _: True).new
        return [article for start in range(0, count, BATCH) for article in articles.load(connection, ids[start : start + BATCH])]


def _measure(database: Database, fresh: Sequence[Article]) -> tuple[float, float]:
    """Mean CPU microseconds of reading an article as a statement and of relating it, the cost of counting its words included."""
    settings, cache = StoriesSettings(), StatementCache()
    reading = relating = 0.0
    for start in range(0, len(fresh), BATCH):
        batch = fresh[start : start + BATCH]
        with database.read() as connection:
            begun = time.process_time()
            read = read_statements(connection, batch)
            reading += time.process_time() - begun
        counts = BatchCounts()
        with database.read() as connection:
            begun = time.process_time()
            placer = StoryPlacer(connection, [(article, read[article.id]) for article in batch], cache, settings)
            relating += time.process_time() - begun
        with database.write() as connection:
            begun = time.process_time()
            placer.begin(connection, NOW)
            for article in batch:
                placer.place(article.id)
                counts.add(read[article.id])
            placer.flush()
            counts.save(connection, NOW)
            relating += time.process_time() - begun
    return reading / len(fresh) * 1e6, relating / len(fresh) * 1e6


if __name__ == "__main__":
    main()
