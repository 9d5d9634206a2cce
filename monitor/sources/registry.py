"""Every kind of source that is installed, ours and those of plug-ins."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from monitor.domain.errors import PluginError
from monitor.domain.source import SourceGroup, SourceHealth, SourceStatus
from monitor.plugins import PluginGroup
from monitor.settings.model import Settings
from monitor.settings.sources import GROUP
from monitor.sources.source import HealthRequest, SourceKind
from monitor.storage.engine import Connection

SOURCES: Final = PluginGroup(GROUP, SourceKind)


def kinds_for(settings: Settings) -> dict[str, SourceKind]:
    """Return by name the kinds that these settings may use: those with keys of their own, and those of the items of `sources:`.

    Raises PluginError for a broken plug-in that `sources:` needs.
    """
    wanted = {item.type for item in settings.sources.values()}
    found = {}
    for name in SOURCES.names():
        try:
            kind = SOURCES.load(name)
        except PluginError:
            if name in wanted:
                raise
            continue  # a broken plug-in that nothing uses must not stop the program
        if kind.settings is None or name in wanted:
            found[name] = kind
    return found


def source_counts(settings: Settings) -> dict[str, int]:
    """Return how many sources of each kind are configured, by the plural of the kind."""
    return {kind.plural: kind.count_in(settings) for kind in kinds_for(settings).values()}


def describe_sources(settings: Settings) -> str:
    """Return what is configured in words, such as `3 feeds and 1 folder`; kinds without any source are left out."""
    kinds = [(kind, kind.count_in(settings)) for kind in kinds_for(settings).values()]
    parts = [f"{count} {kind.name if count == 1 else kind.plural}" for kind, count in kinds if count]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts) or "no source"


def source_health(connection: Connection, request: HealthRequest) -> tuple[SourceHealth, ...]:
    """Return the health of every configured source, kind by kind."""
    return tuple(health for kind in kinds_for(request.settings).values() for health in kind.health_of(connection, request))


def failing_sources(connection: Connection, request: HealthRequest) -> tuple[SourceGroup, ...]:
    """Return for each kind how many sources are configured and which of them are failing."""
    request = replace(request, only_failing=True)
    return tuple(
        SourceGroup(
            kind=kind.name,
            plural=kind.plural,
            configured=kind.count_in(request.settings),
            failing=tuple(
                health
                for health in kind.health_of(connection, request)
                if health.failing or health.late or health.status is SourceStatus.SILENT
            ),
        )
        for kind in kinds_for(request.settings).values()
    )
