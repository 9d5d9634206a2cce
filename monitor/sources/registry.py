"""Every kind of source that is installed, ours and those of other packages."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from monitor.domain.source import SourceGroup, SourceHealth
from monitor.plugins import PluginGroup
from monitor.settings.model import Settings
from monitor.sources.source import HealthRequest, SourceKind
from monitor.storage.engine import Connection

SOURCES: Final = PluginGroup("news_monitor.sources", SourceKind)


def source_counts(settings: Settings) -> dict[str, int]:
    """Return how many sources of each kind are configured, by the plural of the kind."""
    return {kind.plural: kind.count(settings) for kind in SOURCES.all().values()}


def source_health(connection: Connection, request: HealthRequest) -> tuple[SourceHealth, ...]:
    """Return the health of every configured source, kind by kind."""
    return tuple(health for kind in SOURCES.all().values() for health in kind.health(connection, request))


def failing_sources(connection: Connection, request: HealthRequest) -> tuple[SourceGroup, ...]:
    """Return for each kind how many sources are configured and which of them are failing."""
    request = replace(request, only_failing=True)
    return tuple(
        SourceGroup(
            kind=kind.name,
            plural=kind.plural,
            configured=kind.count(request.settings),
            failing=tuple(health for health in kind.health(connection, request) if health.failing),
        )
        for kind in SOURCES.all().values()
    )
