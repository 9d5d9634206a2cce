"""The error tree. An expected failure is a value; these are for operators and for bugs.

MonitorError                    exit status 1
├── UsageError                  2   the command line asks for something that makes no sense
├── ConfigError                 2   the configuration is wrong; carries every fault found
├── ServiceUnavailable          3   Redis or the database cannot be reached
│   └── SchemaMismatch          3   the database has another schema than this program
├── DatabaseError               1   the database refused a statement
│   ├── DatabaseUnwritable      1   it answers, but cannot be written: read-only, or its disk is full
│   └── DatabaseDamaged         1   its file is damaged
├── MailboxUnreadable           1   a mail server cannot be reached, or refuses us
├── PluginError                 1   an installed plug-in cannot be used
├── DataDirInUse                1   another daemon holds the data directory
└── QueryError                  2   a watch query cannot be parsed; carries the column
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class MonitorError(Exception):
    """Root of every error this program raises on purpose; the message is meant for the operator."""

    exit_status: ClassVar[int] = 1


class UsageError(MonitorError):
    """The command line asks for something that makes no sense."""

    exit_status = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with the configuration. `line` and `column` count from 1; 0 means the whole file."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class ConfigError(MonitorError):
    """The configuration cannot be used; `faults` names every reason, in file order."""

    exit_status = 2

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class ServiceUnavailable(MonitorError):
    """Redis or the database cannot be reached."""

    exit_status = 3


class SchemaMismatch(ServiceUnavailable):
    """The database has another schema than this program; the message says what to run."""


class DatabaseError(MonitorError):
    """The database refused a statement; the message holds no values."""


class DatabaseUnwritable(DatabaseError):
    """The database answers but cannot be written. `full`: for want of room; otherwise it is read-only."""

    def __init__(self, message: str, *, full: bool) -> None:
        self.full = full
        super().__init__(message)


class DatabaseDamaged(DatabaseError):
    """The file of the database is damaged; the message names it and says what to do."""


class ParserUnavailable(MonitorError):
    """No process can be started that reads documents."""


class MailboxUnreadable(MonitorError):
    """A mail server cannot be reached, or refuses us; it is tried again."""


class PluginError(MonitorError):
    """An installed plug-in cannot be used; the message names it and says why."""


class DataDirInUse(MonitorError):
    """Another daemon holds the data directory; the message names its process."""


class QueryError(MonitorError):
    """A watch query cannot be parsed. `column` counts characters of the query from 1."""

    exit_status = 2

    def __init__(self, message: str, *, column: int) -> None:
        self.column = column
        super().__init__(message)
