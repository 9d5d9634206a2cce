"""Summarize what reading every source once has brought, for `run --once`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click

from monitor.domain.text import one_line
from monitor.settings.model import Settings
from monitor.sources.registry import kinds_for
from monitor.sources.source import HealthRequest
from monitor.storage import alerts, archive, deliveries, scans
from monitor.storage.engine import Connection


def summary(connection: Connection, settings: Settings, *, since: datetime, now: datetime) -> dict[str, Any]:
    """Return the sources of each kind by status with the reasons of failing ones, what is new since `since`, deliveries by status."""
    request = HealthRequest(settings=settings, now=now)
    sources = {kind.plural: kind.health_of(connection, request) for kind in kinds_for(settings).values()}
    reasons = [(health.url, health.reason) for found in sources.values() for health in found if health.reason]
    return {
        **{plural: Counter(health.status.value for health in found) for plural, found in sources.items()},
        "failing": [{"url": url, "reason": reason} for url, reason in reasons],
        "articles": archive.count(connection, since=since),
        "alerts": alerts.count_since(connection, since),
        "unscanned": scans.backlog(connection).count,
        "deliveries": deliveries.counts(connection),
    }


def print_summary(found: Mapping[str, Any]) -> None:
    """Print a summary in sentences."""
    click.echo(f"{found['articles']} new articles, {found['alerts']} alerts")
    for name, counts in found.items():
        if isinstance(counts, Mapping) and (counts or name == "deliveries"):
            click.echo(f"{name}: {', '.join(f'{count} {status}' for status, count in counts.items()) or 'none'}")
    if found["unscanned"]:
        click.echo(f"{found['unscanned']} articles could not be scanned; `news-monitor status` says more", err=True)
    for source in found["failing"]:
        click.echo(f"  {one_line(source['url'])}: {one_line(source['reason'])}")
