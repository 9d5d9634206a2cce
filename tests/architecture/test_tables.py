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
CONTRACT = Path(__file__).parents[1] / "contract"


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


def test_every_migration_follows_the_one_before() -> None:
    """Numbers go up by one, without a gap or a fork; Alembic reads them in the file, not in its name."""
    numbers: list[str | None] = [None, *(path.name[:4] for path in MIGRATIONS)]
    assert numbers[1:] == [f"{number:04}" for number in range(1, len(numbers))]
    for path, before in zip(MIGRATIONS, numbers, strict=False):
        given = {
            target.id: ast.literal_eval(node.value)
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name) and target.id in {"revision", "down_revision"}
        }
        assert given == {"revision": path.name[:4], "down_revision": before}, path.name


def test_every_module_with_a_table_is_tested_on_both_databases() -> None:
    """A module of storage that uses a table is imported by a test in tests/contract, whose `database` is each kind in turn."""
    using = {path.stem for path in STORAGE.glob("*.py") if "monitor.storage.tables" in _imports(path)}
    tested = {name for path in CONTRACT.rglob("test_*.py") for name in _imports(path)}
    untested = sorted(f"monitor/storage/{name}.py" for name in using if f"monitor.storage.{name}" not in tested)
    assert untested == [], "each needs a test in tests/contract"


def _imports(path: Path) -> Iterator[str]:
    """Return the modules that a file imports, and what it imports from them, as dotted names."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
