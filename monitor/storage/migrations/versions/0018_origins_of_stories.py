"""Where reports come from, and which matches wait for a second origin."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import monitor.storage.types

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "provenances",
        sa.Column("article_id", sa.String(length=36), nullable=False),
        sa.Column("owner", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("agencies", monitor.storage.types.Json(), nullable=False),
        sa.Column("wording", sa.LargeBinary(), nullable=False),
        sa.Column("same_words_as", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_provenances_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_provenances")),
    )
    op.create_table(
        "unconfirmed_matches",
        sa.Column("article_id", sa.String(length=36), nullable=False),
        sa.Column("term", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_unconfirmed_matches_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "term", name=op.f("pk_unconfirmed_matches")),
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("unconfirmed_matches")
    op.drop_table("provenances")
