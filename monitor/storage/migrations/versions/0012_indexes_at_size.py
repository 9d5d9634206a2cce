"""Indexes for what is asked again and again of many alerts and deliveries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let terms and times be found together, settled deliveries by their time, and merged stories without those that are not."""
    op.drop_index(op.f("ix_alerts_term"), table_name="alerts")
    op.drop_index(op.f("ix_alerts_created_at"), table_name="alerts")
    op.create_index(op.f("ix_alerts_term_created_at"), "alerts", ["term", "created_at"])
    op.create_index(op.f("ix_alerts_created_at_term"), "alerts", ["created_at", "term"])
    op.drop_index(op.f("ix_stories_merged_into"), table_name="stories")
    some = sa.text("merged_into IS NOT NULL")
    op.create_index(op.f("ix_stories_merged_into"), "stories", ["merged_into"], sqlite_where=some, postgresql_where=some)
    op.create_index(op.f("ix_deliveries_settled_at"), "deliveries", ["settled_at"])


def downgrade() -> None:
    """Put back the indexes of before."""
    op.drop_index(op.f("ix_deliveries_settled_at"), table_name="deliveries")
    op.drop_index(op.f("ix_stories_merged_into"), table_name="stories")
    op.create_index(op.f("ix_stories_merged_into"), "stories", ["merged_into"])
    op.drop_index(op.f("ix_alerts_created_at_term"), table_name="alerts")
    op.drop_index(op.f("ix_alerts_term_created_at"), table_name="alerts")
    op.create_index(op.f("ix_alerts_created_at"), "alerts", ["created_at"])
    op.create_index(op.f("ix_alerts_term"), "alerts", ["term"])
