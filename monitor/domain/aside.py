"""Define asides: parts of an article's text that are not the article, such as a list of what is read most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, NamedTuple


class AsideReason(StrEnum):
    """Why a part of a text is not the article; shown to people as it stands."""

    LINKS = "list of links"
    RELATED = "links to other articles"
    SHARE = "links to share or follow"
    NEWSLETTER = "invitation to subscribe"
    AUTHOR = "about the author"
    NAVIGATION = "navigation"
    FOOTER = "footer"
    BOX = "box beside the article"
    ORIGIN = "note of where it appeared first"


class Aside(NamedTuple):
    """The half-open character range [start, end) of an article's text, and why it is not the article."""

    start: int
    end: int
    reason: AsideReason


def own_text(text: str, asides: Sequence[Aside]) -> str:
    """Return `text` without its asides, which are in order and do not overlap."""
    if not asides:
        return text
    kept, end = [], 0
    for aside in asides:
        kept.append(text[end : aside.start].rstrip())
        end = aside.end
    return "".join((*kept, text[end:])).strip()


def shifted(asides: Iterable[Aside], by: int) -> tuple[Aside, ...]:
    """Return asides of a text that now begins `by` characters later."""
    return tuple(Aside(start + by, end + by, reason) for start, end, reason in asides)


def aside_at(asides: Iterable[Aside], start: int, end: int) -> Aside | None:
    """Return the aside that the range [start, end) lies in, wholly or in part; None for the article's own text."""
    return next((aside for aside in asides if start < aside.end and aside.start < end), None)


def asides_to_json(asides: Iterable[Aside]) -> list[list[Any]] | None:
    """Return asides as they are stored; None for none."""
    return [[start, end, reason.value] for start, end, reason in asides] or None


def asides_from_json(stored: Iterable[Sequence[Any]] | None) -> tuple[Aside, ...]:
    """Return what `asides_to_json` was given."""
    return tuple(Aside(start, end, AsideReason(reason)) for start, end, reason in stored or ())
