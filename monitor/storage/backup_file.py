"""Write the database to one file that either kind of database can be restored from, and read it back.

The file is JSON lines, compressed with gzip: a header, then for each table its name and columns followed by its rows, and at the end the number of
rows and a SHA-256 of all lines before. Rows are values of one read transaction, so that a backup is consistent while everything runs. Times and bytes
are marked (`{"t": …}`, `{"b": …}`), all else is as it is stored, so that a schema of any age can be restored and upgraded then.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

import orjson
from sqlalchemy import Column, Table, Text, inspect, select, text, type_coerce

from monitor.domain.errors import MonitorError, UsageError
from monitor.domain.times import rfc3339
from monitor.storage import schema
from monitor.storage.engine import Connection, Database
from monitor.storage.tables import metadata
from monitor.storage.types import Json

_FORMAT: Final = "news-monitor backup 1"
_OF_PROCESSES: Final = frozenset({"heartbeats", "incidents", "probes", "sessions"})
"""Tables that describe running processes and who is logged in; they mean nothing elsewhere."""
_BATCH: Final = 500
_LEVEL: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSummary:
    """What a file holds: the schema of its rows, when it was made, and the number of rows by table."""

    schema: str
    made_at: str
    rows: dict[str, int]


def write_backup(database: Database, path: Path, *, now: datetime) -> BackupSummary:
    """Write every row to `path`, which is replaced when the file is whole and on the disk. Raises MonitorError and DatabaseError."""
    part: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        part = Path(name)
        with os.fdopen(handle, "wb") as file:
            found = _write(database, file, now)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise MonitorError(f"{path}: cannot be written: {(error.strerror or str(error)).lower()}") from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)
    return found


def read_backup(path: Path) -> BackupSummary:
    """Return what a backup holds after reading the whole of it. Raises MonitorError for a file that is none, is cut off or was changed."""
    digest, rows, table, last = hashlib.sha256(), dict[str, int](), "", b""
    header: dict[str, Any] | None = None
    for line in _lines(path):
        digest.update(last)
        last = line
        if header is None:
            header = _header(line, path)
        elif line.startswith(b"{"):
            entry = orjson.loads(line)
            if "table" in entry:
                table = entry["table"]
                rows[table] = 0
        else:
            rows[table] += 1
    end = orjson.loads(last) if last.startswith(b'{"end"') else None
    if header is None or end is None or end != {"end": sum(rows.values()), "sha256": digest.hexdigest()}:
        raise MonitorError(f"{path}: the backup is cut off or was changed; take another one")
    return BackupSummary(schema=header["schema"], made_at=header["made_at"], rows=rows)


def restore_backup(database: Database, path: Path) -> BackupSummary:
    """Put every row of a backup into an empty database, with the schema that it was made from, in one transaction; then upgrade.

    Raises MonitorError for a file that is no whole backup, UsageError for a database that holds something, SchemaMismatch for a newer schema.
    """
    found = read_backup(path)
    schema.refuse_newer(found.schema)
    _require_empty(database, found.schema)
    with database.write(durable=True) as connection:
        _take_time(database, connection)
        for table, columns, rows in _tables(path):
            _insert(connection, table, columns, rows)
    schema.upgrade(database)
    return found


def _write(database: Database, file: IO[bytes], now: datetime) -> BackupSummary:
    rows: dict[str, int] = {}
    digest = hashlib.sha256()
    made_at = rfc3339(now)
    assert made_at is not None
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=_LEVEL, mtime=0) as packed, database.snapshot() as connection:

        def put(value: Any) -> None:
            line = orjson.dumps(value) + b"\n"
            digest.update(line)
            packed.write(line)

        put({"format": _FORMAT, "schema": schema.HEAD, "made_at": made_at})
        for table in metadata.sorted_tables:
            if table.name in _OF_PROCESSES:
                continue
            put({"table": table.name, "columns": [column.name for column in table.columns]})
            rows[table.name] = 0
            for row in connection.execution_options(yield_per=_BATCH).execute(_stored(table)):
                put([_marked(value) for value in row])
                rows[table.name] += 1
        packed.write(orjson.dumps({"end": sum(rows.values()), "sha256": digest.hexdigest()}) + b"\n")
    return BackupSummary(schema=schema.HEAD, made_at=made_at, rows=rows)


def _stored(table: Table) -> Any:
    """Return the statement that reads a table, JSON as the text that it is stored as."""
    columns: list[Column[Any]] = [*table.columns]
    return select(*(type_coerce(column, Text) if isinstance(column.type, Json) else column for column in columns))


def _marked(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"t": value.astimezone(UTC).isoformat()}
    if isinstance(value, bytes | memoryview):
        return {"b": base64.b64encode(value).decode()}
    return value


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path, "rb") as file:
            yield from file
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise MonitorError(f"{path}: this is no backup, or it is cut off or damaged; take another one") from error
    except OSError as error:
        raise MonitorError(f"{path}: cannot be read: {(error.strerror or str(error)).lower()}") from error


def _header(line: bytes, path: Path) -> dict[str, Any]:
    with suppress(orjson.JSONDecodeError):
        found = orjson.loads(line)
        if isinstance(found, dict) and found.get("format") == _FORMAT:
            return found
    raise MonitorError(f"{path}: this is no backup of news-monitor")


def _require_empty(database: Database, revision: str) -> None:
    """Create the schema of `revision` where there is none. Raises UsageError where the database holds something, or has another schema."""
    present = schema.current(database)
    if present is None and revision == schema.HEAD:
        schema.upgrade(database)
    elif present is None:
        from monitor.storage.migrations.run import upgrade  # noqa: PLC0415 - alembic costs a quarter of a second, only here

        upgrade(database, revision)
    elif present != revision:
        raise UsageError(f"the backup has schema {revision}, the database {present}: restore it into a database without tables")
    with database.read() as connection:
        held = [name for name in _names(connection) if _has_rows(connection, name)]
    if held:
        raise UsageError(
            f"the database is not empty ({', '.join(sorted(held))}): nothing was restored. Use an empty one, or move data_dir/news.db away first"
        )


def _names(connection: Connection) -> list[str]:
    names = inspect(connection).get_table_names()
    return [name for name in names if name != "alembic_version" and name not in _OF_PROCESSES]


def _has_rows(connection: Connection, table: str) -> bool:
    return connection.execute(select(1).select_from(text(table)).limit(1)).first() is not None


def _take_time(database: Database, connection: Connection) -> None:
    if database.dialect == "postgresql":
        from monitor.storage.postgres_engine import take_time  # noqa: PLC0415 - its driver is an extra

        take_time(connection)


def _tables(path: Path) -> Iterator[tuple[str, Sequence[str], Iterator[list[Any]]]]:
    """Yield each table with its columns and rows; the rows must be taken before the next table is."""
    lines = _lines(path)
    next(lines)
    entry = orjson.loads(next(lines))
    while "table" in entry:
        following: list[bytes] = []
        yield entry["table"], entry["columns"], _rows(lines, following)
        entry = orjson.loads(following[0])


def _rows(lines: Iterator[bytes], following: list[bytes]) -> Iterator[list[Any]]:
    for line in lines:
        if line.startswith(b"{"):
            following.append(line)
            return
        yield orjson.loads(line)


def _insert(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[list[Any]]) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    places = ", ".join(f":{name}" for name in columns)
    statement = text(f'INSERT INTO "{table}" ({names}) VALUES ({places})')  # noqa: S608 - the names were checked to be the schema's own
    known = {column["name"] for column in inspect(connection).get_columns(table)}
    if not known.issuperset(columns):
        raise MonitorError(f"the backup has columns of {table} that its schema does not have")
    restore = _for_sqlite if connection.dialect.name == "sqlite" else _for_postgresql
    waiting = iter(rows)
    while batch := [*islice(waiting, _BATCH)]:
        connection.execute(statement, [dict(zip(columns, map(restore, row), strict=True)) for row in batch])
    if connection.dialect.name == "postgresql":
        _advance_numbers(connection, table, columns)


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, dict):
        return (
            base64.b64decode(value["b"])
            if "b" in value
            else datetime.fromisoformat(value["t"]).replace(tzinfo=None).isoformat(" ", "microseconds")
        )
    return value


def _for_postgresql(value: Any) -> Any:
    if isinstance(value, dict):
        return base64.b64decode(value["b"]) if "b" in value else datetime.fromisoformat(value["t"])
    return value


def _advance_numbers(connection: Connection, table: str, columns: Sequence[str]) -> None:
    """Let the sequences of a table go on behind the numbers that were inserted."""
    for column in columns:
        sequence = connection.execute(
            text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table, "column": column}
        ).scalar()
        if sequence is not None:
            connection.execute(
                text(f'SELECT setval(:sequence, max("{column}")) FROM "{table}" HAVING max("{column}") IS NOT NULL'),  # noqa: S608 - as above
                {"sequence": sequence},
            )
