"""Report a feed most of whose entries have come under new identifiers, once: a publisher has changed its system or its address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from monitor.logs import get_logger
from monitor.polling.decide import REKEYED_SHOWN_FOR, rekeyed_remark
from monitor.polling.poll import PollResult
from monitor.storage import feeds
from monitor.storage.articles import IngestResult
from monitor.storage.engine import Connection

_FEWEST = 3
"""With fewer entries than this, new identifiers say nothing of the whole feed."""


def report_rekeyed(connection: Connection, stored: Iterable[tuple[PollResult, Sequence[IngestResult]]], now: datetime) -> None:
    """Log those of the results whose document has come under new identifiers for the first time in a week, and store it for their health."""
    for result, ingested in stored:
        count, before = sum(one.rekeyed for one in ingested), result.feed.state.rekeyed_at
        if count < _FEWEST or 2 * count <= result.document_size or (before is not None and now - before < REKEYED_SHOWN_FOR):
            continue
        reason = "; ".join(filter(None, (result.update.state.reason, rekeyed_remark(now))))
        feeds.record_rekeyed(connection, result.feed, reason, now)
        get_logger().warning("feed.rekeyed", feed=result.feed.url, entries=count)
