"""Store stories: begin one with its first article, add later ones, merge two that turn out to be one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, delete, func, or_, select, update

from monitor.domain.article import Article
from monitor.domain.ids import ArticleId, StoryId, derived_id
from monitor.domain.story import AlertStory, Story, StoryMember
from monitor.domain.story_origins import story_origins
from monitor.storage.articles import article_from_row
from monitor.storage.ids import free_id
from monitor.storage.listing_filter import ListFilter, alerts_on, in_time, of_article
from monitor.storage.locks import serialise
from monitor.storage.splits import are_kept_apart
from monitor.storage.tables import alerts, appearances, articles, provenances, stories

_BATCH = 500


def lock(connection: Connection) -> None:
    """Keep other transactions from deciding on stories until this one ends. Take it first, or transactions may wait for each other."""
    serialise(connection, "stories")


def ids_to_begin(connection: Connection, article_ids: Iterable[ArticleId]) -> dict[ArticleId, StoryId]:
    """Return the ids that stories get which these articles begin: they follow from those of the articles."""
    first = {article_id: derived_id("story", article_id) for article_id in article_ids}
    taken = set(connection.execute(_TAKEN, {"ids": list(first.values())}).scalars())
    return {
        article_id: StoryId(free_id(connection, stories, "story", article_id) if story_id in taken else story_id)
        for article_id, story_id in first.items()
    }


def begin(connection: Connection, article: Article, *, now: datetime) -> StoryId:
    """Create a story with `article` in it; return its id, which follows from that of the article."""
    story_id = StoryId(free_id(connection, stories, "story", article.id))
    connection.execute(
        _BEGIN, {"id": story_id, "title": article.title, "created_at": now, "last_article_at": article.fetched_at, "articles": 1}
    )
    connection.execute(_PLACE, {"of_article": article.id, "story_id": story_id})
    return story_id


def current(connection: Connection, ids: Iterable[ArticleId]) -> dict[ArticleId, StoryId]:
    """Return the stories that articles are stored in now, which may differ from those they were loaded with; articles without one are left out."""
    return {row.id: row.story_id for row in connection.execute(_STORIES_OF, {"ids": list(ids)})}


def articles_of(connection: Connection, story_id: StoryId, limit: int | None = None) -> tuple[Article, ...]:
    """Return the articles of a story, oldest first, at most `limit`."""
    query = select(articles).where(articles.c.story_id == story_id).order_by(articles.c.fetched_at, articles.c.id).limit(limit)
    return tuple(map(article_from_row, connection.execute(query)))


def get(connection: Connection, story_id: StoryId) -> Story | None:
    """Return a story, also one that was merged into another; None if there is none."""
    row = connection.execute(select(stories).where(stories.c.id == story_id)).one_or_none()
    return None if row is None else _story(row, members(connection, [story_id]).get(story_id, ()))


def members(connection: Connection, story_ids: Iterable[StoryId]) -> dict[StoryId, tuple[StoryMember, ...]]:
    """Return where each story has been read: every source and URL once, in the order in which they were seen."""
    found: dict[StoryId, dict[tuple[str, str | None], StoryMember]] = defaultdict(dict)
    wanted = list(story_ids)
    for start in range(0, len(wanted), _BATCH):
        rows = connection.execute(_MEMBERS, {"story_ids": wanted[start : start + _BATCH]})
        for row in rows:
            member = StoryMember(
                article_id=row.article_id,
                title=row.title,
                source=row.source,
                url=row.url,
                published_at=row.published_at,
                seen_at=row.seen_at,
                owner=row.owner,
                agencies=tuple(row.agencies or ()),
                same_words_as=row.same_words_as,
            )
            found[row.story_id].setdefault((row.source, row.url or row.article_id), member)
    return {story_id: tuple(by_place.values()) for story_id, by_place in found.items()}


def of_alerts(
    connection: Connection, alerts_on: Iterable[tuple[StoryId, ArticleId]]
) -> dict[tuple[StoryId, ArticleId], AlertStory]:
    """Return the stories of alerts as they are now, by the story and the article that each alert names.

    A merged story is returned as the one it was merged into; stories that are no longer stored are left out.
    """
    pairs = list(alerts_on)
    ids = sorted({story_id for story_id, _ in pairs})
    current_ids: dict[StoryId, StoryId] = {}
    for start in range(0, len(ids), _BATCH):
        rows = connection.execute(select(stories.c.id, stories.c.merged_into).where(stories.c.id.in_(ids[start : start + _BATCH])))
        current_ids.update({row.id: row.merged_into or row.id for row in rows})
    found = members(connection, set(current_ids.values()))
    return {
        (story_id, article_id): AlertStory(
            id=current_ids[story_id], article_id=article_id, members=found.get(current_ids[story_id], ())
        )
        for story_id, article_id in pairs
        if story_id in current_ids
    }


def listing(connection: Connection, since: datetime | None = None, limit: int = 100) -> tuple[Story, ...]:
    """Return the stories with an article at `since` or later, newest first, without those merged into another."""
    return filtered(connection, ListFilter(since=since), limit=limit)


def filtered(connection: Connection, wanted: ListFilter, *, limit: int) -> tuple[Story, ...]:
    """Return the stories with an article such as is asked for, newest first, without those merged into another."""
    query = select(stories).where(stories.c.merged_into.is_(None)).order_by(stories.c.last_article_at.desc(), stories.c.id.desc())
    query = query.where(*in_time(wanted, stories.c.last_article_at, stories.c.id))
    if wanted.story is not None:
        query = query.where(stories.c.id == wanted.story)
    if conditions := (*of_article(wanted), *alerts_on(wanted, articles.c.id)):
        query = query.where(select(articles.c.id).where(articles.c.story_id == stories.c.id, *conditions).exists())
    rows = connection.execute(query.limit(limit)).all()
    found = members(connection, [row.id for row in rows])
    return tuple(_story(row, found.get(row.id, ())) for row in rows)


def _story(row: Row[Any], inside: Sequence[StoryMember]) -> Story:
    return Story(
        id=row.id,
        title=row.title,
        created_at=row.created_at,
        last_article_at=row.last_article_at,
        articles=len(inside) or row.articles,
        sources=tuple(dict.fromkeys(member.source for member in inside)),
        origins=story_origins(inside),
        merged_into=row.merged_into,
    )


def merge(connection: Connection, story_id: StoryId, into: StoryId) -> bool:
    """Move the articles of a story into another and note that in `merged_into`; alerts raised before stay as they are.

    Returns False and does nothing if either story has been merged already, or if a person has split one from the other.
    """
    live = select(func.count()).select_from(stories).where(stories.c.id.in_((story_id, into)), stories.c.merged_into.is_(None))
    if connection.execute(live).scalar_one() != 2 or are_kept_apart(connection, story_id, into):
        return False
    moved = connection.execute(update(articles).where(articles.c.story_id == story_id).values(story_id=into)).rowcount
    last = select(stories.c.last_article_at).where(stories.c.id == story_id).scalar_subquery()
    connection.execute(
        update(stories)
        .where(stories.c.id == into)
        .values(
            articles=stories.c.articles + moved,
            last_article_at=case((last > stories.c.last_article_at, last), else_=stories.c.last_article_at),
        )
    )
    connection.execute(
        update(stories).where(or_(stories.c.id == story_id, stories.c.merged_into == story_id)).values(merged_into=into)
    )
    connection.execute(update(stories).where(stories.c.id == story_id).values(articles=0))
    return True


def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Delete stories that had no article since `before` and have none left, at most `limit`; return how many."""
    inside = select(articles.c.id).where(articles.c.story_id == stories.c.id).exists()
    alerted = select(alerts.c.id).where(alerts.c.story_id == stories.c.id).exists()
    empty = (
        select(stories.c.id)
        .where(stories.c.last_article_at < before, ~inside, ~alerted)
        .order_by(stories.c.last_article_at)
        .limit(limit)
    )
    gone: Sequence[Any] = connection.execute(empty).scalars().all()
    connection.execute(delete(stories).where(stories.c.id.in_(gone)))
    return len(gone)


