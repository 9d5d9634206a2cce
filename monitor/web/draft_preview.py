"""Say what a draft of a term would have raised: over the API, and on the pages on which terms are changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from pydantic import ValidationError

from monitor.domain.ids import ArticleId
from monitor.domain.watch import Term, TermKind
from monitor.settings.watch_item import WatchItem
from monitor.storage import archive, articles
from monitor.web.app_state import AppState
from monitor.web.request_budget import CpuBudget
from monitor.web.responses import ApiError
from workers.alerts.snippet import snippet
from workers.analysis.alias_suggestions import suggest_aliases
from workers.analysis.backtest import backtest, document_of_article
from workers.analysis.term_evidence import ARTICLES
from workers.lint.drafts import doubts_of_draft
from workers.matching.matcher import Matcher
from workers.matching.watchlist_check import watchlist_faults

DAYS: Final = 30
BUDGET: Final = CpuBudget(cpu_s=20, wall_s=30, at_once=1)
_MAX_REFERRED: Final = 5000


def draft_of(document: Mapping[str, Any]) -> Term:
    """Return the term that an item of `watch:` describes. Raises ApiError with 422 and every fault."""
    try:
        return WatchItem.model_validate(document).term("the term that was sent")
    except ValidationError as error:
        faults = [
            {"field": ".".join(map(str, fault["loc"])), "message": fault["msg"].removeprefix("Value error, ")}
            for fault in error.errors(include_url=False, include_input=False)
        ]
        message = "; ".join(f"{fault['field']}: {fault['message']}" if fault["field"] else fault["message"] for fault in faults)
        raise ApiError(422, message, faults) from error


def raised_by(app_state: AppState, term: Term, since: datetime) -> dict[str, Any]:
    """Return `articles stories per_day samples warnings`: what a draft would have raised since a time, and what is doubtful in it. Blocks.

    Raises ApiError with 422 for a term that cannot be used.
    """
    others = checked_others(app_state, term, term.name)
    found = backtest(app_state.database, (*others, term), since=since, only=(term.name,))["terms"][0]
    return {**{key: found[key] for key in ("articles", "stories", "per_day", "samples")}, "warnings": _warnings(app_state, term)}


def studio_preview(app_state: AppState, term: Term, present: Term | None, now: datetime) -> dict[str, Any]:
    """Return what the studio shows of a draft: what `raised_by` says, `days` with their stories, marked samples, aliases it may lack. Blocks.

    With the term as it is at present there is also `against`: what that raised, and what only one of the two would have.
    """
    since = now - timedelta(days=DAYS)
    others = checked_others(app_state, term, term.name if present is None else present.name)
    draft = term if present is None else replace(term, name=present.name)
    before = None if present is None else (*others, present)
    found = backtest(app_state.database, (*others, draft), since=since, only=(draft.name,), against=before)
    raised = found["terms"][0]
    return {
        **{key: raised[key] for key in ("articles", "stories")},
        "read": found["articles"],
        "days": _days(raised["per_day"], now.date()),
        "samples": _marked(app_state, (*others, draft), draft.name, raised["samples"]),
        "warnings": _warnings(app_state, term),
        "aliases": _aliases(app_state, term),
        "against": None if before is None else _difference(found["against"], now.date()),
    }


def checked_others(app_state: AppState, term: Term, name: str) -> list[Term]:
    """Return the terms to which a draft may refer, without the one called `name`. Raises ApiError with 422 for a term that cannot be used."""
    listed = app_state.settings.terms
    refers = term.kind is TermKind.QUERY and len(listed) <= _MAX_REFERRED
    others = [one for one in listed if one.name not in {term.name, name}] if refers else []
    if faults := watchlist_faults((*others, term)):
        raise ApiError(422, "; ".join(fault.message.removeprefix(f"watch term {term.name!r}: ") for fault in faults))
    return others


def _warnings(app_state: AppState, term: Term) -> list[str]:
    return [finding.message for finding in doubts_of_draft(term, app_state.settings)]


def _days(per_day: Sequence[Mapping[str, Any]], today: date) -> list[int]:
    """Return the stories of each of the last days, with the days that have none, today last."""
    stories = {day["day"]: day["stories"] for day in per_day}
    return [stories.get((today - timedelta(days=ago)).isoformat(), 0) for ago in reversed(range(DAYS + 1))]


def _difference(against: Mapping[str, Any], today: date) -> dict[str, Any]:
    before, differing = against["terms"][0], next(iter(against["differing"]), None)
    return {
        "stories": before["stories"],
        "articles": before["articles"],
        "days": _days(before["per_day"], today),
        "more": None if differing is None else differing["only_here"],
        "less": None if differing is None else differing["only_there"],
    }


def _marked(app_state: AppState, terms: Sequence[Term], name: str, samples: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the samples, each with the `snippet` around its hits and their texts as `hits`."""
    with app_state.database.read() as connection:
        found = {one.id: one for one in articles.load(connection, [ArticleId(sample["article_id"]) for sample in samples])}
    matcher, marked = Matcher.build(terms), []
    for sample in samples:
        if sample["article_id"] in found:
            document = document_of_article(found[sample["article_id"]])
            hits = matcher.occurrences(document, name)
            marked.append({**sample, "snippet": snippet(document, hits), "hits": [hit.text for hit in hits]})
    return marked


def _aliases(app_state: AppState, term: Term) -> list[dict[str, Any]]:
    if term.kind is not TermKind.ENTITY:
        return []
    with app_state.database.read() as connection:
        newest = archive.listing(connection, limit=ARTICLES)
    return [{"alias": one.alias, "reason": one.reason, "articles": one.articles} for one in suggest_aliases(term, newest)]
