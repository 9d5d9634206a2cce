"""What it costs to find an article's story, with 1 000, 100 000 and 1 000 000 articles in the index.

    python bench/stories.py [--sizes 1000 100000 1000000] [--articles 300]

The index is filled with generated keys (a tenth of them shared by many articles, as wire phrases are), all within the window, so this is
the worst case: in service the index holds three days of articles, whatever is stored. Measured is CPU time, SQLite on a file.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import struct
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.domain.article import Article
from monitor.domain.ids import ArticleId
from monitor.settings.model import StoriesSettings
from monitor.storage.engine import Database, sqlite_url
from monitor.storage.ids import new_id
from monitor.storage.tables import metadata
from workers.scanning.assign_story import assign_story
from workers.stories.near_duplicates import ArticleFeatures, features_of, pack_signature

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORDS = 450
SHARED_KEYS = 2000
CHUNK = 20_000


def main() -> None:
    """Fill the index to each size in turn and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 100_000, 1_000_000])
    parser.add_argument("--articles", type=int, default=300)
    options = parser.parse_args()
    rng = random.Random(1)
    vocabulary = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randrange(2, 11))) for _ in range(20_000)]
    print(f"{'stored':>10} {'features µs':>12} {'assign µs':>10} {'sum µs':>8} {'bytes/article':>14}")
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "news.db"
            database = Database(sqlite_url(path))
            with database.write() as connection:
                metadata.create_all(connection)
            size_of_index = _fill(path, size, features_of(_article(rng, vocabulary)), rng)
            features_us, assign_us = _measure(database, [_article(rng, vocabulary) for _ in range(options.articles)])
            database.close()
        total = features_us + assign_us
        print(f"{size:>10} {features_us:>12.0f} {assign_us:>10.0f} {total:>8.0f} {size_of_index / size:>14.0f}")


def _article(rng: random.Random, vocabulary: list[str]) -> Article:
    """A text whose commonest words are as frequent as in a language (one in thirty)."""
    words = [vocabulary[int(len(vocabulary) * rng.random() ** 3)] for _ in range(WORDS)]
    return Article(
        id=ArticleId(new_id()),
        title=" ".join(words[:9]).capitalize(),
        url=None,
        guid=None,
        source="outlet",
        feed_url=None,
        author=None,
        language="en",
        published_at=None,
        updated_at=None,
        fetched_at=NOW,
        summary="",
        text=" ".join(words),
        revision=1,
        story_id=None,
    )


def _fill(path: Path, size: int, like: ArticleFeatures, rng: random.Random) -> int:
    """Store `size` articles, each in a story of its own, with as much in the index as a real one; the bytes that the index takes."""
    connection = sqlite3.connect(path)
    at = (NOW - timedelta(hours=1)).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    ids = [f"{number:036d}" for number in range(size)]
    connection.executemany(
        "INSERT INTO stories (id, title, created_at, last_article_at, articles) VALUES (?, 't', ?, ?, 1)",
        ((one, at, at) for one in ids),
    )
    connection.executemany(
        "INSERT INTO articles (id, title, source, fetched_at, summary, text, tags, revision, content_hash, alertable, story_id) "
        "VALUES (?, 't', 's', ?, '', 't', '[]', 1, x'00', 1, ?)",
        ((one, at, one) for one in ids),
    )
    connection.commit()
    before = path.stat().st_size
    data, count = pack_signature(like.signature), len(like.keys)
    head = data[: -4 * (len(like.signature.sketch.hashes) + len(like.signature.headline))]
    pairs: list[tuple[int, int]] = []
    for start in range(0, size, CHUNK):
        rows = []
        for number in range(start, min(start + CHUNK, size)):
            keys = [rng.randrange(SHARED_KEYS) if rng.random() < 0.1 else rng.getrandbits(63) for _ in range(count)]
            pairs += ((key, number + 1) for key in set(keys))
            rows.append(
                (number + 1, ids[number], at, at, head + rng.randbytes(len(data) - len(head)), struct.pack(f"<{count}q", *keys))
            )
        connection.executemany("INSERT INTO sketches VALUES (?, ?, ?, ?, ?, ?)", rows)
    pairs.sort()
    connection.executemany("INSERT INTO sketch_keys VALUES (?, ?)", pairs)
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path.stat().st_size - before


def _measure(database: Database, fresh: list[Article]) -> tuple[float, float]:
    """Mean CPU microseconds of computing an article's features and of finding its story, in batches of 50."""
    begun = time.process_time()
    features = [features_of(article) for article in fresh]
    computed = time.process_time()
    settings = StoriesSettings()
    spent = 0.0
    for start in range(0, len(fresh), 50):
        batch = list(zip(fresh[start : start + 50], features[start : start + 50], strict=True))
        with database.write() as connection:
            for article, _ in batch:
                connection.exec_driver_sql(
                    "INSERT INTO articles (id, title, source, fetched_at, summary, text, tags, revision, content_hash, alertable) "
                    "VALUES (?, 't', 's', '2026-03-01 12:00:00.000000', '', 't', '[]', 1, x'00', 1)",
                    (article.id,),
                )
            begun_batch = time.process_time()
            for article, its in batch:
                assign_story(connection, article, its, now=NOW, settings=settings)
            spent += time.process_time() - begun_batch
    return (computed - begun) / len(fresh) * 1e6, spent / len(fresh) * 1e6


if __name__ == "__main__":
    main()
