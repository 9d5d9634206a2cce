"""What the operating system tells of folders: which are there, and what changes in them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from heapq import nlargest
from itertools import chain, islice
from pathlib import Path

from watchfiles import Change, awatch

from monitor.folders.file_reader import walk

_STEP_MS = 10
_DEBOUNCE_MS = 100
_LISTED = 1000

Identity = tuple[int, int]
"""Device and inode: another folder in the same place has another."""


def identity(folder: Path) -> Identity | None:
    """Which folder this is; None if there is none."""
    try:
        about = folder.stat()
    except OSError:
        return None
    return (about.st_dev, about.st_ino) if folder.is_dir() else None


async def newest(folders: Sequence[Path], count: int) -> list[str]:
    """Look at every document in `folders`; the paths of those changed last, the last first.

    To be called before `watch_changes`: asking for them stops the whole process, other threads too, until the system has seen every file,
    which is over soon if it has them in memory.
    """
    last: list[tuple[int, str]] = []
    found = chain.from_iterable(map(walk, folders))
    while listed := await asyncio.to_thread(list, islice(found, _LISTED)):
        last = nlargest(count, chain(last, ((file.mtime_ns, file.path) for file in listed)))
    return [path for _, path in last]


async def watch_changes(folders: Sequence[Path], stop: asyncio.Event) -> AsyncIterator[list[str]]:
    """The paths of what changes below `folders`, until `stop`; raises whatever keeps notices from being had."""
    changes = awatch(
        *folders, watch_filter=_may_matter, step=_STEP_MS, debounce=_DEBOUNCE_MS, stop_event=stop, ignore_permission_denied=True
    )
    async for batch in changes:
        yield [path for _, path in batch]


def _may_matter(change: Change, path: str) -> bool:
    """Deleted documents stay in the archive; hidden files are somebody's work in progress."""
    return change is not Change.deleted and not Path(path).name.startswith(".")
