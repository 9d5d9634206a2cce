"""Stories that were split by hand, which are never merged again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import monitor.storage.types

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "splits",
        sa.Column("story_id", sa.String(length=36), nullable=False),
        sa.Column("from_story_id", sa.String(length=36), nullable=False),
        sa.Column("at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["from_story_id"], ["stories.id"], name=op.f("fk_splits_from_story_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_splits_story_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("story_id", "from_story_id", name=op.f("pk_splits")),
    )
    op.create_index(op.f("ix_splits_from_story_id"), "splits", ["from_story_id"])


def downgrade() -> None:
    """Remove it."""
    op.drop_index(op.f("ix_splits_from_story_id"), table_name="splits")
    op.drop_table("splits")
