"""The imprints of a feed's last document, out of the history that every poll reads and writes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

import monitor.storage.types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_FEEDS = sa.table("feeds", sa.column("id", sa.String), sa.column("history", monitor.storage.types.Json))
_DOCUMENT = ("newest", "wishes", "unreliable")


def upgrade() -> None:
    """Add the column, and leave in each history what still belongs there: a feed's rhythm took weeks to learn."""
    op.add_column("feeds", sa.Column("imprints", sa.LargeBinary(), nullable=True))
    connection = op.get_bind()
    rows = connection.execute(sa.select(_FEEDS.c.id, _FEEDS.c.history).where(_FEEDS.c.history.is_not(None))).all()
    for row in rows:
        connection.execute(sa.update(_FEEDS).where(_FEEDS.c.id == row.id).values(history=_shortened(row.history)))


def _shortened(history: dict[str, Any]) -> dict[str, Any]:
    rhythm = {name: value for name, value in history["rhythm"].items() if name != "counted_at"}
    return {"form": 2, "rhythm": rhythm, "document": {name: history["document"][name] for name in _DOCUMENT}}


def downgrade() -> None:
    """Undo; the histories are learnt anew."""
    op.execute("UPDATE feeds SET history = NULL")
    op.drop_column("feeds", "imprints")
