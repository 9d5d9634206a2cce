"""Ask the operating system about folders: which one is there, and what changes in it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from heapq import nlargest
from itertools import chain, islice
from pathlib import Path

from watchfiles import Change, awatch
from watchfiles._rust_notify import WatchfilesRustInternalError

from monitor.folders.file_reader import walk

_STEP_MS = 10
_DEBOUNCE_MS = 100
_CHUNK = 1000
_BETWEEN_STARTS_S = 0.05

Identity = tuple[int, int]
"""Device and inode: another folder under the same path has another identity."""


def identity(folder: Path) -> Identity | None:
    """Return which folder this is; None if there is none."""
    try:
        info = folder.stat()
    except OSError:
        return None
    return (info.st_dev, info.st_ino) if folder.is_dir() else None


class HeldFolders:
    """Folders held open, so that the system gives the inode number of a deleted one to no other folder meanwhile. Close them in the end."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._open = ExitStack()
        self.identities: Mapping[Path, Identity | None] = {folder: self._hold(folder) for folder in folders}
        """Which folders these are; None where there is none."""

    def unchanged(self, folders: Iterable[Path]) -> bool:
        """Return whether `folders` are these and still under their paths."""
        return self.identities == {folder: identity(folder) for folder in folders}

    def close(self) -> None:
        """Let the folders go."""
        self._open.close()

    def _hold(self, folder: Path) -> Identity | None:
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            return identity(folder)
        self._open.callback(os.close, descriptor)
        info = os.fstat(descriptor)
        return info.st_dev, info.st_ino


async def newest(folders: Sequence[Path], count: int, *, followed: Collection[Path] = ()) -> list[str]:
    """Return the paths of the documents in `folders` that were changed last, newest first; links out of those `followed` count, too.

    Call it before `watch_changes`, which blocks the whole process, other threads too, until the system has seen every file: that is
    quick once this function has brought them into memory.
    """
    last: list[tuple[int, str]] = []
    found = chain.from_iterable(walk(folder, follow_links=folder in followed) for folder in folders)
    while chunk := await asyncio.to_thread(list, islice(found, _CHUNK)):
        last = nlargest(count, chain(last, ((file.mtime_ns, file.path) for file in chunk)))
    return [path for _, path in last]


async def watch_changes(folders: Sequence[Path], stop: asyncio.Event) -> AsyncIterator[list[str]]:
    """Yield the paths of what changes below `folders`, until `stop`; raises whatever prevents notifications.

    The library gives up at a name that is not UTF-8. It is started again then, and the folders themselves are yielded, to be walked through.
    """
    with ExitStack() as aliases:
        paths = {_alias(folder, aliases): str(folder) for folder in folders}
        again = False
        while not stop.is_set():
            changes = awatch(
                *paths,
                watch_filter=_may_matter,
                step=_STEP_MS,
                debounce=_DEBOUNCE_MS,
                stop_event=stop,
                ignore_permission_denied=True,
            )
            upcoming = asyncio.ensure_future(anext(changes, None))
            await asyncio.sleep(0)  # now it watches: what came before is found by walking
            if again:
                yield list(paths.values())
            try:
                while (batch := await upcoming) is not None:
                    yield [_real(path, paths) for _, path in batch]
                    upcoming = asyncio.ensure_future(anext(changes, None))
            except BaseException as error:
                if not _is_undecodable(error):
                    raise
                await asyncio.sleep(_BETWEEN_STARTS_S)
            finally:
                upcoming.cancel()
                await asyncio.gather(upcoming, return_exceptions=True)
                await changes.aclose()
            again = True


def _alias(folder: Path, aliases: ExitStack) -> str:
    """Return a path under which the library can watch a folder whose own is not UTF-8."""
    if _is_utf8(str(folder)):
        return str(folder)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    aliases.callback(os.close, descriptor)
    return f"/proc/self/fd/{descriptor}"


def _is_utf8(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _real(path: str, paths: Mapping[str, str]) -> str:
    alias = next((alias for alias, real in paths.items() if alias != real and path.startswith(f"{alias}/")), None)
    return path if alias is None else paths[alias] + path.removeprefix(alias)


def _is_undecodable(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return all(map(_is_undecodable, error.exceptions))
    return isinstance(error, WatchfilesRustInternalError) and "Unable to decode path" in str(error)


def _may_matter(change: Change, path: str) -> bool:
    # Deleted documents stay in the archive; hidden files are somebody's work in progress.
    return change is not Change.deleted and not Path(path).name.startswith(".")
