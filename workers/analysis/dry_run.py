"""Match the watch list against a text without storing anything, and explain the result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from monitor.domain.aside import aside_at
from monitor.domain.match import Document, Field, match_record
from monitor.domain.watch import Term
from workers.matching.matcher import Matcher
from workers.recognition.recognizer import Recognizer, recognize_all

EXPLAINED = 500
"""Length of a watch list up to which terms that do not match are explained too."""


def dry_run(
    matcher: Matcher, recognizers: Iterable[Recognizer], document: Document, *, names: Sequence[str] = (), most: int | None = None
) -> dict[str, Any]:
    """Return `title language terms mentions`; each term has `term kind severity matched matches matches_total passed_over why`.

    `most` limits how many matches of a term and how many mentions are listed; `matches_total` counts all matches.

    `passed_over` are the occurrences in what is not the article's text, each with the `reason`. `mentions` are the entities that
    `recognizers` find, each with `name type count`. `names` limits the result to these terms. Raises KeyError for a name that is not on
    the list.
    """
    fired = {match.term.name: match for match in matcher.match(document)}
    known = {term.name: term for term in matcher.terms}
    chosen = [known[name] for name in names] if names else [*matcher.terms]
    passed = _passed_over(matcher, document, chosen)
    shown = chosen if names or len(chosen) <= EXPLAINED else [term for term in chosen if term.name in fired or term.name in passed]
    return {
        "title": document.title,
        "language": document.language,
        "terms": [
            {
                "term": term.name,
                "kind": term.kind,
                "severity": term.severity,
                "matched": term.name in fired,
                "matches": [match_record(match) for match in (fired[term.name].matches[:most] if term.name in fired else ())],
                "matches_total": len(fired[term.name].matches) if term.name in fired else 0,
                "passed_over": passed.get(term.name, [])[:most],
                "why": _why(matcher, document, term, passed.get(term.name)),
            }
            for term in shown
        ],
        "mentions": [
            {"name": one.name, "type": one.type, "count": one.count} for one in recognize_all(recognizers, document)[:most]
        ],
    }


def _passed_over(matcher: Matcher, document: Document, terms: Sequence[Term]) -> Mapping[str, list[dict[str, Any]]]:
    """Return by term the occurrences in the asides of a document that would count elsewhere."""
    if not document.asides:
        return {}
    whole = replace(document, asides=())
    fired = {match.term.name: match.matches for match in matcher.match(whole)}
    found = {}
    for term in terms:
        hits = [
            {**match_record(match), "reason": aside.reason.value}
            for match in fired.get(term.name, ())
            if match.field is Field.BODY and (aside := aside_at(document.asides, match.start, match.end)) is not None
        ]
        if hits:
            found[term.name] = hits
    return found


def _why(matcher: Matcher, document: Document, term: Term, passed: Sequence[dict[str, Any]] | None) -> dict[str, Any]:
    """Return the explanation of a term, which for one that does not fire says first whether it would but for the asides."""
    why = matcher.explain(document, term.name)
    if why["fired"] or not passed:
        return why
    places = ", ".join(sorted({hit["reason"] for hit in passed}))
    return {**why, "refused": [f"occurs in what is not the article's own text ({places})", *why.get("refused", ())]}
