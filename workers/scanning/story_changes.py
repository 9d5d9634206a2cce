"""Decide what an article does to its story."""

from __future__ import annotations

from dataclasses import replace

from monitor.domain.relation import RelationKind
from monitor.domain.story_update import StoryChange, StoryUpdate
from workers.alerts.policy import AlertDecision
from workers.scanning.examine import ExaminedArticle
from workers.scanning.relate_statement import Placement
from workers.stories.headline import headline_turned
from workers.stories.warning_changes import warning_changes


def story_changes(examined: ExaminedArticle, placement: Placement, decision: AlertDecision) -> tuple[StoryUpdate, ...]:
    """Return what the article does to its story: it grows, it develops, or alerts no longer hold."""
    update = StoryUpdate(story_id=placement.story_id, article_id=examined.article.id, change=StoryChange.GREW)
    updates = []
    if placement.relation is not None and placement.relation.kind is RelationKind.DEVELOPMENT and examined.article.alertable:
        updates.append(replace(update, change=StoryChange.DEVELOPED, facts=placement.relation.changes))
    elif placement.joined:
        updates.append(update)
    if withdrawn := tuple(dict.fromkeys(alert.term for alert in decision.stale)):
        updates.append(replace(update, change=StoryChange.WITHDRAWN, terms=withdrawn))
    earlier = examined.task.earlier
    if earlier is not None and examined.matches and headline_turned(earlier[0], examined.article.title):
        updates.append(replace(update, change=StoryChange.DEVELOPED, facts=(f"{earlier[0]} → {examined.article.title}",)))
    elif earlier is not None and examined.matches and (facts := warning_changes(earlier[1], examined.article.text)):
        updates.append(replace(update, change=StoryChange.DEVELOPED, facts=facts))
    return tuple(updates)
