"""The state of sources that keep none of their own, and a plainer name for the table of incidents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import monitor.storage.types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the one table, rename the other."""
    op.rename_table("troubles", "incidents")
    _rename_key("troubles", "incidents")
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
    """Remove the one table, give the other its old name."""
    op.drop_table("source_states")
    op.rename_table("incidents", "troubles")
    _rename_key("incidents", "troubles")


def _rename_key(before: str, after: str) -> None:
    # SQLite keeps the name of a primary key inside the table, where nothing asks for it.
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {after} RENAME CONSTRAINT pk_{before} TO pk_{after}")
