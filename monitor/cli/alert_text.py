"""Lay out an alert for a terminal: severity, term, title, snippet with the matches marked, source, age."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rich.text import Text

from monitor.domain.highlight import highlight
from monitor.domain.story_origins import origins_in_words
from monitor.domain.text import one_line
from monitor.domain.times import age

_STYLES = {"info": "dim", "low": "cyan", "medium": "yellow", "high": "bold red", "critical": "bold white on red"}


def alert_text(record: Mapping[str, Any], now: datetime) -> Text:
    """Return the record of an alert in a few lines; text from the net is stripped of control characters."""
    alert, article, story = record["alert"], record["article"], record["story"]
    text = Text()
    text.append(f" {alert['severity'].upper()} ", style=_STYLES[alert["severity"]])
    text.append(f" {one_line(alert['term'])}", style="bold")
    if alert["reason"] != "new":
        text.append(f"  ({alert['reason']})", style="dim")
    if record.get("suppressed"):
        text.append(f"  ({_holding(record)})", style="dim")
    text.append(f"\n  {one_line(article['title'])}\n", style="bold")
    text.append_text(_snippet(record))
    text.append(f"\n  {_origin(article, story, record['created_at'], now)}\n", style="dim")
    return text


def _holding(record: Mapping[str, Any]) -> str:
    """Return until when an alert is held back, or when it was told after all."""
    reason = record["suppressed"]
    if record.get("held"):
        return (
            f"held until {_clock(record['held_until'])}: {reason}" if record["held_until"] else "held until the silence is lifted"
        )
    return f"held back: {reason}; told at {_clock(record['reported_at'])}" if record.get("reported_at") else f"not sent: {reason}"


def _clock(moment: str) -> str:
    return datetime.fromisoformat(moment).strftime("%Y-%m-%d %H:%M:%S UTC")


def _snippet(record: Mapping[str, Any]) -> Text:
    segments = highlight(record["snippet"], (match["text"] for match in record["matches"]))
    return Text.assemble("  ", *((piece, "bold reverse" if hit else "") for piece, hit in segments))


def _origin(article: Mapping[str, Any], story: Mapping[str, Any], created_at: str, now: datetime) -> str:
    published = article["published_at"] or created_at
    parts = [one_line(article["source"]), f"{age(datetime.fromisoformat(published), now)} ago"]
    if story.get("articles", 1) > 1:
        parts.append(f"{story['articles']} articles, {origins_in_words(story.get('origin_names', ()), story.get('origins', 1))}")
    if article["url"]:
        parts.append(one_line(article["url"]))
    return " · ".join(parts)
