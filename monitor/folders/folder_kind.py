"""The kind of source that watched folders are: registered as `folder`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from monitor.domain.source import SourceHealth
from monitor.settings.model import Settings
from monitor.sources.recorded_health import recorded_health
from monitor.sources.source import HealthRequest, Source, SourceContext, SourceKind
from monitor.storage.engine import Connection

NAME: Final = "folder"


def absolute_folders(folders: Iterable[Path]) -> tuple[Path, ...]:
    """Return the paths under which configured folders are watched and known, each once."""
    return tuple(dict.fromkeys(folder.expanduser().absolute() for folder in folders))


def folder_name(folder: Path) -> str:
    """Return what a folder is called as the source of an article: the last part of its path."""
    return folder.name or str(folder)


def _open(context: SourceContext) -> Source:
    # The watcher brings the parsers of all document formats, which `status` and the pages need not load.
    from monitor.folders.folder_source import FolderSource  # noqa: PLC0415

    return FolderSource(context)


def _count(settings: Settings) -> int:
    return len(settings.folders)


def folder_health(connection: Connection, request: HealthRequest) -> tuple[SourceHealth, ...]:
    """Return the health of the configured folders; one that nobody has looked at yet is `new`."""
    names = {str(folder): folder_name(folder) for folder in absolute_folders(one.path for one in request.settings.folders)}
    return recorded_health(connection, NAME, names, only_failing=request.only_failing)


FOLDERS: Final = SourceKind(name=NAME, plural="folders", open=_open, count=_count, health=folder_health)
