"""Whom and what articles name: stored with each scan, counted for the pages."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, case, delete, func, select

from monitor.domain.article import Article
from monitor.domain.ids import ArticleId
from monitor.domain.match import Mention
from monitor.domain.recognized_name import NameHistory, RecognizedName
from monitor.domain.watch import EntityType
from monitor.storage.chunks import parts
from monitor.storage.dialect import upsert
from monitor.storage.tables import articles, mentions

_MOST_SPELLINGS = 5
_HISTORY = 5_000
"""Mentions of one name, the newest, from which its history is told."""
_SHOWN = 30
_TOGETHER = 200
"""Articles, the newest, from which it is told whom a name is named with."""


def replace(connection: Connection, found: Iterable[tuple[Article, Sequence[Mention]]]) -> None:
    """Store whom these articles name, in place of what their earlier revisions named."""
    rows: list[dict[str, object]] = []
    revised: list[ArticleId] = []
    for article, named in found:
        if article.revision > 1:
            revised.append(article.id)
        rows += [_row(article, mention) for mention in named]
    for part in parts(revised):
        connection.execute(delete(mentions).where(mentions.c.article_id.in_(part)))
    if rows:
        connection.execute(upsert(connection, mentions, changed=("type", "count", "watched", "spellings", "seen_at")), rows)


def _row(article: Article, mention: Mention) -> dict[str, object]:
    return {
        "article_id": article.id,
        "name": mention.name,
        "type": mention.type.value,
        "count": mention.count,
        "watched": mention.watched,
        "spellings": _spellings(mention),
        "seen_at": article.fetched_at,
    }


def _spellings(mention: Mention) -> list[str] | None:
    """Return how an article writes a name otherwise, the most frequent first; None if it does not."""
    written = Counter(match.text for match in mention.occurrences if match.text != mention.name)
    return [text for text, _ in written.most_common(_MOST_SPELLINGS)] or None


def of_articles(connection: Connection, ids: Iterable[ArticleId]) -> dict[ArticleId, tuple[Mention, ...]]:
    """Return whom these articles name, watched names first, then the most frequent; articles without any are left out."""
    found: dict[ArticleId, list[Mention]] = defaultdict(list)
    for part in parts(sorted(set(ids))):
        for row in connection.execute(_OF_ARTICLES, {"ids": part}):
            found[row.article_id].append(Mention(name=row.name, type=EntityType(row.type), count=row.times, watched=row.watched))
    return {one: tuple(sorted(named, key=lambda mention: (not mention.watched, -mention.count))) for one, named in found.items()}


def listing(
    connection: Connection, *, since: datetime | None = None, kind: EntityType | None = None, limit: int = 100
) -> tuple[RecognizedName, ...]:
    """Return the names of articles fetched at `since` or later, those in most stories first."""
    query = (
        select(
            mentions.c.name,
            func.max(mentions.c.type).label("type"),
            func.max(case((mentions.c.watched, 1), else_=0)).label("watched"),
            func.count().label("articles"),
            func.count(articles.c.story_id.distinct()).label("stories"),
            func.min(mentions.c.seen_at).label("first"),
            func.max(mentions.c.seen_at).label("last"),
        )
        .join(articles, articles.c.id == mentions.c.article_id)
        .group_by(mentions.c.name)
        .order_by(func.count(articles.c.story_id.distinct()).desc(), func.count().desc(), mentions.c.name)
        .limit(limit)
    )
    if since is not None:
        query = query.where(articles.c.fetched_at >= since)
    if kind is not None:
        query = query.where(mentions.c.type == kind.value)
    return tuple(
        RecognizedName(
            name=row.name,
            type=EntityType(row.type),
            watched=bool(row.watched),
            articles=row.articles,
            stories=row.stories,
            first_seen_at=row.first,
            last_seen_at=row.last,
        )
        for row in connection.execute(query)
    )


def history(connection: Connection, name: str) -> NameHistory | None:
    """Return what is stored of a name, told from its newest mentions; None for one that no stored article has."""
    rows = connection.execute(_MENTIONS_OF, {"name": name}).all()
    if not rows:
        return None
    types, spellings = Counter(row.type for row in rows), Counter(text for row in rows for text in row.spellings or ())
    days: dict[date, set[str]] = defaultdict(set)
    for row in rows:
        days[row.seen_at.date()].add(row.story_id or row.article_id)
    known = RecognizedName(
        name=name,
        type=EntityType(types.most_common(1)[0][0]),
        watched=rows[0].watched,
        articles=len(rows),
        stories=len({row.story_id or row.article_id for row in rows}),
        first_seen_at=rows[-1].seen_at,
        last_seen_at=rows[0].seen_at,
    )
    inside = [row.article_id for row in rows[:_TOGETHER]]
    together = connection.execute(_NAMED_IN, {"ids": inside, "name": name}).all()
    return NameHistory(
        known=known,
        spellings=tuple(spellings.most_common(_SHOWN)),
        days=tuple(sorted((day, len(told)) for day, told in days.items())),
        together=tuple((row.name, row.articles) for row in together),
    )


def article_ids(connection: Connection, name: str, *, limit: int) -> tuple[ArticleId, ...]:
    """Return the newest articles that have a name, the newest first."""
    return tuple(row.article_id for row in connection.execute(_MENTIONS_OF, {"name": name}).fetchmany(limit))


def is_known(connection: Connection, name: str) -> bool:
    """Whether a stored article has a name."""
    return connection.execute(select(mentions.c.name).where(mentions.c.name == name).limit(1)).first() is not None


_OF_ARTICLES = select(mentions, mentions.c.count.label("times")).where(mentions.c.article_id.in_(bindparam("ids", expanding=True)))
_MENTIONS_OF = (
    select(mentions, articles.c.story_id)
    .join(articles, articles.c.id == mentions.c.article_id)
    .where(mentions.c.name == bindparam("name"))
    .order_by(mentions.c.seen_at.desc(), mentions.c.article_id.desc())
    .limit(_HISTORY)
)
_NAMED_IN = (
    select(mentions.c.name, func.count().label("articles"))
    .where(mentions.c.article_id.in_(bindparam("ids", expanding=True)), mentions.c.name != bindparam("name"))
    .group_by(mentions.c.name)
    .order_by(func.count().desc(), mentions.c.name)
    .limit(_SHOWN)
)
