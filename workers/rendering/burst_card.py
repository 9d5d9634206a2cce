"""A burst as people read it: the words of its one message, which changes with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from monitor.domain.delivery import BURST_STARTED, ClaimedDelivery
from monitor.domain.ids import StoryId
from monitor.domain.story_message import StoryState, ToldTerm
from monitor.domain.text import one_line
from monitor.domain.watch import Severity


def burst_state(delivery: ClaimedDelivery, reference: str | None) -> StoryState:
    """Return what the message of a burst is to show; `reference` is the receiver's own name for it, if it is posted."""
    burst = delivery.data["burst"]
    return StoryState(
        id=StoryId(burst["id"]),
        terms=(ToldTerm(name=burst["name"], severity=Severity(burst["severity"])),),
        data=burst_as_alert(delivery.data),
        posted=reference is not None,
        reference=reference,
        notifies=delivery.kind == BURST_STARTED,
    )


def burst_as_alert(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a burst in the shape of an alert, so that every channel can show it."""
    burst = data["burst"]
    titles = "; ".join(one_line(story["title"]) for story in data["stories"])
    return {
        "alert": {"term": burst["name"], "severity": burst["severity"], "reason": "new"},
        "article": {
            "title": burst_headline(burst),
            "url": data.get("links", {}).get("trends"),
            "source": "news-monitor",
            "published_at": burst["started_at"],
        },
        "snippet": titles,
        "matches": [],
        "entities": [],
    }


def burst_headline(burst: Mapping[str, Any]) -> str:
    """Return a burst in a sentence: how it began, its peak, and that it is over."""
    hours = "the last hour" if burst["hours"] == 1 else f"{burst['hours']} hours"
    begun = f"{burst['name']}: {burst['stories']} stories in {hours}, usually {burst['usual']:.1f}"
    peak = f"peak {burst['peak']} an hour at {_clock(burst['peak_at'])}"
    if burst["ended_at"] is not None:
        return f"{begun}; {peak}; over at {_clock(burst['ended_at'])}"
    return f"{begun}; {peak}" if burst["peak_at"] != burst["started_at"] else begun


def _clock(moment: str) -> str:
    return datetime.fromisoformat(moment).strftime("%H:%M UTC")
