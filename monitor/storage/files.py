"""Store which files of the watched folders were read, so that only new and changed ones are read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from monitor.storage.chunks import parts
from monitor.storage.dialect import insert
from monitor.storage.tables import files


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFile:
    """A file when it was last read. `digest` is the SHA-256 of its content, None if it could not be read; `error` says why."""

    path: str
    size: int
    mtime_ns: int
    digest: bytes | None
    error: str | None


def known(connection: Connection, paths: Sequence[str]) -> dict[str, KnownFile]:
    """Return what is stored about these files, by path; files never read are left out."""
    rows = (row for some in parts(paths) for row in connection.execute(_KNOWN, {"paths": some}).all())
    return {
        path: KnownFile(path=path, size=size, mtime_ns=at, digest=digest, error=error) for path, size, at, digest, error in rows
    }


def record(connection: Connection, read: Sequence[KnownFile], now: datetime) -> None:
    """Store files that were just read; of several with one path, the last counts."""
    if not read:
        return
    statement = insert(connection, files)
    changed = {name: statement.excluded[name] for name in ("size", "mtime_ns", "digest", "error", "seen_at")}
    rows = {file.path: {**asdict(file), "seen_at": now} for file in read}
    connection.execute(statement.on_conflict_do_update(index_elements=["path"], set_=changed), list(rows.values()))


def failing(connection: Connection) -> tuple[KnownFile, ...]:
    """Return the files that cannot be read, by path."""
    rows = connection.execute(select(files).where(files.c.error.is_not(None)).order_by(files.c.path))
    return tuple(KnownFile(path=row.path, size=row.size, mtime_ns=row.mtime_ns, digest=None, error=row.error) for row in rows)


_KNOWN = select(files.c.path, files.c.size, files.c.mtime_ns, files.c.digest, files.c.error).where(
    files.c.path.in_(bindparam("paths", expanding=True))
)
