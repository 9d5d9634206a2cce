"""Give a statement a list of whole numbers as one parameter: an array on PostgreSQL, JSON on SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import orjson
from sqlalchemy import Connection

NUMBERS: Final = {
    "sqlite": "SELECT value AS number FROM json_each(:numbers)",
    "postgresql": "SELECT unnest(CAST(:numbers AS bigint[])) AS number",
}
"""The numbers of the parameter `numbers` as rows."""


def number_list(connection: Connection, values: Sequence[int]) -> object:
    """Return the value for such a parameter."""
    return list(values) if connection.dialect.name == "postgresql" else orjson.dumps(list(values)).decode()
