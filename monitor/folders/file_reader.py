"""Find and read files on disk, one at a time, without the database. Everything here blocks; call it in a thread."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from monitor.domain.article import Entry
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.parse.documents import is_document

SETTLE_S = 0.05
"""A file is read when it has not changed for this long: its writer has probably finished."""
SETTLE_EMPTY_S = 1.0
"""The same for an empty file, which was probably created to be written."""
LONGEST_WAIT_S = 2.0
"""A file that never stops changing is read as it is after this long, and again when it has changed."""

CANNOT_READ = "cannot be read"
LINK_OUT = "a link leads out of the watched folder; set `follow_links: true` for the folder to follow it"
_MISSING = "no such folder; it will be read when it appears"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A document on disk. `path` opens it; `name` is the same as text that any database accepts. `folder` is the watched one.

    Unless `follow_links`, it is not read if a link on the way to it leads out of `folder`.
    """

    folder: Path
    path: str
    name: str
    size: int
    mtime_ns: int
    follow_links: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContent:
    """The bytes of a file and their SHA-256."""

    data: bytes
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRead:
    """The result of reading a file: its entries, or an `error`. `digest` is None if its content could not be read.

    Not `complete` if more of its entries follow in another FileRead. `over_limit`: it takes more than a parser process may have.
    """

    file: FoundFile
    digest: bytes | None
    entries: tuple[Entry, ...] = ()
    error: str | None = None
    complete: bool = True
    over_limit: bool = False


def walk(
    folder: Path, *, below: str | None = None, without: Collection[Path] = (), follow_links: bool = False
) -> Iterator[FoundFile]:
    """Yield the documents of `folder` (only those `below` a directory in it, if one is given), in no order.

    Each directory is visited once, whatever links lead to it. Hidden files and directories are left out, and the directories in
    `without`, which are watched on their own, and unless `follow_links` those that a link out of the folder leads to. What cannot be listed is
    skipped.
    """
    visited: set[tuple[int, int]] = set()
    waiting = [below or str(folder)]
    if not follow_links and leads_out(waiting[0], folder):
        return
    skipped = {str(path) for path in without}
    while waiting:
        directory = waiting.pop()
        try:
            info = os.stat(directory)  # noqa: PTH116 - a Path for each of 100 000 files costs more than looking at it
            if (info.st_dev, info.st_ino) in visited:
                continue
            visited.add((info.st_dev, info.st_ino))
            with os.scandir(directory) as listing:
                children = list(listing)
        except OSError:
            continue
        for child in children:
            if child.name.startswith("."):
                continue
            if _is_directory(child):
                if child.path not in skipped and (follow_links or not child.is_symlink() or not leads_out(child.path, folder)):
                    waiting.append(child.path)
            elif is_document(child.name) and (found := find_file(folder, child.path, follow_links=follow_links)) is not None:
                yield found


def folder_of(path: str, folders: Collection[Path]) -> Path | None:
    """Return the innermost of `folders` that contains `path`; None for a path outside of all, or a hidden one."""
    around = [folder for folder in folders if Path(path).is_relative_to(folder)]
    folder = max(around, key=lambda folder: len(folder.parts), default=None)
    if folder is None or any(part.startswith(".") for part in Path(path).relative_to(folder).parts):
        return None
    return folder


def folder_problem(folder: Path) -> str | None:
    """Return why a watched folder cannot be read, as a sentence for the operator; None if it can be."""
    try:
        os.scandir(folder).close()
    except (FileNotFoundError, NotADirectoryError):
        return _MISSING
    except OSError as error:
        return f"the folder cannot be listed: {error.strerror or error}"
    return None


def leads_out(path: str, folder: Path) -> bool:
    """Return whether a link on the way to `path`, which stands in `folder`, leads out of the folder."""
    return _is_outside(os.path.realpath(path), folder)


def _is_outside(real: str, folder: Path) -> bool:
    inside = os.path.realpath(folder)
    return real != inside and not real.startswith(inside.rstrip(os.sep) + os.sep)


def find_file(folder: Path, path: str, *, follow_links: bool = False) -> FoundFile | None:
    """Return the file at `path`, or None if there is none, or it is no ordinary file."""
    try:
        info = os.stat(path)  # noqa: PTH116 - as above
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(info.st_mode):
        return None
    name = os.fsencode(path).decode("utf-8", "backslashreplace")
    return FoundFile(folder=folder, path=path, name=name, size=info.st_size, mtime_ns=info.st_mtime_ns, follow_links=follow_links)


def is_settled(file: FoundFile, *, noticed_at: float) -> bool:
    """Return whether `file` has not changed for long enough. `noticed_at` is when it was first noticed, as `time.time()`."""
    now = SYSTEM_CLOCK.now().timestamp()
    # A modification time in the future comes from another machine's clock: count from the notice instead.
    changed = min(file.mtime_ns / 1e9, now) if file.mtime_ns / 1e9 <= now + SETTLE_S else noticed_at
    wanted = SETTLE_S if file.size else SETTLE_EMPTY_S
    return now - changed >= wanted or now - noticed_at >= LONGEST_WAIT_S


def load(file: FoundFile, *, max_bytes: int) -> FileContent | FileRead | None:
    """Return the content of `file`, a FileRead that says why it has none, or None if it is gone."""
    if file.size > max_bytes:
        return FileRead(file=file, digest=None, error=f"larger than {max_bytes / 1e6:g} MB")
    try:
        data = _content(file, max_bytes)
    except FileNotFoundError:
        return None
    except OSError as error:
        return FileRead(file=file, digest=None, error=f"{CANNOT_READ}: {error.strerror or error}")
    if data is None:
        return FileRead(file=file, digest=None, error=f"{CANNOT_READ}: {LINK_OUT}")
    return FileContent(data=data, digest=hashlib.sha256(data).digest())


def modified_at(file: FoundFile) -> datetime | None:
    """Return when `file` was changed last; None if no calendar has that time."""
    try:
        return datetime.fromtimestamp(file.mtime_ns // 10**9, tz=UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _content(file: FoundFile, max_bytes: int) -> bytes | None:
    """Return the bytes of a file, one more than allowed at most; opening never waits for a pipe's other end.

    None if a link leads out of the folder, which is judged by what was opened: the link may have been changed meanwhile.
    """
    descriptor = os.open(file.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as stream:
        opened = f"/proc/self/fd/{descriptor}"
        real = os.readlink(opened) if sys.platform == "linux" else os.path.realpath(file.path)  # noqa: PTH115 - as above
        if not file.follow_links and _is_outside(real, file.folder):
            return None
        return stream.read(max_bytes + 1)


def _is_directory(child: os.DirEntry[str]) -> bool:
    try:
        return child.is_dir()
    except OSError:
        return False
