"""Incidents of which the operator has been told and that are not over."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from monitor.domain.incidents import Incident
from monitor.storage.dialect import insert
from monitor.storage.tables import incidents


def known(connection: Connection) -> dict[str, Incident]:
    """Return the incidents of which the operator has been told, by subject."""
    rows = connection.execute(select(incidents).order_by(incidents.c.subject))
    return {row.subject: Incident(subject=row.subject, problem=row.problem, since=row.since) for row in rows}


def begin(connection: Connection, incident: Incident) -> bool:
    """Store the incident as reported; return False if another process was first."""
    row = {"subject": incident.subject, "problem": incident.problem, "since": incident.since}
    new = insert(connection, incidents).values(row).on_conflict_do_nothing().returning(incidents.c.subject)
    return connection.execute(new).scalar() is not None


def end(connection: Connection, incident: Incident) -> bool:
    """Delete an incident that is over; return False if another process was first."""
    return connection.execute(delete(incidents).where(incidents.c.subject == incident.subject)).rowcount == 1
