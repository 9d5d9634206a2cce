"""Log what polls have changed."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.domain.source import UNREADABLE, SourceStatus
from monitor.logs import get_logger
from monitor.polling.poll import PollResult
from monitor.storage.articles import IngestResult


def log_result(result: PollResult, stored: Sequence[IngestResult]) -> None:
    """Log what has changed: a feed that keeps failing for the same reason is not logged again."""
    log = get_logger().bind(feed=result.feed.url)
    before, after = result.feed.state, result.update.state
    if after.status is SourceStatus.GONE:
        log.warning("feed.gone", reason=after.reason)
    elif after.status in UNREADABLE:
        level = log.debug if before.status in UNREADABLE and before.reason == after.reason else log.info
        level("feed.failed", reason=after.reason, next_poll_at=after.next_poll_at)
    else:
        if before.status in UNREADABLE:
            log.info("feed.recovered")
        new, revised = (sum(len(ids) for ids in kind) for kind in zip(*((one.new, one.revised) for one in stored), strict=True))
        log.debug("feed.polled", entries=result.document_size, new=new, revised=revised)
        if new or revised:
            log.info("article.stored", new=new, revised=revised)
