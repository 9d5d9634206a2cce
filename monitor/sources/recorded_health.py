"""The health of sources that keep their state in the common table `source_states`."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.domain.source import SourceHealth, SourceStatus
from monitor.storage import articles, source_states
from monitor.storage.engine import Connection


def recorded_health(connection: Connection, kind: str, names: Mapping[str, str], *, only_failing: bool) -> tuple[SourceHealth, ...]:
    """Return the health of the sources of one kind as `source_states.record` has stored it.

    `names` are the sources' names by their addresses; an address must be the `Origin.id` of the source's articles.
    """
    states = source_states.known(connection, kind)
    counts = {} if only_failing else articles.count_by_origin(connection, list(names))
    return tuple(
        SourceHealth(
            kind=kind,
            name=name,
            url=address,
            status=state.status if state else SourceStatus.NEW,
            reason=state.reason if state else None,
            last_polled_at=state.last_read_at if state else None,
            last_success_at=state.last_success_at if state else None,
            articles=counts.get(address, 0),
        )
        for address, name in names.items()
        for state in [states.get(address)]
        if not only_failing or (state is not None and state.status is not SourceStatus.OK)
    )
