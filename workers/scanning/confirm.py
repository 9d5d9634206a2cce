"""Count the independent origins of a story for the terms that ask for several, and find what had been waiting for them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from monitor.domain.ids import ArticleId, StoryId
from monitor.domain.story_origins import story_origins
from monitor.domain.watch import Term
from monitor.storage import articles, provenances, stories
from monitor.storage.engine import Connection
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.examine import ExaminedArticle, examine
from workers.scanning.load import ScanTask
from workers.scanning.relate_statement import Placement


class Pending(Protocol):
    """Something that is stored only when it is flushed."""

    def flush(self) -> None:
        """Store it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """How many origins a story has, and its earlier articles with the matches that were waiting for as many."""

    origins: int = 1
    earlier: tuple[ExaminedArticle, ...] = ()


def confirm(
    connection: Connection,
    compiled: CompiledSettings,
    examined: ExaminedArticle,
    placement: Placement,
    pending: Collection[Pending],
) -> Confirmation:
    """Return what an article confirms. Nothing is read unless a term of the watch list asks for several origins."""
    if not compiled.confirming:
        return Confirmation()
    begins = placement.relation is not None and placement.relation.story_id is None and not placement.merged
    waiting = _waiting(connection, placement.story_id, compiled.confirming) if not begins else {}
    if not waiting and not any(match.term.name in compiled.confirming for match in examined.matches):
        return Confirmation()
    for one in pending:
        one.flush()
    members = stories.members(connection, [placement.story_id]).get(placement.story_id, ())
    origins = len(story_origins(members)) or 1
    confirmed = {
        article_id: names
        for article_id, terms in waiting.items()
        if article_id != examined.article.id and (names := {term.name for term in terms if term.scope.origins <= origins})
    }
    return Confirmation(origins=origins, earlier=_examined(connection, compiled, examined, confirmed))


def remember_unconfirmed(connection: Connection, examined: ExaminedArticle, origins: int) -> None:
    """Store which matches of an article wait for further origins; those of an archived one do not."""
    article = examined.article
    waiting = [match.term.name for match in examined.matches if match.term.scope.origins > origins] if article.alertable else []
    if waiting or article.revision > 1:
        provenances.wait_for_origins(connection, article.id, waiting, article.fetched_at)


def _waiting(connection: Connection, story_id: StoryId, confirming: Mapping[str, Term]) -> dict[ArticleId, list[Term]]:
    found: dict[ArticleId, list[Term]] = {}
    for match in provenances.unconfirmed(connection, story_id):
        if match.term in confirming:
            found.setdefault(match.article_id, []).append(confirming[match.term])
    return found


def _examined(
    connection: Connection, compiled: CompiledSettings, by: ExaminedArticle, confirmed: Mapping[ArticleId, Collection[str]]
) -> tuple[ExaminedArticle, ...]:
    """Return these articles as they are now, each with those of its matches that are confirmed."""
    if not confirmed:
        return ()
    loaded = {article.id: article for article in articles.load(connection, list(confirmed))}
    found = []
    for article_id, names in confirmed.items():
        if article_id in loaded:
            task = ScanTask(scan=by.task.scan, article=loaded[article_id], earlier=None, loaded=loaded[article_id].revision)
            one = examine(compiled, task)
            found.append(replace(one, matches=tuple(match for match in one.matches if match.term.name in names)))
    return tuple(found)
