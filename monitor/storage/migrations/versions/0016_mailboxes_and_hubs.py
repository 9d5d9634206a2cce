"""How far a source has been read, subscriptions at hubs, and how late feeds are read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import monitor.storage.types

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, which readings fill, and the table."""
    with op.batch_alter_table("feeds") as table:
        table.add_column(sa.Column("late_p95_s", sa.Float()))
        table.add_column(sa.Column("late_usual_s", sa.Float()))
    with op.batch_alter_table("source_states") as table:
        table.add_column(sa.Column("position", monitor.storage.types.Json()))
    op.create_table(
        "hub_subscriptions",
        sa.Column("feed_url", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("hub", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("topic", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("secret", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("lease_s", sa.Float()),
        sa.Column("expires_at", monitor.storage.types.UtcDateTime()),
        sa.Column("next_request_at", monitor.storage.types.UtcDateTime()),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("missed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("heard_at", monitor.storage.types.UtcDateTime()),
        sa.Column("reason", monitor.storage.types.ShownText()),
        sa.PrimaryKeyConstraint("feed_url", name=op.f("pk_hub_subscriptions")),
        sa.UniqueConstraint("token", name=op.f("uq_hub_subscriptions_token")),
    )


def downgrade() -> None:
    """Remove them."""
    with op.batch_alter_table("feeds") as table:
        table.drop_column("late_usual_s")
        table.drop_column("late_p95_s")
    op.drop_table("hub_subscriptions")
    with op.batch_alter_table("source_states") as table:
        table.drop_column("position")
