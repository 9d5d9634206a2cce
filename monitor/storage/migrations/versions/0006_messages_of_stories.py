"""One message for a story and channel; deliveries know their story, their severity and what of the story has changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import monitor.storage.types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SEVERITIES = ("info", "low", "medium", "high", "critical")


def upgrade() -> None:
    """Add the table and the columns, and fill these for the alerts that are there."""
    op.create_table(
        "messages",
        sa.Column("channel", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("story_id", sa.String(length=36), nullable=False),
        sa.Column("reference", monitor.storage.types.SafeText(), nullable=True),
        sa.Column("posted_at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.Column("notified_at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.Column("edited_at", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("developed_at", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("shows", monitor.storage.types.Json(), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_messages_story_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("channel", "story_id", name=op.f("pk_messages")),
    )
    op.create_index(op.f("ix_messages_story_id"), "messages", ["story_id"])
    op.add_column("deliveries", sa.Column("story_id", sa.String(length=36), nullable=True))
    op.add_column("deliveries", sa.Column("rank", sa.Integer(), nullable=True))
    op.add_column("deliveries", sa.Column("change", sa.String(length=16), nullable=True))
    op.create_index(op.f("ix_deliveries_story_id_channel_status"), "deliveries", ["story_id", "channel", "status"])
    ranks = " ".join(f"WHEN '{severity}' THEN {rank}" for rank, severity in enumerate(_SEVERITIES))
    op.execute(
        "UPDATE deliveries SET "
        "story_id = (SELECT alerts.story_id FROM alerts WHERE alerts.id = deliveries.alert_id), "
        f"rank = (SELECT CASE alerts.severity {ranks} END FROM alerts WHERE alerts.id = deliveries.alert_id) "  # noqa: S608 - constants
        "WHERE alert_id IS NOT NULL"
    )
    # What was posted before by a service that names its messages goes on as the message of its story.
    op.execute(
        "INSERT INTO messages (channel, story_id, reference, posted_at, notified_at, shows) "
        "SELECT d.channel, d.story_id, MIN(d.reference), MIN(d.created_at), MAX(d.created_at), '{}' FROM deliveries d "
        "JOIN stories s ON s.id = d.story_id WHERE d.status = 'delivered' "
        "GROUP BY d.channel, d.story_id"
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_index(op.f("ix_deliveries_story_id_channel_status"), table_name="deliveries")
    op.drop_column("deliveries", "change")
    op.drop_column("deliveries", "rank")
    op.drop_column("deliveries", "story_id")
    op.drop_index(op.f("ix_messages_story_id"), table_name="messages")
    op.drop_table("messages")
