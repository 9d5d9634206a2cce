"""Count the alerts that each source has raised in its present hour, for its budget."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, case, select

from monitor.storage.dialect import insert
from monitor.storage.tables import source_budgets


def used(connection: Connection, source: str, hour: datetime) -> int:
    """Return how many alerts the source has had told in the hour that began at `hour`."""
    query = select(source_budgets.c.told).where(source_budgets.c.source == source, source_budgets.c.hour == hour)
    return connection.execute(query).scalar_one_or_none() or 0


def add(connection: Connection, source: str, hour: datetime, count: int) -> None:
    """Count `count` further alerts of the source in this hour; the count of an earlier hour is forgotten."""
    statement = insert(connection, source_budgets).values(source=source, hour=hour, told=count)
    new = statement.excluded
    told = case((source_budgets.c.hour == new.hour, source_budgets.c.told + new.told), else_=new.told)
    connection.execute(statement.on_conflict_do_update(index_elements=["source"], set_={"hour": new.hour, "told": told}))
