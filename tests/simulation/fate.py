"""What may befall a simulated process at each boundary: before and after a transaction, a request, a push to the queue."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from monitor.domain.errors import DatabaseError
from monitor.storage.engine import Connection, Database


class Killed(BaseException):
    """The process is dead. Not an Exception: no handler of the program may take it for an error and go on."""


@dataclass
class Fate:
    """The fate of one process. `steps_left` counts down the boundaries to its death; None while nothing threatens it."""

    died: asyncio.Event = field(default_factory=asyncio.Event)
    steps_left: int | None = None

    def boundary(self) -> None:
        """Pass a boundary. Raises Killed at the one that the seed chose, and at every later one: the dead change nothing any more."""
        if self.steps_left is not None:
            self.steps_left -= 1
            if self.steps_left <= 0:
                self.died.set()
        if self.died.is_set():
            raise Killed


@dataclass
class Disk:
    """The disk that all processes write to."""

    full: bool = False


class MortalDatabase(Database):
    """The real database, as a process sees it that may die before, in and after every transaction, on a disk that may be full."""

    def __init__(self, url: str, fate: Fate, disk: Disk) -> None:
        super().__init__(url)
        self._fate = fate
        self._disk = disk

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads."""
        self._fate.boundary()
        with super().read() as connection:
            yield connection

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[Connection]:
        """Open a transaction that writes."""
        self._fate.boundary()
        with super().write(durable=durable) as connection:
            yield connection
            self._fate.boundary()
            if self._disk.full:
                raise DatabaseError("the database cannot be written: disk is full; free some space, nothing is lost")
        self._fate.boundary()
