"""What is usual of each series, and the bursts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import monitor.storage.types

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "series_baselines",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("data", monitor.storage.types.Json(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", name=op.f("pk_series_baselines")),
    )
    op.create_table(
        "bursts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("started_at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("stories", sa.Integer(), nullable=False),
        sa.Column("usual", sa.Float(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("peak", sa.Integer(), nullable=False),
        sa.Column("peak_at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("shown_at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bursts")),
    )
    op.create_index(op.f("ix_bursts_started_at"), "bursts", ["started_at"])


def downgrade() -> None:
    """Remove them."""
    op.drop_index(op.f("ix_bursts_started_at"), table_name="bursts")
    op.drop_table("bursts")
    op.drop_table("series_baselines")
