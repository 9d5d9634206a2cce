"""Read what the message of a story is to show on a channel, in the transaction in which it is claimed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.domain.delivery import BURSTS, STORY_UPDATED, ClaimedDelivery
from monitor.domain.ids import StoryId
from monitor.domain.story_message import StoryState, ToldTerm
from monitor.domain.story_origins import is_unconfirmed, story_origins
from monitor.domain.story_update import StoryChange
from monitor.storage import acknowledgements, bursts, messages, stories, story_deliveries
from monitor.storage.engine import Connection
from monitor.storage.story_deliveries import ToldAlert
from workers.rendering.burst_card import burst_state

MOST_FACTS = 5
"""Facts of developments that a message keeps showing, the newest."""


def with_stories(
    connection: Connection, channel: str, claimed: Sequence[ClaimedDelivery], *, editable: bool, now: datetime
) -> tuple[ClaimedDelivery, ...]:
    """Return the claimed deliveries, each with the state of its story, if it has one.

    On an `editable` channel a story whose message cannot be named counts as not posted: it gets a message that can be changed from then on.
    """
    groups: dict[StoryId, list[ClaimedDelivery]] = {}
    for one in claimed:
        if one.story_id is not None and one.kind not in BURSTS:
            groups.setdefault(messages.current_story(connection, one.story_id), []).append(one)
    states = {
        one.id: state
        for story_id, group in groups.items()
        if (state := _state(connection, channel, story_id, group, editable=editable, now=now)) is not None
        for one in group
    }
    for one in claimed:
        if one.kind in BURSTS:
            reference = bursts.message_of(connection, channel, one.story_id or "") if editable else None
            states[one.id] = burst_state(one, reference)
    return tuple(replace(one, story=states.get(one.id)) for one in claimed)


def _state(
    connection: Connection, channel: str, story_id: StoryId, claimed: Sequence[ClaimedDelivery], *, editable: bool, now: datetime
) -> StoryState | None:
    told = story_deliveries.told_alerts(connection, channel, story_id)
    if not told:
        return None
    message = messages.find(connection, channel, story_id)
    main = next((alert for alert in told if not alert.withdrawn), told[0])
    members = stories.members(connection, [story_id]).get(story_id, ())
    origins = story_origins(members)
    reference = message.reference if message and editable else None
    facts = [*(message.facts if message else ()), *(fact for one in claimed for fact in _facts(one))]
    return StoryState(
        id=message.story_id if message else story_id,
        terms=_terms(told),
        data=story_deliveries.data_of_alerts(connection, [main.id])[main.id],
        outlets=len({member.source for member in members}) or 1,
        origins=origins,
        unconfirmed=is_unconfirmed(origins, now),
        first_source=members[0].source if members else "",
        first_at=members[0].seen_at if members else None,
        last_at=members[-1].seen_at if members else None,
        facts=tuple(dict.fromkeys(facts))[-MOST_FACTS:],
        posted=reference is not None if editable else message is not None,
        reference=reference,
        notifies=any(not _is_silent(one) for one in claimed),
        acknowledged=acknowledgements.of_story(connection, story_id),
    )


def _terms(told: Sequence[ToldAlert]) -> tuple[ToldTerm, ...]:
    """Return each term once, those that still match first, the worst of them first."""
    found: dict[str, ToldTerm] = {}
    for alert in sorted(told, key=lambda alert: alert.withdrawn):
        found.setdefault(alert.term, ToldTerm(name=alert.term, severity=alert.severity, withdrawn=alert.withdrawn))
    return tuple(found.values())


def _facts(delivery: ClaimedDelivery) -> Sequence[str]:
    data: Mapping[str, Any] = delivery.data
    return data.get("facts", ()) if delivery.kind == STORY_UPDATED else ()


def _is_silent(delivery: ClaimedDelivery) -> bool:
    return delivery.kind == STORY_UPDATED and not StoryChange(delivery.data["change"]).notifies
