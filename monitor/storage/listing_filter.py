"""What the lists of articles, stories and alerts can be asked for, and the conditions in SQL that follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, or_, select

from monitor.storage.tables import alerts, articles, mentions

Place: TypeAlias = tuple[datetime, str]
"""Where a page of a list ended: the time by which the list is sorted, and the id."""
_LIKE_SPECIAL = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFilter:
    """What is asked for; a part left empty admits all. `words` must all occur in title or text. `older_than` is where the page before ended.

    `since` and `until` are compared with the time by which a list is sorted. `terms` and `severities` are those of alerts, `entities`
    names recognized in articles.
    """

    since: datetime | None = None
    until: datetime | None = None
    terms: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    story: str | None = None
    words: tuple[str, ...] = ()
    older_than: Place | None = None


def in_time(wanted: ListFilter, at: Any, row_id: Any) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions on the time `at` by which a list is sorted, newest first. An index on it leads straight to where a page begins."""
    if wanted.since is not None:
        yield at >= wanted.since
    if wanted.until is not None:
        yield at < wanted.until
    if wanted.older_than is not None:
        moment, last = wanted.older_than
        yield at <= moment
        yield or_(at < moment, row_id < last)


def of_alert(wanted: ListFilter) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions on what only alerts have."""
    if wanted.terms:
        yield alerts.c.term.in_(wanted.terms)
    if wanted.severities:
        yield alerts.c.severity.in_(wanted.severities)


def of_article(wanted: ListFilter) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions on what only articles have."""
    if wanted.sources:
        yield articles.c.source.in_(wanted.sources)
    if wanted.languages:
        yield or_(*(or_(articles.c.language == one, articles.c.language.like(f"{one}-%")) for one in wanted.languages))
    if wanted.entities:
        yield articles.c.id.in_(select(mentions.c.article_id).where(mentions.c.name.in_(wanted.entities)))
    for word in wanted.words:
        pattern = f"%{word.translate(_LIKE_SPECIAL)}%"
        yield or_(articles.c.title.ilike(pattern, escape="\\"), articles.c.text.ilike(pattern, escape="\\"))


def alerts_on(wanted: ListFilter, article_id: Any) -> Iterator[ColumnElement[bool]]:
    """Yield the condition that an article has raised an alert such as is asked for, if any is."""
    conditions = tuple(of_alert(wanted))
    if conditions:
        yield select(alerts.c.id).where(alerts.c.article_id == article_id, *conditions).exists()
