"""Who has seen an alert, whom else it is told to until then, links that act once; silences of a story, and without an end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import monitor.storage.types

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and the column."""
    time, text, digest = monitor.storage.types.UtcDateTime, monitor.storage.types.SafeText, monitor.storage.types.Digest
    op.create_table(
        "acknowledgements",
        sa.Column("alert_id", sa.String(length=36), nullable=False),
        sa.Column("by", text(), nullable=False),
        sa.Column("at", time(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_acknowledgements_alert_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_acknowledgements")),
    )
    op.create_index(op.f("ix_acknowledgements_at"), "acknowledgements", ["at"])
    op.create_table(
        "escalations",
        sa.Column("alert_id", sa.String(length=36), nullable=False),
        sa.Column("told", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", time(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_escalations_alert_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_escalations")),
    )
    op.create_index(op.f("ix_escalations_due_at"), "escalations", ["due_at"])
    op.create_table(
        "signing_keys",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("key", digest(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_signing_keys")),
    )
    op.create_table(
        "used_links",
        sa.Column("digest", digest(), nullable=False),
        sa.Column("used_at", time(), nullable=False),
        sa.Column("expires_at", time(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_used_links")),
    )
    op.create_index(op.f("ix_used_links_expires_at"), "used_links", ["expires_at"])
    with op.batch_alter_table("silences", schema=None) as batch:
        batch.add_column(sa.Column("story_id", sa.String(length=36), nullable=True))
        batch.alter_column("until", existing_type=time(), nullable=True)


def downgrade() -> None:
    """Remove them; silences without an end and those of stories are lifted."""
    op.execute(sa.text("DELETE FROM silences WHERE until IS NULL OR story_id IS NOT NULL"))
    with op.batch_alter_table("silences", schema=None) as batch:
        batch.alter_column("until", existing_type=monitor.storage.types.UtcDateTime(), nullable=False)
        batch.drop_column("story_id")
    op.drop_index(op.f("ix_used_links_expires_at"), table_name="used_links")
    op.drop_table("used_links")
    op.drop_table("signing_keys")
    op.drop_index(op.f("ix_escalations_due_at"), table_name="escalations")
    op.drop_table("escalations")
    op.drop_index(op.f("ix_acknowledgements_at"), table_name="acknowledgements")
    op.drop_table("acknowledgements")
