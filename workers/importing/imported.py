"""What becomes of another tool's list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Value: TypeAlias = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportedTerm:
    """A watch item as keys and values, `name` among them, and how its meaning has changed."""

    keys: Mapping[str, Value]
    changes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return the name of the term."""
        return str(self.keys["name"])


@dataclass(slots=True)
class ImportResult:
    """The terms of a list, what holds for all of them, and what could not be taken over, each with its line."""

    terms: list[ImportedTerm] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
