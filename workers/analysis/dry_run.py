"""Match the watch list against a text without storing anything, and explain the result."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from monitor.domain.match import Document, match_record
from workers.matching.matcher import Matcher
from workers.recognition.recognizer import Recognizer, recognize_all

EXPLAINED = 500
"""Length of a watch list up to which terms that do not match are explained too."""


def dry_run(
    matcher: Matcher, recognizers: Iterable[Recognizer], document: Document, *, names: Sequence[str] = ()
) -> dict[str, Any]:
    """Return `title language terms mentions`; each term has `term kind severity matched matches why`. `names` limits it to these terms.

    `mentions` are the entities that `recognizers` find, each with `name type count`. Raises KeyError for a name that is not on the list.
    """
    fired = {match.term.name: match for match in matcher.match(document)}
    known = {term.name: term for term in matcher.terms}
    chosen = [known[name] for name in names] if names else [*matcher.terms]
    shown = chosen if names or len(chosen) <= EXPLAINED else [term for term in chosen if term.name in fired]
    return {
        "title": document.title,
        "language": document.language,
        "terms": [
            {
                "term": term.name,
                "kind": term.kind,
                "severity": term.severity,
                "matched": term.name in fired,
                "matches": [match_record(match) for match in (fired[term.name].matches if term.name in fired else ())],
                "why": matcher.explain(document, term.name),
            }
            for term in shown
        ],
        "mentions": [{"name": one.name, "type": one.type, "count": one.count} for one in recognize_all(recognizers, document)],
    }
