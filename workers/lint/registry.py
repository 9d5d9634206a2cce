"""Run every rule over a configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from monitor.settings.model import Settings
from workers.lint.channel_addresses import impossible_addresses
from workers.lint.common_words import common_words
from workers.lint.contradictions import contradictions
from workers.lint.exclusions import self_exclusions
from workers.lint.finding import Finding, LintSubject, Rule
from workers.lint.keyword_syntax import keyword_syntax
from workers.lint.proper_names import small_letters
from workers.lint.query_dialects import foreign_operators
from workers.lint.repetitions import repetitions
from workers.lint.routing_gaps import dead_routes, never_disturbed, silent_silences, unreached_channels, unrouted_terms
from workers.lint.scopes import unknown_scopes
from workers.lint.unchecked_connections import unchecked_connections
from workers.matching.watchlist_check import check_watchlist

RULES: Final[Mapping[str, Rule]] = {
    "query-dialect": foreign_operators,
    "keyword-syntax": keyword_syntax,
    "common-word": common_words,
    "contradiction": contradictions,
    "small-letters": small_letters,
    "self-exclusion": self_exclusions,
    "repetition": repetitions,
    "unknown-scope": unknown_scopes,
    "dead-route": dead_routes,
    "unreached-channel": unreached_channels,
    "unrouted-term": unrouted_terms,
    "silent-silence": silent_silences,
    "sent-to-nobody": never_disturbed,
    "address": impossible_addresses,
    "unchecked": unchecked_connections,
}
"""The rules by the name under which `check --json` tells of them."""


def lint(settings: Settings) -> tuple[Finding, ...]:
    """Return what is doubtful in settings without faults."""
    trees = check_watchlist(settings.terms).trees
    subject = LintSubject(settings=settings, trees={settings.terms[number].name: tree for number, tree in trees.items()})
    return tuple(_findings(subject))


def _findings(subject: LintSubject) -> Iterator[Finding]:
    for name, rule in RULES.items():
        for place, message in rule(subject):
            yield Finding(rule=name, place=place, message=message)
