"""Say why a term that occurs in an article did or did not raise an alert. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.domain.times import rfc3339


@dataclass(frozen=True, slots=True, kw_only=True)
class TermFacts:
    """What became of a term on an article. `suppressed` is why the alert was held back.

    `told_by` is the source whose article raised the alert of the story, at `told_at`, where another article did.
    """

    matched: bool
    alerted: bool
    alertable: bool
    scanned_at: datetime | None
    waiting: bool
    suppressed: str | None = None
    told_by: str | None = None
    told_at: datetime | None = None


def verdict(facts: TermFacts) -> str:
    """Return in a sentence why there was or was not an alert, the first reason that holds."""
    if facts.alerted:
        return f"raised an alert that was not sent: {facts.suppressed}" if facts.suppressed else "raised an alert"
    if not facts.matched:
        return "occurs only in what is not the article's own text, such as a list of links; that raises nothing"
    if facts.waiting or facts.scanned_at is None:
        return "will be decided when the article is scanned, which is still to come"
    if facts.told_at is not None:
        return f"raised none: this story was told already by {facts.told_by} at {rfc3339(facts.told_at)}"
    if not facts.alertable:
        return "raised none: the article was archive when it came, older than `backfill` or `max_age` allows"
    return (
        f"matches now but raised none when the article was scanned at {rfc3339(facts.scanned_at)}: the watch list has changed since"
    )
