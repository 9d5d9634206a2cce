"""Statements: every source's words are its own article, related to others before alerting.

Appearances in other sources of an article that was stored once for all of them are kept as what they are; from the next change of their text
they become articles of their own. The index of stories begins anew: scan workers fill it with the articles of the last days.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import monitor.storage.types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and tables of statements; drop the keys by which other sources' words were attributed to an article."""
    op.drop_table("article_keys")
    op.drop_table("sketch_keys")
    op.drop_table("sketches")
    op.add_column("stories", sa.Column("profile", sa.LargeBinary(), nullable=True))
    op.add_column("appearances", sa.Column("own", sa.Boolean(), server_default=sa.true(), nullable=False))
    # Of an article's appearances the earliest is its own source's.
    op.execute(
        "UPDATE appearances SET own = false WHERE EXISTS (SELECT 1 FROM appearances AS first WHERE first.article_id = appearances.article_id "
        "AND first.origin_id <> appearances.origin_id AND (first.seen_at < appearances.seen_at "
        "OR (first.seen_at = appearances.seen_at AND first.origin_id < appearances.origin_id)))"
    )
    op.create_table(
        "statements",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("article_id", sa.String(length=36), nullable=False),
        sa.Column("at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.Column("dated", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("index_keys", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_statements_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statements")),
        sa.UniqueConstraint("article_id", name=op.f("uq_statements_article_id")),
    )
    op.create_index(op.f("ix_statements_at"), "statements", ["at"])
    op.create_table(
        "statement_keys",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("statement_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "statement_id", name=op.f("pk_statement_keys")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "relations",
        sa.Column("article_id", sa.String(length=36), nullable=False),
        sa.Column("story_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("nearest", sa.String(length=36), nullable=True),
        sa.Column("changes", monitor.storage.types.Json(), nullable=False),
        sa.Column("evidence", monitor.storage.types.Json(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=True),
        sa.Column("maybe", sa.String(length=36), nullable=True),
        sa.Column("at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_relations_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_relations")),
    )
    op.create_table(
        "word_counts",
        sa.Column("word", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("capitals", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_word_counts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "source_passages",
        sa.Column("source", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("passage", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("source", "passage", name=op.f("pk_source_passages")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_source_passages_at"), "source_passages", ["at"])


def downgrade() -> None:
    """Refuse: articles of other sources would have to be joined to one again."""
    raise NotImplementedError("version 0003 stored an article once for all sources; restore a backup instead")
