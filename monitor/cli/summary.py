"""What came of reading every source once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click

from monitor.domain.text import one_line
from monitor.storage import alerts, archive, deliveries, feeds, scans
from monitor.storage.engine import Connection


def summary(connection: Connection, *, since: datetime) -> dict[str, Any]:
    """Feeds by status with the reasons of failing ones, articles and alerts that are new since `since`, deliveries by status."""
    sources = feeds.list_feeds(connection)
    statuses = [feed.status.value for feed in sources]
    return {
        "feeds": {status: statuses.count(status) for status in dict.fromkeys(statuses)},
        "failing": [{"url": feed.url, "reason": feed.reason} for feed in sources if feed.reason],
        "articles": archive.count(connection, since=since),
        "alerts": alerts.count_since(connection, since),
        "unscanned": scans.backlog(connection).count,
        "deliveries": deliveries.counts(connection),
    }


def print_summary(found: Mapping[str, Any]) -> None:
    """The same in sentences."""
    click.echo(f"{found['articles']} new articles, {found['alerts']} alerts")
    for name in ("feeds", "deliveries"):
        counts = ", ".join(f"{count} {status}" for status, count in found[name].items())
        click.echo(f"{name}: {counts or 'none'}")
    if found["unscanned"]:
        click.echo(f"{found['unscanned']} articles could not be scanned; `news-monitor status` says more", err=True)
    for feed in found["failing"]:
        click.echo(f"  {one_line(feed['url'])}: {one_line(feed['reason'])}")
