"""What is in quarantine: an article, a page or a document that brought a process down, known by the hash of its content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from monitor.domain.incidents import Incident

STRIKES: Final = 2
"""After so many ends of its process an article is put in quarantine, and then after so many more each time less of it is matched."""
FIRST_PART: Final = 200_000
"""Characters of an article in quarantine that are matched."""
_SUMMARY: Final = 20_000
_TOLD: Final = 10


class QuarantineKind(StrEnum):
    """What is in quarantine."""

    ARTICLE = "article"
    PAGE = "page"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """One thing in quarantine. `subject` is the id of the article, also of a page, or the path of the document."""

    id: str
    kind: QuarantineKind
    subject: str
    title: str
    source: str
    url: str | None
    reason: str
    since: datetime


def quarantine_id(content_hash: bytes) -> str:
    """Return the id under which content is in quarantine."""
    return content_hash.hex()[:32]


def length_matched(strikes: int) -> tuple[int | None, bool]:
    """Return how many characters are matched of an article whose scan ended its process so often (None: all), and whether of its summary."""
    step = strikes // STRIKES
    if step <= 1:
        return (None, False) if step == 0 else (FIRST_PART, False)
    return (_SUMMARY, True) if step == 2 else (0, True)


def quarantine_incidents(held: Sequence[Quarantined]) -> list[Incident]:
    """Return what to tell the operator: each of the oldest, and that there are more."""
    told = [
        Incident(
            subject=f"quarantine {one.id}",
            problem=f"{one.kind} {one.title!r} of {one.source}: {one.reason}; `news-monitor quarantine retry {one.id}` tries it again",
            since=one.since,
        )
        for one in held[:_TOLD]
    ]
    if len(held) > _TOLD:
        told.append(Incident(subject="quarantine", problem=f"more than {_TOLD} things are in quarantine", since=held[_TOLD].since))
    return told
