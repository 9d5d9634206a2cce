"""A queue of files still to be read, the newest first, since the newest are news."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush

from monitor.folders.file_reader import FoundFile


class ReadQueue:
    """Paths in the order in which they are to be read, each once. The files may have changed when they are read."""

    def __init__(self) -> None:
        self._order: list[tuple[int, str]] = []
        self._paths: set[str] = set()

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, path: object) -> bool:
        return path in self._paths

    def add(self, files: Iterable[FoundFile]) -> None:
        """Add the files that are not in the queue."""
        for file in files:
            if file.path not in self._paths:
                self._paths.add(file.path)
                heappush(self._order, (-file.mtime_ns, file.path))

    def pop(self, count: int) -> list[str]:
        """Remove and return the `count` paths that were changed last."""
        paths = [heappop(self._order)[1] for _ in range(min(count, len(self._order)))]
        self._paths.difference_update(paths)
        return paths
