"""Make public ids: UUID version 7, which sort by time, or ids that follow from what they name."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import Connection, Table, select

from monitor.domain import randomness
from monitor.domain.ids import derived_id


def new_id() -> str:
    """Return a new id, 36 characters."""
    return str(randomness.uuid7())


def free_id(connection: Connection, table: Table, *parts: str) -> str:
    """Return the first of the ids that follow from `parts` that no row of `table` has."""
    return next(
        one
        for one in candidate_ids(*parts)
        if connection.execute(select(table.c.id).where(table.c.id == one)).scalar_one_or_none() is None
    )


def first_free(taken: Collection[str], *parts: str) -> str:
    """Return the first of the ids that follow from `parts` that is not in `taken`."""
    return next(one for one in candidate_ids(*parts) if one not in taken)


def candidate_ids(*parts: str) -> Iterator[str]:
    """Yield the ids that follow from `parts`: the second is for what gets the same name while the first is still in use, and so on."""
    yield derived_id(*parts)
    number = 2
    while True:
        yield derived_id(*parts, str(number))
        number += 1
