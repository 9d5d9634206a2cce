"""Write the configuration and the documents with which a new installation starts."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from monitor.domain.errors import MonitorError

MAIN_FILE = PurePosixPath("config/monitor.yaml")


def sample_files() -> dict[PurePosixPath, str]:
    """Return the text of each file that ships with the package, by its path below the folder of an installation."""
    return dict(_below(files("monitor.starter") / "files", PurePosixPath()))


def write_files(folder: Path, contents: Mapping[PurePosixPath, str]) -> Path:
    """Write files below `folder` and return the main one. Raises MonitorError, and writes nothing, where one of them exists."""
    present = [folder / path for path in contents if (folder / path).exists()]
    if present:
        raise MonitorError(
            f"{present[0]} exists already; nothing was written. Give another folder, or go on with `news-monitor check`"
        )
    try:
        for path, text in contents.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise MonitorError(
            f"{error.filename or folder}: cannot be written: {(error.strerror or 'no reason given').lower()}"
        ) from error
    return folder / MAIN_FILE


def _below(folder: Traversable, path: PurePosixPath) -> list[tuple[PurePosixPath, str]]:
    found = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        here = path / entry.name
        found += _below(entry, here) if entry.is_dir() else [(here, entry.read_text("utf-8"))]
    return found
