"""The matcher's view of a watch list, for whoever loads a configuration."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.domain.errors import ConfigError, Fault
from monitor.domain.watch import Term
from workers.extract.matcher import Matcher


def check_terms(terms: Sequence[Term]) -> tuple[Fault, ...]:
    """Every fault that keeps a matcher from being built of `terms`."""
    try:
        Matcher.build(terms)
    except ConfigError as error:
        return error.faults
    return ()
