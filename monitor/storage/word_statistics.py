"""How many articles had each word, how it was capitalized, and which passages each source repeats: shared by all scan workers.

The row of word 0 counts the articles. Old articles count ever less: `halve` is called when many have been counted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import orjson
from sqlalchemy import BigInteger, Connection, TextClause, TextualSelect, bindparam, column, delete, select, text, update

from monitor.domain.word_counts import WordCounts
from monitor.storage.tables import source_passages, word_counts
from monitor.storage.types import UtcDateTime

MAX_ARTICLES = 200_000
"""Articles after which all counts are halved."""
_TOTAL = 0


def load(connection: Connection, words: Collection[int]) -> WordCounts:
    """Return the counts of these words; those never seen are left out."""
    rows = connection.execute(_LOAD[connection.dialect.name], {"words": _list(connection, [_TOTAL, *words])}).all()
    articles = {word: count for word, count, _ in rows}
    return WordCounts(total=articles.pop(_TOTAL, 0), articles=articles, capitals={word: more for word, _, more in rows if more})


def add(connection: Connection, articles: int, words: Mapping[int, int], capitals: Mapping[int, int]) -> None:
    """Count `articles` more articles: of each word how many of them had it, and how it was capitalized."""
    keys = sorted({*words, *capitals})
    counted = zip(keys, [words.get(word, 0) for word in keys], [capitals.get(word, 0) for word in keys], strict=True)
    rows = [(_TOTAL, articles, 0), *counted]
    connection.execute(_ADD[connection.dialect.name], _columns(connection, rows, ("word", "articles", "capitals")))


def halve(connection: Connection) -> bool:
    """Halve all counts if many articles have been counted, and forget words that are rare then; return whether that was due."""
    total = connection.execute(select(word_counts.c.articles).where(word_counts.c.word == _TOTAL)).scalar_one_or_none() or 0
    if total < MAX_ARTICLES:
        return False
    connection.execute(delete(word_counts).where(word_counts.c.articles < 2))
    connection.execute(update(word_counts).values(articles=word_counts.c.articles / 2, capitals=word_counts.c.capitals / 2))
    return True


def repeated_passages(connection: Connection, pairs: Collection[tuple[int, int]], *, least: int) -> set[tuple[int, int]]:
    """Return those (source, passage) pairs that were in `least` articles or more."""
    rows = list(pairs)
    if not rows:
        return set()
    found = connection.execute(
        _REPEATED[connection.dialect.name], {**_columns(connection, rows, ("source", "passage")), "least": least}
    )
    return {(row.source, row.passage) for row in found}


def add_passages(connection: Connection, pairs: Mapping[tuple[int, int], int], now: datetime) -> None:
    """Count in how many more articles a source had a passage."""
    rows = [(source, passage, count) for (source, passage), count in sorted(pairs.items())]
    if rows:
        values = _columns(connection, rows, ("source", "passage", "articles"))
        connection.execute(_ADD_PASSAGES[connection.dialect.name], {**values, "at": now})


def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Delete passages that no article has had since `before`, at most `limit`; return how many."""
    old = select(source_passages.c.source, source_passages.c.passage).where(source_passages.c.at < before).limit(limit)
    rows = connection.execute(old).all()
    for row in rows:
        connection.execute(
            delete(source_passages).where(source_passages.c.source == row.source, source_passages.c.passage == row.passage)
        )
    return len(rows)


def _list(connection: Connection, values: Sequence[int]) -> object:
    return list(values) if connection.dialect.name == "postgresql" else orjson.dumps(list(values)).decode()


def _columns(connection: Connection, rows: Sequence[Sequence[int]], names: Sequence[str]) -> dict[str, object]:
    """Return rows as the parameters of one statement: a list for each column on PostgreSQL, all rows as JSON on SQLite."""
    if connection.dialect.name == "postgresql":
        return {name: list(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)}
    return {"rows": orjson.dumps(rows).decode()}


def _json_rows(*names: str) -> str:
    return ", ".join(f"value ->> {place} AS {name}" for place, name in enumerate(names))


def _load(source: str) -> TextualSelect:
    statement: TextClause = text(f"SELECT word, articles, capitals FROM word_counts WHERE word IN ({source})")  # noqa: S608 - no value is spelled out
    return statement.columns(column("word", BigInteger()), column("articles", BigInteger()), column("capitals", BigInteger()))


_LOAD = {
    "sqlite": _load("SELECT value FROM json_each(:words)"),
    "postgresql": _load("SELECT unnest(CAST(:words AS bigint[]))"),
}
_ON_CONFLICT = (
    " ON CONFLICT (word) DO UPDATE SET articles = word_counts.articles + excluded.articles, "
    "capitals = word_counts.capitals + excluded.capitals"
)
_ADD = {
    "sqlite": text(
        f"INSERT INTO word_counts (word, articles, capitals) SELECT {_json_rows('word', 'articles', 'capitals')} "  # noqa: S608 - as above
        f"FROM json_each(:rows) WHERE true{_ON_CONFLICT}"
    ),
    "postgresql": text(
        "INSERT INTO word_counts (word, articles, capitals) SELECT * FROM unnest("  # noqa: S608 - as above
        f"CAST(:word AS bigint[]), CAST(:articles AS integer[]), CAST(:capitals AS integer[])){_ON_CONFLICT}"
    ),
}
_REPEATED = {
    "sqlite": text(
        "SELECT p.source, p.passage FROM json_each(:rows) AS r JOIN source_passages AS p "
        "ON p.source = r.value ->> 0 AND p.passage = r.value ->> 1 WHERE p.articles >= :least"
    ),
    "postgresql": text(
        "SELECT p.source, p.passage FROM unnest(CAST(:source AS bigint[]), CAST(:passage AS bigint[])) AS r (source, passage) "
        "JOIN source_passages AS p ON p.source = r.source AND p.passage = r.passage WHERE p.articles >= :least"
    ),
}
_PASSAGE_CONFLICT = (
    " ON CONFLICT (source, passage) DO UPDATE SET articles = source_passages.articles + excluded.articles, at = excluded.at"
)
_ADD_PASSAGES = {
    "sqlite": text(
        "INSERT INTO source_passages (source, passage, articles, at) "  # noqa: S608 - as above
        f"SELECT {_json_rows('source', 'passage', 'articles')}, :at FROM json_each(:rows) WHERE true{_PASSAGE_CONFLICT}"
    ).bindparams(bindparam("at", type_=UtcDateTime())),
    "postgresql": text(
        "INSERT INTO source_passages (source, passage, articles, at) SELECT r.*, :at FROM unnest("  # noqa: S608 - as above
        f"CAST(:source AS bigint[]), CAST(:passage AS bigint[]), CAST(:articles AS integer[])) AS r{_PASSAGE_CONFLICT}"
    ).bindparams(bindparam("at", type_=UtcDateTime())),
}
