"""Alerts that are held back until they are told, what each source has used of its budget, and what quiet hours held."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import monitor.storage.types

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two tables and a column. Alerts that an older version suppressed stay untold: nobody expects them any more."""
    op.create_table(
        "holds",
        sa.Column("alert_id", sa.String(length=36), nullable=False),
        sa.Column("until", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("earliest", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("reported_at", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_holds_alert_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_holds")),
    )
    op.create_index(op.f("ix_holds_reported_at_until"), "holds", ["reported_at", "until"])
    op.create_table(
        "source_budgets",
        sa.Column("source", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("hour", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_source_budgets")),
    )
    op.add_column("deliveries", sa.Column("quiet", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Remove them."""
    op.drop_column("deliveries", "quiet")
    op.drop_table("source_budgets")
    op.drop_index(op.f("ix_holds_reported_at_until"), table_name="holds")
    op.drop_table("holds")
