"""What it costs to read an article as a statement, and to relate it to the stories in the index.

    python bench/stories.py [--sizes 1000 20000] [--articles 300]

The index is filled with statements whose words are also those of the articles measured, all within the window, so that every lookup finds
as much as it may read: the worst case. In service the index holds three days of articles, whatever is stored. A million (--sizes 1000000)
takes ten minutes to fill and 10 GB of disk. Measured is CPU time, SQLite on a file, in batches of 50 as scan workers have them.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import struct
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.domain.article import Article, Entry, Origin
from monitor.domain.ids import ArticleId
from monitor.domain.word_counts import WordCounts
from monitor.settings.model import StoriesSettings
from monitor.storage import articles
from monitor.storage.engine import Database, sqlite_url
from monitor.storage.tables import metadata
from workers.scanning.background import BatchCounts, read_statements
from workers.scanning.statement_cache import StatementCache, place_statement
from workers.stories.facts import extract_facts, passages_of
from workers.stories.index_keys import RARE_WORDS, index_keys
from workers.stories.serialization import pack_facts
from workers.stories.statement import Statement, weigh
from workers.stories.vocabulary import Vocabulary

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SENTENCES = 30
MODELS = 300
OTHER_KEYS = 5
CHUNK = 20_000
BATCH = 50


class Writer:
    """Writes reports in which words are as frequent as in a language and one in eight is a name."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        letters = "abcdefghijklmnopqrstuvwxyz"
        self._words = ["".join(self._rng.choices(letters, k=self._rng.randrange(2, 11))) for _ in range(20_000)]

    def report(self) -> tuple[str, str]:
        """A headline and a text of about 450 words."""
        return self._sentence(9)[:-1], " ".join(self._sentence(15) for _ in range(SENTENCES))

    def _sentence(self, count: int) -> str:
        words = [self._words[int(len(self._words) * self._rng.random() ** 3)] for _ in range(count)]
        shown = [word.capitalize() if self._rng.random() < 0.125 else word for word in words]
        return f"{' '.join(shown).capitalize() if self._rng.random() < 0.5 else ' '.join(shown)}."


def main() -> None:
    """Fill the index to each size in turn and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 20_000])
    parser.add_argument("--articles", type=int, default=300)
    options = parser.parse_args()
    writer = Writer(1)
    print(f"{'stored':>10} {'read µs':>10} {'relate µs':>10} {'sum µs':>8} {'index bytes/article':>20}")
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "news.db"
            database = Database(sqlite_url(path))
            with database.write() as connection:
                metadata.create_all(connection)
            models = [_statement(*writer.report()) for _ in range(MODELS)]
            index_bytes = _fill(path, size, models, random.Random(size))
            read_us, relate_us = _measure(database, _ingested(database, writer, options.articles))
            database.close()
        print(f"{size:>10} {read_us:>10.0f} {relate_us:>10.0f} {read_us + relate_us:>8.0f} {index_bytes / size:>20.0f}", flush=True)


def _statement(title: str, text: str) -> Statement:
    vocabulary = Vocabulary(WordCounts(), "en")
    facts = extract_facts(title, passages_of(title, text), "en", capitals=vocabulary)
    weights = weigh(facts, vocabulary.idf)
    return Statement(
        article_id=ArticleId(title),
        source="model",
        link=None,
        dated_at=NOW,
        facts=facts,
        weights=weights,
        title=title,
        text=text,
    )


def _fill(path: Path, size: int, models: Sequence[Statement], rng: random.Random) -> int:
    """Store `size` articles, each in a story of its own and indexed under words of the models; return the bytes that the index takes."""
    connection = sqlite3.connect(path)
    at = (NOW - timedelta(hours=1)).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    connection.executemany(
        "INSERT INTO stories (id, title, created_at, last_article_at, articles) VALUES (?, 't', ?, ?, 1)",
        ((f"{number:036}", at, at) for number in range(size)),
    )
    connection.executemany(
        "INSERT INTO articles (id, title, source, fetched_at, summary, text, tags, revision, content_hash, alertable, story_id) "
        "VALUES (?, ?, ?, ?, '', ?, '[]', 1, x'00', 1, ?)",
        (
            (f"{number:036}", one.title, f"outlet {number % 200}", at, one.text, f"{number:036}")
            for number, one in _each(size, models)
        ),
    )
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = path.stat().st_size
    pool = [key for one in models for key in list(index_keys(one))[:RARE_WORDS]]
    packed = {id(one): pack_facts(one.facts, one.weights.idf) for one in models}
    pairs: list[tuple[int, int]] = []
    for start in range(0, size, CHUNK):
        rows = []
        for number, one in _each(min(CHUNK, size - start), models):
            keys = [*set(rng.choices(pool, k=RARE_WORDS)), *(rng.getrandbits(63) for _ in range(OTHER_KEYS))]
            place = start + number
            pairs += ((key, place + 1) for key in keys)
            rows.append((place + 1, f"{place:036}", at, at, packed[id(one)], struct.pack(f"<{len(keys)}q", *keys)))
        connection.executemany("INSERT INTO statements VALUES (?, ?, ?, ?, ?, ?)", rows)
    pairs.sort()
    connection.executemany("INSERT INTO statement_keys VALUES (?, ?)", pairs)
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path.stat().st_size - before


def _each(count: int, models: Sequence[Statement]) -> Iterator[tuple[int, Statement]]:
    return ((number, models[number % len(models)]) for number in range(count))


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
        with database.write() as connection:
            begun = time.process_time()
            for article in batch:
                place_statement(connection, article, read[article.id], cache, now=NOW, settings=settings)
                counts.add(read[article.id])
            counts.save(connection, NOW)
            relating += time.process_time() - begun
    return reading / len(fresh) * 1e6, relating / len(fresh) * 1e6


if __name__ == "__main__":
    main()
