"""Say what an error of the database means, in words for the operator."""

from __future__ import annotations

from typing import Final

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError, StatementError

from monitor.domain.errors import DatabaseDamaged, DatabaseError, DatabaseUnwritable, MonitorError, ServiceUnavailable

_FULL: Final = ("disk is full", "no space left", "disk quota exceeded", "disk i/o error")
_READ_ONLY: Final = ("readonly database", "read-only transaction", "read-only file system")
_DAMAGED: Final = (
    "database disk image is malformed",
    "file is not a database",
    "malformed database schema",
    "unsupported file format",
)


def translated(error: SQLAlchemyError, file: str | None) -> MonitorError:
    """Return the error to raise instead. `file` is that of an SQLite database."""
    reason = _first_line(error.orig) if isinstance(error, StatementError) else type(error).__name__
    lower = reason.lower()
    if any(words in lower for words in _FULL):
        return DatabaseUnwritable(f"the database cannot be written: {reason}; free some space, nothing is lost", full=True)
    if any(words in lower for words in _READ_ONLY):
        advice = "give its file back to this user" if file else "make the server writable again"
        return DatabaseUnwritable(
            f"the database cannot be written, it is read-only: {reason}; {advice}, nothing is lost", full=False
        )
    if file and any(words in lower for words in _DAMAGED):
        return damaged(file, reason)
    if isinstance(error, OperationalError) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return ServiceUnavailable(f"the database cannot be reached: {reason}")
    if isinstance(error, DBAPIError):
        return DatabaseError(f"the database refused a statement: {type(error).__name__}: {reason}")
    return DatabaseError(f"the database could not be used: {reason}")


def damaged(file: str, reason: str) -> DatabaseDamaged:
    """Return the error of a damaged file, with what to do about it."""
    return DatabaseDamaged(
        f"the database {file} is damaged: {reason}\n"
        f"Stop the daemon and put a backup in its place, without the files {file}-wal and {file}-shm beside it.\n"
        f"Without a backup, try `sqlite3 {file} .recover | sqlite3 recovered.db`, or move it away: the next start makes an empty one, and "
        "feeds and folders are read anew."
    )


def _first_line(error: BaseException | None) -> str:
    return str(error).strip().partition("\n")[0]
