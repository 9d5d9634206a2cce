"""Sessions of the dashboard, which end at logout, and the index that finds the worst deliveries of a channel."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import monitor.storage.types

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "sessions",
        sa.Column("digest", monitor.storage.types.Digest(), nullable=False),
        sa.Column("expires_at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"])
    op.create_index(op.f("ix_deliveries_channel_status_rank_created_at"), "deliveries", ["channel", "status", "rank", "created_at"])


def downgrade() -> None:
    """Remove both."""
    op.drop_index(op.f("ix_deliveries_channel_status_rank_created_at"), table_name="deliveries")
    op.drop_index(op.f("ix_sessions_expires_at"), table_name="sessions")
    op.drop_table("sessions")
