"""How far a source has been read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import monitor.storage.types

revision = "0123"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; sources that have positions fill it."""
    with op.batch_alter_table("source_states") as table:
        table.add_column(sa.Column("position", monitor.storage.types.Json()))


def downgrade() -> None:
    """Remove it."""
    with op.batch_alter_table("source_states") as table:
        table.drop_column("position")
