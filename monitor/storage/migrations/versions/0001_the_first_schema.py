"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import monitor.storage.types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "channels",
        sa.Column("name", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failing_since", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("open_until", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("paused", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("target", monitor.storage.types.Digest(), nullable=True),
        sa.Column("reason", monitor.storage.types.SafeText(), nullable=True),
        sa.Column("next_send_at", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("lease_token", sa.String(length=36), nullable=True),
        sa.Column("lease_until", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_channels")),
    )
    op.create_table(
        "feeds",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("url", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("name", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("host", sa.String(length=300), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("status", sa.String(length=16), server_default="new", nullable=False),
        sa.Column("reason", monitor.storage.types.SafeText(), nullable=True),
        sa.Column("title", monitor.storage.types.SafeText(), nullable=True),
        sa.Column("format", sa.String(length=32), nullable=True),
        sa.Column("etag", monitor.storage.types.SafeText(), nullable=True),
        sa.Column("last_modified", monitor.storage.types.SafeText(), nullable=True),
        sa.Column("body_hash", monitor.storage.types.Digest(), nullable=True),
        sa.Column("moved_to", monitor.storage.types.SafeText(), nullable=True),
        sa.Column("moves_seen", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_polled_at", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("last_success_at", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("last_full_fetch_at", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("next_poll_at", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("interval_s", sa.Float(), nullable=True),
        sa.Column("failures", sa.Float(), server_default="0", nullable=False),
        sa.Column("history", monitor.storage.types.Json(), nullable=True),
        sa.Column("gap_at", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("lease_until", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("url", name=op.f("uq_feeds_url")),
    )
    with op.batch_alter_table("feeds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feeds_active_next_poll_at"), ["active", "next_poll_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_feeds_host"), ["host"], unique=False)

    op.create_table(
        "files",
        sa.Column("path", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("digest", monitor.storage.types.Digest(), nullable=True),
        sa.Column("error", monitor.storage.types.SafeText(), nullable=True),
        sa.Column("seen_at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_files")),
    )
    op.create_table(
        "heartbeats",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("host", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started_at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.Column("beat_at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "hosts",
        sa.Column("host", sa.String(length=300), nullable=False),
        sa.Column("next_request_at", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("paused_until", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("refusals", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_hosts")),
    )
    op.create_table(
        "silences",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("term", monitor.storage.types.SafeText(), nullable=True),
        sa.Column("tag", monitor.storage.types.SafeText(), nullable=True),
        sa.Column("since", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.Column("until", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.Column("reason", monitor.storage.types.SafeText(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silences")),
    )
    with op.batch_alter_table("silences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_silences_until"), ["until"], unique=False)

    op.create_table(
        "sketch_keys",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sketch_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "sketch_id", name=op.f("pk_sketch_keys")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "stories",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("title", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("created_at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.Column("last_article_at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.Column("articles", sa.Integer(), server_default="0", nullable=False),
        sa.Column("merged_into", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stories")),
    )
    with op.batch_alter_table("stories", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stories_last_article_at"), ["last_article_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_stories_merged_into"), ["merged_into"], unique=False)

    op.create_table(
        "troubles",
        sa.Column("subject", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("problem", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("since", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_troubles")),
    )
    op.create_table(
        "articles",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("title", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("url", monitor.storage.types.SafeText(), nullable=True),
        sa.Column("guid", monitor.storage.types.SafeText(), nullable=True),
        sa.Column("source", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("feed_url", monitor.storage.types.SafeText(), nullable=True),
        sa.Column("author", monitor.storage.types.SafeText(), nullable=True),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("published_at", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("updated_at", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("fetched_at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.Column("summary", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("text", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("image", monitor.storage.types.SafeText(), nullable=True),
        sa.Column("tags", monitor.storage.types.Json(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content_hash", monitor.storage.types.Digest(), nullable=False),
        sa.Column("alertable", sa.Boolean(), nullable=False),
        sa.Column("scanned_at", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("story_id", sa.String(length=36), nullable=True),
        sa.Column("page", sa.String(length=16), server_default="unread", nullable=False),
        sa.Column("page_tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("page_due_at", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_articles_story_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
    )
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_articles_fetched_at"), ["fetched_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_articles_page_due_at"), ["page_due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_articles_story_id"), ["story_id"], unique=False)

    op.create_table(
        "alerts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("dedup_key", monitor.storage.types.Digest(), nullable=False),
        sa.Column("term", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("tags", monitor.storage.types.Json(), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("article_id", sa.String(length=36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("story_id", sa.String(length=36), nullable=True),
        sa.Column("created_at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.Column("suppressed", sa.String(length=32), nullable=True),
        sa.Column("lapsed_at", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("data", monitor.storage.types.Json(), nullable=False),
        sa.Column("why", monitor.storage.types.Json(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_alerts_article_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_alerts_story_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("dedup_key", name=op.f("uq_alerts_dedup_key")),
    )
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alerts_article_id"), ["article_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_alerts_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_alerts_story_id"), ["story_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_alerts_term"), ["term"], unique=False)

    op.create_table(
        "appearances",
        sa.Column("origin_id", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("entry_key", monitor.storage.types.Digest(), nullable=False),
        sa.Column("article_id", sa.String(length=36), nullable=False),
        sa.Column("content_hash", monitor.storage.types.Digest(), nullable=False),
        sa.Column("source", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("url", monitor.storage.types.SafeText(), nullable=True),
        sa.Column("published_at", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("seen_at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_appearances_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("origin_id", "entry_key", name=op.f("pk_appearances")),
    )
    with op.batch_alter_table("appearances", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appearances_article_id"), ["article_id"], unique=False)

    op.create_table(
        "article_keys",
        sa.Column("key", monitor.storage.types.Digest(), nullable=False),
        sa.Column("article_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_article_keys_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_article_keys")),
    )
    with op.batch_alter_table("article_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_keys_article_id"), ["article_id"], unique=False)

    op.create_table(
        "revisions",
        sa.Column("article_id", sa.String(length=36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("title", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("summary", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("text", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("fetched_at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_revisions_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", "revision", name=op.f("pk_revisions")),
    )
    op.create_table(
        "scans",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("article_id", sa.String(length=36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.Column("enqueued_at", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", monitor.storage.types.SafeText(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_scans_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scans")),
        sa.UniqueConstraint("article_id", "revision", name=op.f("uq_scans_article_id_revision")),
    )
    with op.batch_alter_table("scans", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scans_enqueued_at_id"), ["enqueued_at", "id"], unique=False)

    op.create_table(
        "sketches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("article_id", sa.String(length=36), nullable=False),
        sa.Column("at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.Column("dated", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("index_keys", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_sketches_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sketches")),
        sa.UniqueConstraint("article_id", name=op.f("uq_sketches_article_id")),
    )
    with op.batch_alter_table("sketches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sketches_at"), ["at"], unique=False)

    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("alert_id", sa.String(length=36), nullable=True),
        sa.Column("notice", monitor.storage.types.Json(), nullable=True),
        sa.Column("channel", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("status", sa.String(length=16), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_attempt_at", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("next_attempt_at", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("last_error", monitor.storage.types.SafeText(), nullable=True),
        sa.Column("lease_token", sa.String(length=36), nullable=True),
        sa.Column("lease_until", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("created_at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.Column("settled_at", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("reference", monitor.storage.types.SafeText(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_deliveries_alert_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("alert_id", "channel", name=op.f("uq_deliveries_alert_id_channel")),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_deliveries_channel_status_created_at_id"), ["channel", "status", "created_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_deliveries_status_channel_next_attempt_at"), ["status", "channel", "next_attempt_at"], unique=False
        )

    op.create_table(
        "attempts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("delivery_id", sa.String(length=36), nullable=False),
        sa.Column("at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("duration_s", sa.Float(), nullable=False),
        sa.Column("answer", monitor.storage.types.SafeText(), nullable=True),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_attempts_delivery_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempts_delivery_id"), ["delivery_id"], unique=False)


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempts_delivery_id"))

    op.drop_table("attempts")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deliveries_status_channel_next_attempt_at"))
        batch_op.drop_index(batch_op.f("ix_deliveries_channel_status_created_at_id"))

    op.drop_table("deliveries")
    with op.batch_alter_table("sketches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sketches_at"))

    op.drop_table("sketches")
    with op.batch_alter_table("scans", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scans_enqueued_at_id"))

    op.drop_table("scans")
    op.drop_table("revisions")
    with op.batch_alter_table("article_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_article_keys_article_id"))

    op.drop_table("article_keys")
    with op.batch_alter_table("appearances", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appearances_article_id"))

    op.drop_table("appearances")
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alerts_term"))
        batch_op.drop_index(batch_op.f("ix_alerts_story_id"))
        batch_op.drop_index(batch_op.f("ix_alerts_created_at"))
        batch_op.drop_index(batch_op.f("ix_alerts_article_id"))

    op.drop_table("alerts")
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_articles_story_id"))
        batch_op.drop_index(batch_op.f("ix_articles_page_due_at"))
        batch_op.drop_index(batch_op.f("ix_articles_fetched_at"))

    op.drop_table("articles")
    op.drop_table("troubles")
    with op.batch_alter_table("stories", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stories_merged_into"))
        batch_op.drop_index(batch_op.f("ix_stories_last_article_at"))

    op.drop_table("stories")
    op.drop_table("sketch_keys")
    with op.batch_alter_table("silences", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_silences_until"))

    op.drop_table("silences")
    op.drop_table("hosts")
    op.drop_table("heartbeats")
    op.drop_table("files")
    with op.batch_alter_table("feeds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feeds_host"))
        batch_op.drop_index(batch_op.f("ix_feeds_active_next_poll_at"))

    op.drop_table("feeds")
    op.drop_table("channels")
