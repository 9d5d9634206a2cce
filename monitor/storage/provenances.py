"""Store where reports come from: owner, credited agencies, a sample of the wording, and in whose words they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from monitor.domain.ids import ArticleId, StoryId
from monitor.storage.chunks import parts
from monitor.storage.dialect import insert, upsert
from monitor.storage.tables import articles, provenances, unconfirmed_matches

_MOST_COMPARED = 100
"""Reports of a story whose wording is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where the report of an article comes from. `wording` is the packed sample of its words."""

    article_id: ArticleId
    owner: str
    agencies: tuple[str, ...]
    wording: bytes
    same_words_as: ArticleId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnconfirmedMatch:
    """A term that matched an article whose story had too few origins."""

    article_id: ArticleId
    term: str


def save(connection: Connection, found: Sequence[Provenance]) -> None:
    """Store provenances, in place of those of earlier revisions."""
    rows = [
        {
            "article_id": one.article_id,
            "owner": one.owner,
            "agencies": list(one.agencies),
            "wording": one.wording,
            "same_words_as": one.same_words_as,
        }
        for one in found
    ]
    if rows:
        connection.execute(upsert(connection, provenances, changed=_CHANGED), rows)


def wordings(connection: Connection, story_ids: Iterable[StoryId]) -> dict[StoryId, dict[ArticleId, bytes]]:
    """Return the wording of the reports of these stories, the earliest first, at most 100 of each."""
    found: dict[StoryId, dict[ArticleId, bytes]] = {story_id: {} for story_id in story_ids}
    for some in parts(sorted(found)):
        for row in connection.execute(_WORDINGS, {"ids": some}):
            if len(found[row.story_id]) < _MOST_COMPARED:
                found[row.story_id][row.article_id] = bytes(row.wording)
    return found


def wait_for_origins(connection: Connection, article_id: ArticleId, terms: Collection[str], now: datetime) -> None:
    """Store which terms match an article and wait for further origins, in place of what was stored of an earlier revision."""
    connection.execute(delete(unconfirmed_matches).where(unconfirmed_matches.c.article_id == article_id))
    rows = [{"article_id": article_id, "term": term, "at": now} for term in sorted(terms)]
    if rows:
        connection.execute(insert(connection, unconfirmed_matches).on_conflict_do_nothing(), rows)


def unconfirmed(connection: Connection, story_id: StoryId) -> tuple[UnconfirmedMatch, ...]:
    """Return the matches of a story that wait for further origins, the earliest first."""
    return tuple(
        UnconfirmedMatch(article_id=row.article_id, term=row.term) for row in connection.execute(_UNCONFIRMED, {"story": story_id})
    )


_CHANGED = ("owner", "agencies", "wording", "same_words_as")
_WORDINGS = (
    select(articles.c.story_id, articles.c.id.label("article_id"), provenances.c.wording)
    .join_from(articles, provenances, provenances.c.article_id == articles.c.id)
    .where(articles.c.story_id.in_(bindparam("ids", expanding=True)))
    .order_by(articles.c.fetched_at, articles.c.id)
)
_UNCONFIRMED = (
    select(unconfirmed_matches.c.article_id, unconfirmed_matches.c.term)
    .join_from(articles, unconfirmed_matches, unconfirmed_matches.c.article_id == articles.c.id)
    .where(articles.c.story_id == bindparam("story"))
    .order_by(unconfirmed_matches.c.at, unconfirmed_matches.c.article_id, unconfirmed_matches.c.term)
)
