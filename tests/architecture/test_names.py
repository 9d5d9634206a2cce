"""One name means one thing: public classes and functions are unique, and a module name occurs twice only where packages differ."""

from __future__ import annotations

import ast
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]

QUALIFIED_ROOMS = {
    "monitor/storage": "functions are called with the module of their noun, as in `alerts.listing(connection)`",
    "monitor/cli": "a function has the name of its command",
    "monitor/web/api": "a function has the name of what its endpoint does",
    "workers/channels": "one module for each kind of channel, with the same functions in each",
    "workers/jobs.py": "RQ calls a job by the name of its work",
}
"""Rooms in which functions may have names that are used elsewhere, with the reason."""

SHARED_CLASSES: dict[str, str] = {}
SHARED_FUNCTIONS: dict[str, str] = {}
SHARED_MODULES = {
    "article": "the noun (domain), its page (web)",
    "backtest": "the work (analysis), the command (cli)",
    "deliver_worker": "the work (delivery), the command (cli)",
    "feed": "the noun (domain), its format (parse)",
    "files": "files of the configuration (settings), documents of folders (storage)",
    "ids": "types of ids (domain), new ids (storage)",
    "incidents": "the rules (domain), the table (storage)",
    "ingest": "of a folder's documents (folders), into the tables (storage)",
    "load": "a configuration (settings), a batch of scans (scanning)",
    "match": "the noun (domain), the command (cli)",
    "opml": "the format (parse), the command (cli)",
    "quarantine": "the table (storage), the command (cli), the page and the endpoint (web)",
    "references": "of a configuration (settings), between queries (query)",
    "registry": "of pages (web), of recognizers (recognition)",
    "scan_worker": "the work (scanning), the command (cli)",
    "silences": "the table (storage), the endpoint (web/api)",
    "source": "the values (domain), the kinds (sources)",
    "sources": "their settings (settings), the command (cli), the page and the endpoint (web)",
    "status": "the command (cli), the endpoint (web/api)",
    "story": "the noun (domain), its page (web)",
    "tables": "of the terminal (cli), of the database (storage)",
    "trends": "alerts over time (storage), the command (cli), the page and the endpoint (web)",
    "terms": "the check of the watch list (cli), the page and the endpoint (web)",
    "trace": "the work (analysis), the command (cli), the page and the endpoint (web)",
    "watch": "the noun (domain), the command (cli)",
    **dict.fromkeys(
        ("alerts", "articles", "channels", "deliveries", "feeds", "stories"),
        "one noun, its settings, its table (storage), its commands (cli), its page and its endpoints (web)",
    ),
}
"""Names that are used more than once on purpose, with what tells them apart."""


@cache
def _modules() -> tuple[tuple[str, ast.Module], ...]:
    listed = subprocess.run(
        ["git", "ls-files", "monitor/*.py", "workers/*.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    names = [name for name in sorted(set(listed.stdout.splitlines())) if "/migrations/" not in name and (ROOT / name).exists()]
    return tuple((name, ast.parse((ROOT / name).read_text())) for name in names)


def _used_twice(names_of: Callable[[str, ast.Module], Iterator[str]]) -> dict[str, list[str]]:
    """Return each public name that several modules define, with these modules."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path, tree in _modules():
        for name in set(names_of(path, tree)):
            if not name.startswith("_"):
                found[name].append(path)
    return {name: paths for name, paths in found.items() if len(paths) > 1}


def _classes(_path: str, tree: ast.Module) -> Iterator[str]:
    return (node.name for node in tree.body if isinstance(node, ast.ClassDef))


def _functions(path: str, tree: ast.Module) -> Iterator[str]:
    if any(path == room or path.startswith(f"{room}/") for room in QUALIFIED_ROOMS):
        return iter(())
    return (node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _module_name(path: str, _tree: ast.Module) -> Iterator[str]:
    return iter((Path(path).stem,))


def test_a_public_class_has_a_name_of_its_own() -> None:
    """No two classes have one name, and no exception is listed that is not needed."""
    assert {name: paths for name, paths in _used_twice(_classes).items() if name not in SHARED_CLASSES} == {}
    assert set(SHARED_CLASSES) <= set(_used_twice(_classes))


def test_a_public_function_has_a_name_of_its_own() -> None:
    """No two functions have one name, and no exception is listed that is not needed."""
    assert {name: paths for name, paths in _used_twice(_functions).items() if name not in SHARED_FUNCTIONS} == {}
    assert set(SHARED_FUNCTIONS) <= set(_used_twice(_functions))


def test_modules_of_one_name_are_told_apart_by_their_package() -> None:
    """A module name that occurs twice is listed with what its packages say, and no other is."""
    assert {name: paths for name, paths in _used_twice(_module_name).items() if name not in SHARED_MODULES} == {}
    assert set(SHARED_MODULES) <= set(_used_twice(_module_name))
