"""When each step of a process last came to its end, and whether the process does its work without Redis."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import monitor.storage.types

revision = "0105"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Begin the table anew, since running processes fill it within seconds."""
    op.execute("DELETE FROM heartbeats")
    with op.batch_alter_table("heartbeats") as table:
        table.add_column(sa.Column("steps", monitor.storage.types.Json(), nullable=False))
        table.add_column(sa.Column("redis_bypassed", sa.Boolean(), nullable=False))


def downgrade() -> None:
    """Remove the columns."""
    with op.batch_alter_table("heartbeats") as table:
        table.drop_column("redis_bypassed")
        table.drop_column("steps")
