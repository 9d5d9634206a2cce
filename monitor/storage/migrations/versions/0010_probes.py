"""What the program writes to see whether it works."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import monitor.storage.types

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "probes",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.Column("data", monitor.storage.types.Json(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_probes")),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("probes")
