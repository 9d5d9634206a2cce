"""Count the independent origins of a story: copies, an agency's clients and the outlets of one owner are one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from monitor.domain.ids import ArticleId
from monitor.domain.text import one_line

SINGLE_ORIGIN_AFTER: Final = timedelta(hours=2)
"""A story that nobody else has confirmed for this long is marked."""

_SHOWN: Final = 3
_LONGEST: Final = 40


class ReportProvenance(Protocol):
    """What is known of where a report comes from.

    `owner` is whose the outlet is, `agencies` are those that the report credits, `same_words_as` is an earlier report in whose words it is.
    """

    @property
    def article_id(self) -> ArticleId: ...  # noqa: D102
    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def seen_at(self) -> datetime: ...  # noqa: D102
    @property
    def owner(self) -> str | None: ...  # noqa: D102
    @property
    def agencies(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def same_words_as(self) -> ArticleId | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryOrigin:
    """One independent origin of a story: an agency or a publisher, and when it was first heard."""

    name: str
    first_at: datetime


def story_origins(reports: Sequence[ReportProvenance]) -> tuple[StoryOrigin, ...]:
    """Return the independent origins of a story, the earliest first.

    Reports in the same words are one text. A text is of the agencies that any of its copies credits, otherwise of the owner of the first outlet
    that had it.
    """
    found: dict[str, StoryOrigin] = {}
    for text in _texts(sorted(reports, key=lambda report: report.seen_at)):
        for name in dict.fromkeys(agency for report in text for agency in report.agencies) or (text[0].owner or text[0].source,):
            known = found.get(name.casefold())
            if known is None or text[0].seen_at < known.first_at:
                found[name.casefold()] = StoryOrigin(name=name, first_at=text[0].seen_at)
    return tuple(sorted(found.values(), key=lambda origin: origin.first_at))


def second_origin_after(origins: Sequence[StoryOrigin]) -> timedelta | None:
    """Return how long after the first origin the second was heard; None while there is only one."""
    return origins[1].first_at - origins[0].first_at if len(origins) > 1 else None


def is_unconfirmed(origins: Sequence[StoryOrigin], now: datetime) -> bool:
    """Whether a story has had only one origin for two hours."""
    return len(origins) == 1 and now - origins[0].first_at >= SINGLE_ORIGIN_AFTER


def origins_in_words(names: Sequence[str], total: int) -> str:
    """Return `1 origin (AP)`, or `5 origins (AP, Gulf Times, Al Nahar and 2 more)`. The names may come from the net."""
    more = f" and {total - _SHOWN} more" if names and total > _SHOWN else ""
    shown = ", ".join(_short(name) for name in names[:_SHOWN]) + more
    return f"{total} {'origin' if total == 1 else 'origins'}" + (f" ({shown})" if shown else "")


def _short(name: str) -> str:
    """Return a name on one line, at most 40 characters."""
    line = one_line(name)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _texts(reports: Iterable[ReportProvenance]) -> list[list[ReportProvenance]]:
    """Return the reports in groups of the same words."""
    by_article: dict[ArticleId, list[ReportProvenance]] = {}
    for report in reports:
        by_article.setdefault(report.article_id, []).append(report)
    group_of = {article_id: article_id for article_id in by_article}
    for article_id, places in by_article.items():
        earlier = places[0].same_words_as
        if earlier in group_of:
            one, other = _root(group_of, article_id), _root(group_of, earlier)
            group_of[max(one, other)] = min(one, other)
    groups: dict[ArticleId, list[ReportProvenance]] = {}
    for article_id, places in by_article.items():
        groups.setdefault(_root(group_of, article_id), []).extend(places)
    return list(groups.values())


def _root(group_of: dict[ArticleId, ArticleId], article_id: ArticleId) -> ArticleId:
    while group_of[article_id] != article_id:
        article_id = group_of[article_id]
    return article_id
