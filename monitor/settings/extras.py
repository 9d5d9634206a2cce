"""Find what a configuration asks for that needs an optional part of the installation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Any

from monitor.domain.errors import Fault
from monitor.settings.schema_walker import SchemaWalker


def missing_extras(data: Mapping[str, Any], walker: SchemaWalker) -> Iterator[Fault]:
    """Yield a fault for every value that needs an extra which is not installed."""
    if str(data.get("database_url", "")).startswith("postgres") and not is_installed("psycopg"):
        yield walker.nodes[("database_url",)].position.fault(extra_needed("PostgreSQL", "postgres"))
    for index, feed in enumerate(data.get("feeds", ())):
        if feed.get("full_text") and not is_installed("trafilatura"):
            yield walker.nodes["feeds", index, "full_text"].position.fault(extra_needed("`full_text`", "fulltext"))


def is_installed(package: str) -> bool:
    """Return whether a package can be imported, without importing it."""
    return find_spec(package) is not None


def extra_needed(what: str, extra: str) -> str:
    """Return the sentence that says what to install."""
    return f"{what} needs an extra that is not installed: pip install 'news-monitor[{extra}]'"
