"""What the matcher asks of a watch list, for whoever loads a configuration."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.domain.errors import Fault
from monitor.domain.watch import Term
from workers.matching.watchlist_check import watchlist_faults


def check_terms(terms: Sequence[Term]) -> tuple[Fault, ...]:
    """Every fault that keeps a matcher from being built of `terms`."""
    return watchlist_faults(terms)
