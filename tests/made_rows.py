"""Fill a database with many made rows, fast: for plans of queries and for measuring at size."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Table

from monitor.storage.engine import Connection, Database
from monitor.storage.tables import metadata
from workers.stories.index_keys import index_keys
from workers.stories.serialization import pack_facts
from workers.stories.statement import Statement

_CHUNK = 20_000
OTHER_KEYS = 6
"""Keys of each made statement that no other has, besides some that many have."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many rows to make. `indexed` is the number of articles, the newest, that are in the index of statements."""

    feeds: int
    articles: int
    indexed: int
    alerts: int
    deliveries: int
    terms: int = 100

    @classmethod
    def of(cls, articles: int) -> Size:
        """Return a size in which feeds, alerts and deliveries are as many as they are beside so many articles."""
        return cls(
            feeds=articles // 100,
            articles=articles,
            indexed=min(articles, 100_000),
            alerts=articles // 5,
            deliveries=2 * articles // 5,
        )


def number_id(space: str, number: int) -> str:
    """Return the id of a made row."""
    return f"{space}{number:035}"


def fill(database: Database, size: Size, models: Sequence[Statement], now: datetime) -> None:
    """Create the tables and fill them with rows up to `now`. `models` are reports whose words the articles share."""
    with database.write() as connection:
        metadata.create_all(connection)
    for name, columns, rows in _tables(size, models, now):
        with database.write() as connection:
            _insert(connection, metadata.tables[name], columns.split(), rows)
    with database.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(
                "SELECT setval(pg_get_serial_sequence('statements', 'id'), (SELECT max(id) FROM statements))"
            )
            connection.exec_driver_sql("ANALYZE")
    database.refresh_statistics()


def _tables(size: Size, models: Sequence[Statement], now: datetime) -> Iterator[tuple[str, str, Iterator[tuple[Any, ...]]]]:
    rng = random.Random(size.articles)
    step = timedelta(days=30) / max(1, size.articles)
    at = [now - step * (size.articles - number) for number in range(size.articles)]
    alerted = [number * size.articles // size.alerts for number in range(size.alerts)]
    told = max(1, size.deliveries // max(1, size.alerts))
    sent = [
        (number, alert, channel) for number, (alert, channel) in enumerate((a, c) for a in range(size.alerts) for c in range(told))
    ]
    models_of = [models[number % len(models)] for number in range(size.articles)]
    yield "hosts", "host", ((f"host{number}.example",) for number in range(max(1, size.feeds // 2)))
    yield (
        "feeds",
        "id url name host next_poll_at",
        (
            (number_id("f", n), f"https://host{n // 2}.example/{n}", f"Outlet {n}", f"host{n // 2 % max(1, size.feeds // 2)}.example",
             now + timedelta(minutes=n % 60))
            for n in range(size.feeds)
        ),
    )  # fmt: skip
    yield (
        "stories",
        "id title created_at last_article_at articles",
        ((number_id("s", n), models_of[n].title, at[n], at[n], 1) for n in range(size.articles)),
    )
    yield (
        "articles",
        "id title url source fetched_at summary text tags revision content_hash alertable scanned_at story_id page",
        (
            (number_id("a", n), one.title, f"https://host.example/{n}", f"Outlet {n % size.feeds}", at[n], "", one.text, [], 1,
             n.to_bytes(32, "big"), True, at[n], number_id("s", n), "unread")
            for n, one in enumerate(models_of)
        ),
    )  # fmt: skip
    yield (
        "appearances",
        "origin_id entry_key article_id content_hash source seen_at own",
        (
            (number_id("f", n % size.feeds), n.to_bytes(32, "big"), number_id("a", n), n.to_bytes(32, "big"), f"Outlet {n % size.feeds}",
             at[n], True)
            for n in range(size.articles)
        ),
    )  # fmt: skip
    keys = {id(one): list(index_keys(one)) for one in models}
    data = {id(one): pack_facts(one.facts, one.weights.idf) for one in models}
    indexed = range(size.articles - size.indexed, size.articles)
    chosen = {n: [*keys[id(models_of[n])][:6], *(rng.getrandbits(62) for _ in range(OTHER_KEYS))] for n in indexed}
    yield (
        "statements",
        "id article_id at dated data index_keys",
        (
            (n + 1, number_id("a", n), at[n], now, data[id(models_of[n])], struct.pack(f"<{len(chosen[n])}q", *chosen[n]))
            for n in indexed
        ),
    )
    yield "statement_keys", "key statement_id", iter(sorted({(key, n + 1) for n, some in chosen.items() for key in some}))
    yield (
        "relations",
        "article_id story_id kind changes evidence at",
        ((number_id("a", n), number_id("s", n), "other", [], ["nothing like it"], at[n]) for n in indexed),
    )
    yield (
        "alerts",
        "id dedup_key term kind severity tags reason article_id revision story_id created_at data why",
        (
            (number_id("l", n), n.to_bytes(32, "big"), f"term {n % size.terms}", "keyword", "high", [], "new", number_id("a", article), 1,
             number_id("s", article), at[article], {"article": {"title": "t", "source": "s", "url": None}, "alert": {}}, {})
            for n, article in enumerate(alerted)
        ),
    )  # fmt: skip
    yield (
        "deliveries",
        "id alert_id channel status attempts created_at settled_at story_id rank quiet",
        (
            (number_id("d", n), number_id("l", alert), f"channel {channel}", "delivered", 1, at[alerted[alert]], at[alerted[alert]],
             number_id("s", alerted[alert]), 2, False)
            for n, alert, channel in sent
        ),
    )  # fmt: skip
    yield (
        "attempts",
        "id delivery_id at outcome http_status duration_s",
        ((number_id("t", n), number_id("d", n), at[alerted[alert]], "delivered", 200, 0.1) for n, alert, _ in sent),
    )


def _insert(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows as the driver does it fastest."""
    processors = [table.c[name].type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for name in names]
    stored = (
        tuple(value if process is None else process(value) for process, value in zip(processors, row, strict=True)) for row in rows
    )
    driver: Any = connection.connection.driver_connection
    columns = ", ".join(f'"{name}"' for name in names)
    if connection.dialect.name == "postgresql":
        with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
            for row in stored:
                copy.write_row(row)
        return
    places = ", ".join("?" for _ in names)
    while some := list(islice(stored, _CHUNK)):
        driver.executemany(f"INSERT INTO {table.name} ({columns}) VALUES ({places})", some)
