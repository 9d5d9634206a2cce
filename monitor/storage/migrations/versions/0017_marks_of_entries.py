"""Marks by which entries are recognized under another identifier, what is kept of those that retention deletes, and why a host is not asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import monitor.storage.types
from monitor.domain.article import Entry
from monitor.domain.entry_marks import marks_of

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_AT_ONCE = 1000
_FEEDS = sa.table("feeds", sa.column("id"))
_ARTICLES = sa.table("articles", sa.column("id"), sa.column("title"))
_APPEARANCES = sa.table(
    "appearances",
    *(sa.column(name) for name in ("origin_id", "entry_key", "article_id", "url", "page_mark", "title_mark")),
)


def upgrade() -> None:
    """Add the columns, with the marks of what feeds have brought, and the table."""
    op.add_column("appearances", sa.Column("page_mark", sa.BigInteger(), nullable=True))
    op.add_column("appearances", sa.Column("title_mark", sa.BigInteger(), nullable=True))
    op.add_column("hosts", sa.Column("reason", monitor.storage.types.ShownText(), nullable=True))
    op.add_column("feeds", sa.Column("rekeyed_at", monitor.storage.types.UtcDateTime(), nullable=True))
    for (feed,) in op.get_bind().execute(sa.select(_FEEDS.c.id)).all():
        _mark(feed)
    for column in ("page_mark", "title_mark"):
        op.create_index(op.f(f"ix_appearances_{column}"), "appearances", [column])
    op.create_table(
        "tombstones",
        sa.Column("entry_key", monitor.storage.types.Digest(), nullable=False),
        sa.Column("origin_id", sa.String(length=36), nullable=False),
        sa.Column("words", monitor.storage.types.Digest(), nullable=False),
        sa.Column("page_mark", sa.BigInteger(), nullable=True),
        sa.Column("title_mark", sa.BigInteger(), nullable=True),
        sa.Column("published_at", monitor.storage.types.UtcDateTime(), nullable=True),
        sa.Column("seen_at", monitor.storage.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("entry_key", "origin_id", name=op.f("pk_tombstones")),
    )
    for columns in (["page_mark"], ["title_mark"], ["origin_id", "seen_at"]):
        op.create_index(op.f(f"ix_tombstones_{'_'.join(columns)}"), "tombstones", columns)
    op.create_table(
        "version_keys",
        sa.Column("entry_key", monitor.storage.types.Digest(), nullable=False),
        sa.Column("origin_id", monitor.storage.types.SafeText(), nullable=False),
        sa.Column("article_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_version_keys_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entry_key", "origin_id", name=op.f("pk_version_keys")),
    )
    op.create_index(op.f("ix_version_keys_article_id"), "version_keys", ["article_id"])


def _mark(feed: str) -> None:
    """Store the marks of the entries of one feed."""
    connection, last = op.get_bind(), b""
    query = (
        sa.select(_APPEARANCES.c.entry_key, _APPEARANCES.c.url, _ARTICLES.c.title)
        .join(_ARTICLES, _ARTICLES.c.id == _APPEARANCES.c.article_id)
        .where(_APPEARANCES.c.origin_id == feed)
        .order_by(_APPEARANCES.c.entry_key)
        .limit(_AT_ONCE)
    )
    change = (
        sa.update(_APPEARANCES)
        .where(_APPEARANCES.c.origin_id == feed, _APPEARANCES.c.entry_key == sa.bindparam("of_key"))
        .values(page_mark=sa.bindparam("page"), title_mark=sa.bindparam("title"))
    )
    while rows := connection.execute(query.where(_APPEARANCES.c.entry_key > last)).all():
        marks = [marks_of(feed, Entry(key="", title=row.title, text="", url=row.url)) for row in rows]
        values = [
            {"of_key": row.entry_key, "page": one.page, "title": one.title} for row, one in zip(rows, marks, strict=True)
        ]
        connection.execute(change, values)
        last = rows[-1].entry_key


def downgrade() -> None:
    """Remove them."""
    op.drop_table("version_keys")
    op.drop_table("tombstones")
    op.drop_column("feeds", "rekeyed_at")
    op.drop_column("hosts", "reason")
    for column in ("title_mark", "page_mark"):
        op.drop_index(op.f(f"ix_appearances_{column}"), table_name="appearances")
        op.drop_column("appearances", column)
