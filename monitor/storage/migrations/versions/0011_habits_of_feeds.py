"""After what time without anything new a feed is overdue, and how late its entries are read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import monitor.storage.types

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; the polls fill them."""
    with op.batch_alter_table("feeds") as table:
        table.add_column(sa.Column("overdue_after_s", sa.Float()))
        table.add_column(sa.Column("overdue_at", monitor.storage.types.UtcDateTime()))
        table.add_column(sa.Column("late_p50_s", sa.Float()))


def downgrade() -> None:
    """Remove them."""
    with op.batch_alter_table("feeds") as table:
        table.drop_column("late_p50_s")
        table.drop_column("overdue_at")
        table.drop_column("overdue_after_s")
