"""A table that is only half added fails here, not in the daemon."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from monitor.storage import schema, tables

STORAGE = Path(tables.__file__).parent
MIGRATIONS = sorted((STORAGE / "migrations" / "versions").glob("[0-9]*.py"))
NAMES = set(tables.metadata.tables)


def upgrades() -> Iterator[str]:
    """Return the source of each migration's `upgrade`, in order."""
    for path in MIGRATIONS:
        text = path.read_text()
        (function,) = (node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name == "upgrade")
        yield ast.unparse(function)


def migrated() -> set[str]:
    """Return the tables that the migrations leave."""
    names: set[str] = set()
    for text in upgrades():
        names |= set(re.findall(r"op\.create_table\('(\w+)'", text))
        names -= set(re.findall(r"op\.drop_table\('(\w+)'", text))
        for before, after in re.findall(r"op\.rename_table\('(\w+)', '(\w+)'", text):
            names = names - {before} | {after}
    return names


def test_every_table_has_a_migration_and_every_migration_a_table() -> None:
    """Whether their columns agree as well is tested on real databases, in tests/contract/test_schema.py."""
    assert migrated() == NAMES


def test_the_newest_migration_is_the_schema_of_the_program() -> None:
    """`schema.HEAD` is what `run` upgrades to and what the separate roles require."""
    assert MIGRATIONS[-1].name[:4] == schema.HEAD


def test_every_table_is_exported_and_described() -> None:
    """monitor/storage/tables.py gives every table, and says what it is for."""
    described = set(re.findall(r"`(\w+)`", tables.__doc__ or ""))
    assert set(tables.__all__) - {"metadata"} == NAMES == described


def test_every_table_is_read_by_a_module_of_storage() -> None:
    """No table is left without functions that read and write it."""
    modules = [path.read_text() for path in STORAGE.glob("*.py") if not path.stem.endswith("tables")]
    imported = {
        alias.name
        for text in modules
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom) and node.module == "monitor.storage.tables"
        for alias in node.names
    }
    assert imported - {"metadata"} == NAMES
