"""Files on disk: finding them and reading them, one at a time, without the database. Everything here blocks; call it in a thread."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from monitor.domain.article import Entry
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.parse.documents import is_document, parse_document
from monitor.parse.result import ParseFailure

SETTLE_S = 0.05
"""A file is read when it has been left alone for this long: who writes it has finished, as far as can be seen."""
SETTLE_EMPTY_S = 1.0
"""The same for an empty one: it was created to be written."""
PATIENCE_S = 2.0
"""A file that is written on and on is read as it stands after this long, and again when it has changed."""

CANNOT_READ = "cannot be read"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A document on disk. `path` opens it; `name` is the same as text that any database takes. `folder` is the watched one."""

    folder: Path
    path: str
    name: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRead:
    """What reading a file came to: its entries, or the `error`. `digest` is None if its content was not seen.

    Not `complete` if more of its entries follow in another.
    """

    file: FoundFile
    digest: bytes | None
    entries: tuple[Entry, ...] = ()
    error: str | None = None
    complete: bool = True


def walk(folder: Path, *, below: str | None = None, apart: Collection[Path] = ()) -> Iterator[FoundFile]:
    """The documents of `folder` (only those `below` a directory in it, if one is given), in no order; each directory once, whatever links lead to it.

    Hidden files and directories are left out, and the directories in `apart`, which are watched on their own. What cannot be
    listed is passed over.
    """
    visited: set[tuple[int, int]] = set()
    waiting = [below or str(folder)]
    skipped = {str(path) for path in apart}
    while waiting:
        directory = waiting.pop()
        try:
            about = os.stat(directory)  # noqa: PTH116 - a Path for each of 100 000 files costs more than looking at it
            if (about.st_dev, about.st_ino) in visited:
                continue
            visited.add((about.st_dev, about.st_ino))
            with os.scandir(directory) as listing:
                children = list(listing)
        except OSError:
            continue
        for child in children:
            if child.name.startswith("."):
                continue
            if _is_directory(child):
                if child.path not in skipped:
                    waiting.append(child.path)
            elif is_document(child.name) and (found := look(folder, child.path)) is not None:
                yield found


def folder_of(path: str, folders: Collection[Path]) -> Path | None:
    """The innermost of `folders` that `path` is in; None for a path outside of all, or a hidden one."""
    around = [folder for folder in folders if Path(path).is_relative_to(folder)]
    folder = max(around, key=lambda folder: len(folder.parts), default=None)
    if folder is None or any(part.startswith(".") for part in Path(path).relative_to(folder).parts):
        return None
    return folder


def look(folder: Path, path: str) -> FoundFile | None:
    """The file at `path`, or None if there is none now, or it is no ordinary file."""
    try:
        about = os.stat(path)  # noqa: PTH116 - as above
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(about.st_mode):
        return None
    name = os.fsencode(path).decode("utf-8", "backslashreplace")
    return FoundFile(folder=folder, path=path, name=name, size=about.st_size, mtime_ns=about.st_mtime_ns)


def is_settled(file: FoundFile, *, noticed_at: float) -> bool:
    """Whether `file` has been left alone for long enough. `noticed_at` is when it was first noticed, as `time.time()`.

    A time of change that lies ahead (another machine's clock) counts from the notice.
    """
    now = SYSTEM_CLOCK.now().timestamp()
    changed = min(file.mtime_ns / 1e9, now) if file.mtime_ns / 1e9 <= now + SETTLE_S else noticed_at
    wanted = SETTLE_S if file.size else SETTLE_EMPTY_S
    return now - changed >= wanted or now - noticed_at >= PATIENCE_S


def read(file: FoundFile, *, known_digest: bytes | None, now: datetime, max_bytes: int) -> FileRead | None:
    """The content of `file` as entries; none, and no error, if it is what `known_digest` says. None if the file is gone."""
    if file.size > max_bytes:
        return FileRead(file=file, digest=None, error=f"larger than {max_bytes / 1e6:g} MB")
    try:
        data = _content(file.path, max_bytes)
    except FileNotFoundError:
        return None
    except OSError as error:
        return FileRead(file=file, digest=None, error=f"{CANNOT_READ}: {error.strerror or error}")
    digest = hashlib.sha256(data).digest()
    if digest == known_digest:
        return FileRead(file=file, digest=digest)
    mtime = _time(file.mtime_ns)
    parsed = parse_document(data, path=file.name, mtime=mtime or now, now=now, max_bytes=max_bytes)
    if isinstance(parsed, ParseFailure):
        return FileRead(file=file, digest=digest, error=parsed.reason)
    return FileRead(file=file, digest=digest, entries=parsed)


def _content(path: str, max_bytes: int) -> bytes:
    """The bytes of an ordinary file, one more than allowed at most; opening never waits for a pipe's other end."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read(max_bytes + 1)


def _time(mtime_ns: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(mtime_ns // 10**9, tz=UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _is_directory(child: os.DirEntry[str]) -> bool:
    try:
        return child.is_dir()
    except OSError:
        return False
