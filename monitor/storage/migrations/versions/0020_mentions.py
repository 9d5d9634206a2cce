"""Whom and what each article names."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import monitor.storage.types

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "mentions",
        sa.Column("article_id", sa.String(length=36), nullable=False),
        sa.Column("name", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("watched", sa.Boolean(), nullable=False),
        sa.Column("spellings", monitor.storage.types.Json(), nullable=True),
        sa.Column("seen_at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_mentions_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", "name", name=op.f("pk_mentions")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_mentions_name_seen_at"), "mentions", ["name", "seen_at"])


def downgrade() -> None:
    """Remove it."""
    op.drop_index(op.f("ix_mentions_name_seen_at"), table_name="mentions")
    op.drop_table("mentions")
