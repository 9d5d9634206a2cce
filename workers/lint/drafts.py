"""Look at terms before they are written: what would break, and what could never work."""

from __future__ import annotations

from monitor.domain.errors import Fault
from monitor.domain.watch import Term, TermKind
from monitor.settings.model import Settings
from workers.lint.finding import Finding
from workers.lint.registry import lint
from workers.matching.watchlist_check import watchlist_faults


def faults_of_draft(term: Term) -> tuple[str, ...]:
    """Return why a term cannot be used at all."""
    return tuple(_message(term, fault) for fault in watchlist_faults([term]))


def doubts_of_draft(term: Term, settings: Settings) -> tuple[Finding, ...]:
    """Return what is doubtful in a term that is to join the watch list of `settings`."""
    others = [one for one in settings.terms if one.kind is term.kind and one.name != term.name]
    found = lint(settings.model_copy(update={"terms": (*others, term)}))
    return tuple(finding for finding in found if finding.place.term == term.where)


def keyword_draft(name: str) -> Term:
    """Return the keyword that `watch add` would write."""
    return Term(name=name, kind=TermKind.KEYWORD, phrases=(name,), where="the new term")


def _message(term: Term, fault: Fault) -> str:
    return fault.message.removeprefix(f"watch term {term.name!r}: ")
