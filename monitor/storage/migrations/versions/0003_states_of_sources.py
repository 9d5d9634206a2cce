"""The state of sources that keep none of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import monitor.storage.types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "source_states",
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("address", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", monitor.storage.types.SafeText(), nullable=True),
        sa.Column("last_read_at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.Column("last_success_at", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "address", name=op.f("pk_source_states")),
    )


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("source_states")