_BEGIN = stories.insert()
_PLACE = update(articles).where(articles.c.id == bindparam("of_article")).values(story_id=bindparam("story_id"))
_TAKEN = select(stories.c.id).where(stories.c.id.in_(bindparam("ids", expanding=True)))
_STORIES_OF = select(articles.c.id, articles.c.story_id).where(
    articles.c.id.in_(bindparam("ids", expanding=True)), articles.c.story_id.is_not(None)
)
_MEMBERS = (
    select(
        articles.c.story_id,
        articles.c.id.label("article_id"),
        articles.c.title,
        func.coalesce(appearances.c.source, articles.c.source).label("source"),
        case((appearances.c.article_id.is_(None), articles.c.url), else_=appearances.c.url).label("url"),
        case((appearances.c.article_id.is_(None), articles.c.published_at), else_=appearances.c.published_at).label("published_at"),
        func.coalesce(appearances.c.seen_at, articles.c.fetched_at).label("seen_at"),
        provenances.c.owner,
        provenances.c.agencies,
        provenances.c.same_words_as,
    )
    .select_from(articles)
    .join(appearances, appearances.c.article_id == articles.c.id, isouter=True)
    .join(provenances, provenances.c.article_id == articles.c.id, isouter=True)
    .where(articles.c.story_id.in_(bindparam("story_ids", expanding=True)))
    .order_by("seen_at", "article_id", "url")
)
