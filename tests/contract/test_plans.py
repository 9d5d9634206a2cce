"""No query that is asked often reads a whole table, whatever it holds: the plans of both databases say so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event

from monitor.storage.engine import Connection, Database
from tests.made_rows import Size, fill
from tests.made_text import Writer, made_statement
from tests.often_asked import EXCHANGE, HOUSEKEEPING, PAGES, TICK, scan_some

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SIZE = Size(feeds=50, articles=600, indexed=600, alerts=300, deliveries=600, terms=10)
BIG = (
    "articles",
    "stories",
    "statements",
    "statement_keys",
    "alerts",
    "deliveries",
    "attempts",
    "appearances",
    "relations",
    "revisions",
    "mentions",
)
"""The tables that grow with what is read and told. Others have a row for a feed or a channel, or are emptied all the time."""


@contextmanager
def asked(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are executed meanwhile, each with its parameters."""
    found: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, *many: Any) -> None:
        found.append((statement, parameters[0] if any(many) else parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def full_scans(connection: Connection, statement: str, parameters: Any) -> list[str]:
    """Return what a plan reads in whole; what stops at a LIMIT does not."""
    if not re.match(r"\s*(select|insert|update|delete|with)\b", statement, re.IGNORECASE):
        return []
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        with driver.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
            return list(_unbounded(cursor.fetchone()[0][0]["Plan"], bounded=False))
    limited = "limit" in statement.lower()
    plan = [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    return [line for line in plan if _is_scan(line) and not (limited and " USING " in line)]


def _is_scan(line: str) -> bool:
    words = line.split()
    return words[0] == "SCAN" and words[1] in BIG


def _unbounded(node: dict[str, Any], *, bounded: bool) -> Iterator[str]:
    bounded = bounded or node["Node Type"] == "Limit"
    reads = "Relation Name" in node and node["Relation Name"] in BIG and node["Node Type"].endswith("Scan")
    if reads and not bounded and "Index Cond" not in node and "Recheck Cond" not in node:
        yield f"{node['Node Type']} on {node['Relation Name']}"
    sorts = node["Node Type"] in {"Sort", "Hash", "Aggregate"}
    for child in node.get("Plans", ()):
        yield from _unbounded(child, bounded=bounded and not sorts)


@pytest.fixture(scope="module")
def reports() -> list[tuple[str, str]]:
    """Some reports, every third of which is on a harbour."""
    writer = Writer(1)
    return [
        (title, f"{text} The harbour is closed." if not place % 3 else text)
        for place, (title, text) in enumerate(writer.report() for _ in range(12))
    ]


def test_nothing_that_is_asked_often_reads_a_whole_table(database: Database, reports: list[tuple[str, str]]) -> None:
    """A tick, the scan of articles, an exchange with a channel, housekeeping and what the pages show."""
    fill(database, SIZE, [made_statement(*report, NOW) for report in reports], NOW)
    with asked(database) as found:
        scan_some(database, reports, NOW)
        for questions in (TICK, EXCHANGE, HOUSEKEEPING, PAGES):
            for question in questions.values():
                with database.write() as connection:
                    question(connection, NOW)
    statements = dict(found)
    assert len(statements) > 60
    with database.write() as connection:
        if connection.dialect.name == "postgresql":  # small tables it reads in whole where it need not
            for kind in ("seqscan", "hashjoin", "mergejoin"):
                connection.exec_driver_sql(f"SET LOCAL enable_{kind} = off")
        faults = {
            statement: scans
            for statement, parameters in statements.items()
            if (scans := full_scans(connection, statement, parameters))
        }
    assert [f"{scans} in {' '.join(statement.split())}" for statement, scans in faults.items()] == []


def test_a_full_scan_is_noticed(database: Database) -> None:
    """The check above finds a query without an index, on both databases."""
    with asked(database) as found, database.read() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM alerts WHERE severity = 'high'")
    (statement, parameters), *_ = [one for one in found if "severity" in one[0]]
    with database.write() as connection:
        assert full_scans(connection, statement, parameters)
