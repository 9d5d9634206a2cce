"""A story as people read it: its one message, and what is new of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from monitor.domain.delivery import HELD_REPORT, WITHDRAWN, ClaimedDelivery
from monitor.domain.ids import StoryId
from monitor.domain.story_message import StoryState
from monitor.domain.story_origins import origins_in_words
from monitor.domain.story_update import StoryChange
from monitor.domain.text import one_line
from monitor.domain.times import age
from workers.rendering.card import SOURCE_LENGTH, TERM_LENGTH, Card, alert_card, card_of, held_cards, quiet_heading, report_heading
from workers.rendering.truncation import cut

FACT_LENGTH = 150
MOST_FACTS = 8


def cards_of(deliveries: Sequence[ClaimedDelivery]) -> tuple[Card, ...]:
    """Return a card for each story among the deliveries and for each delivery without one, the worst severity first.

    A report of what was held back has a card for each of its events.
    """
    cards = [card for group in _groups(deliveries) for card in _cards(group)]
    return tuple(sorted(cards, key=lambda card: -card.severity.rank))


def heading_of(deliveries: Sequence[ClaimedDelivery]) -> str | None:
    """Return the heading of a message that tells what was held back: by a report, or of several stories by quiet hours; None for any other."""
    if len(deliveries) == 1 and deliveries[0].kind == HELD_REPORT:
        return report_heading(deliveries[0].data)
    events = len(_groups(deliveries))
    return quiet_heading(events) if events > 1 and all(one.quiet for one in deliveries) else None


def story_of(deliveries: Sequence[ClaimedDelivery]) -> StoryState | None:
    """Return the story of a message that shows only one; None otherwise."""
    stories = {one.story.id: one.story for one in deliveries if one.story is not None}
    alone = len(stories) == 1 and all(one.story is not None for one in deliveries)
    return next(iter(stories.values())) if alone else None


def message_card(story: StoryState) -> Card:
    """Return the words of a story's own message: every term, the strongest match, how far it has spread, what developments have brought."""
    withdrawn = tuple(_name(term.name) for term in story.terms if term.withdrawn)
    standing = tuple(_name(term.name) for term in story.terms if not term.withdrawn)
    card = alert_card(story.data, story.severity)
    terms = standing or withdrawn or card.terms
    return replace(
        card,
        term=terms[0],
        terms=terms,
        note=None if standing or not withdrawn else "WITHDRAWN",
        news=_lines(story.facts, withdrawn),
        growth=growth_line(story),
        articles=1 if story.first_at else card.articles,
        seen=seen_line(story),
        links=tuple(link for link in card.links if story.acknowledged is None or link[0] != "Acknowledge"),
    )


def news_card(story: StoryState, deliveries: Sequence[ClaimedDelivery]) -> Card:
    """Return the words of a notification on a story that has been told: new terms, new facts, what has been withdrawn."""
    alerts = [one for one in deliveries if one.alert_id is not None]
    developed = [one for one in deliveries if one.data.get("change") == StoryChange.DEVELOPED]
    withdrawn = [one for one in deliveries if one.kind == WITHDRAWN]
    gone = tuple(dict.fromkeys(_name(name) for one in withdrawn for name in one.data.get("terms", ())))
    facts = tuple(dict.fromkeys(fact for one in developed for fact in one.data.get("facts", ())))
    if alerts:
        worst = max(alerts, key=lambda one: one.severity.rank)
        terms = tuple(dict.fromkeys(_name(one.term) for one in alerts))
        card, note = replace(card_of(worst), terms=terms, term=terms[0]), None
    else:
        told = (developed or withdrawn or deliveries)[-1]
        terms = gone if withdrawn and not developed else tuple(_name(term.name) for term in story.terms if not term.withdrawn)
        quiet = {"snippet": told.data.get("snippet"), "matches": (), "entities": ()}
        named = [term.severity for term in story.terms if _name(term.name) in terms]
        worst_named = max(named, key=lambda severity: severity.rank, default=story.severity)
        card = alert_card({**story.data, **quiet, "article": told.data["article"]}, worst_named)
        card = replace(card, updated=False, terms=terms or card.terms, term=(terms or card.terms)[0])
        note = "DEVELOPMENT" if developed else "WITHDRAWN" if withdrawn else None
    return replace(
        card, note=note, news=_lines(facts, gone), growth=growth_line(story), articles=1 if story.first_at else card.articles
    )


def growth_line(story: StoryState) -> str | None:
    """Return how a story has spread, as in `1 → 14 outlets, 1 origin (AP) in 9 min · first: Gulf Wire 02:58`; None while one outlet has it."""
    if story.outlets < 2:
        return None
    spread = f"1 → {story.outlets} outlets{_origins(story)}"
    if story.first_at is None or story.last_at is None:
        return spread
    first = cut(one_line(story.first_source), SOURCE_LENGTH)
    growth = f"{spread} in {age(story.first_at, story.last_at)} · first: {first} {_clock(story.first_at, story.last_at)}"
    if story.unconfirmed:
        return f"{growth} · no second origin since"
    return (
        growth
        if len(story.origins) < 2
        else f"{growth} · second origin after {age(story.origins[0].first_at, story.origins[1].first_at)}"
    )


def _origins(story: StoryState) -> str:
    """Return how many origins a story has; their names only where outlets share one."""
    names = [origin.name for origin in story.origins] if len(story.origins) < story.outlets else []
    return f", {origins_in_words(names, len(story.origins))}" if story.origins else ""


def seen_line(story: StoryState) -> str | None:
    """Return who has acknowledged a story and when, as in `acknowledged by Mona at 10:31`; None while nobody has."""
    if story.acknowledged is None:
        return None
    by, at = cut(one_line(story.acknowledged.by), SOURCE_LENGTH), story.acknowledged.at
    return f"acknowledged by {by} at {_clock(at, story.last_at or at)}"


def _groups(deliveries: Sequence[ClaimedDelivery]) -> tuple[Sequence[ClaimedDelivery], ...]:
    """Return the deliveries of each story, and each delivery without one, in the order of their first."""
    groups: dict[StoryId | str, list[ClaimedDelivery]] = {}
    for one in deliveries:
        groups.setdefault(one.story.id if one.story else one.id, []).append(one)
    return tuple(groups.values())


def _cards(group: Sequence[ClaimedDelivery]) -> tuple[Card, ...]:
    story, first = group[0].story, group[0]
    if story is not None:
        return (news_card(story, group) if story.posted and story.notifies else message_card(story),)
    return held_cards(first.data) if first.kind == HELD_REPORT else (card_of(first),)


def _lines(facts: Sequence[str], withdrawn: Sequence[str]) -> tuple[str, ...]:
    shown = [cut(one_line(fact), FACT_LENGTH) for fact in facts[-MOST_FACTS:]]
    gone = [f"No longer matches: {cut(', '.join(withdrawn), 2 * FACT_LENGTH)}"] if withdrawn else []
    return tuple(line for line in (*shown, *gone) if line)


def _name(term: str) -> str:
    return cut(one_line(term), TERM_LENGTH) or "?"


def _clock(moment: datetime, last: datetime) -> str:
    utc = moment.astimezone(UTC)
    return f"{utc:%H:%M}" if utc.date() == last.astimezone(UTC).date() else f"{utc:%-d %b %H:%M}"
