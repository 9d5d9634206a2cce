"""What brought a process down, and how often the scan of an article ended so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import monitor.storage.types

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the columns."""
    op.create_table(
        "quarantine",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("title", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("source", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("url", monitor.storage.types.SafeText(), nullable=True),
        sa.Column("reason", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("since", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.Column("dropped", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
    )
    op.create_index(op.f("ix_quarantine_dropped_since"), "quarantine", ["dropped", "since"])
    op.create_index(op.f("ix_quarantine_subject"), "quarantine", ["subject"])
    op.add_column("scans", sa.Column("begun_by", sa.String(length=36), nullable=True))
    op.add_column("scans", sa.Column("begun_at", monitor.storage.types.UtcDateTime(), nullable=True))
    op.add_column("scans", sa.Column("strikes", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Remove them."""
    for column in ("strikes", "begun_at", "begun_by"):
        op.drop_column("scans", column)
    op.drop_index(op.f("ix_quarantine_subject"), table_name="quarantine")
    op.drop_index(op.f("ix_quarantine_dropped_since"), table_name="quarantine")
    op.drop_table("quarantine")
