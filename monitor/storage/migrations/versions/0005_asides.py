"""The parts of a text that are not the article, with each article and each of its revisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import monitor.storage.types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what was stored before has no asides."""
    op.add_column("articles", sa.Column("asides", monitor.storage.types.Json(), nullable=True))
    op.add_column("revisions", sa.Column("asides", monitor.storage.types.Json(), nullable=True))


def downgrade() -> None:
    """Remove the columns."""
    op.drop_column("revisions", "asides")
    op.drop_column("articles", "asides")
