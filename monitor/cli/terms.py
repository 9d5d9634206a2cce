"""Check the watch list of a configuration for what only the matcher can see."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.domain.errors import Fault
from monitor.domain.watch import Term
from workers.matching.watchlist_check import watchlist_faults


def check_terms(terms: Sequence[Term]) -> tuple[Fault, ...]:
    """Return every fault that prevents a matcher from being built for `terms`."""
    return watchlist_faults(terms)
