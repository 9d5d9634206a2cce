"""Store the key that signs the links of messages, and which of these links have been used."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, select

from monitor.storage.dialect import insert
from monitor.storage.tables import signing_keys, used_links

_NAME: Final = "links"


def signing_key(connection: Connection) -> bytes:
    """Return the key, 32 bytes; the first process that asks makes it, in a transaction that writes."""
    found = known_key(connection)
    if found is None:
        new = {"name": _NAME, "key": secrets.token_bytes(32)}
        connection.execute(insert(connection, signing_keys).values(new).on_conflict_do_nothing())
        found = known_key(connection)
        assert found is not None, "it has just been stored"
    return found


def known_key(connection: Connection) -> bytes | None:
    """Return the key, None while no link has been signed."""
    found: bytes | None = connection.execute(select(signing_keys.c.key).where(signing_keys.c.name == _NAME)).scalar_one_or_none()
    return None if found is None else bytes(found)


def use(connection: Connection, digest: bytes, *, now: datetime, expires_at: datetime) -> bool:
    """Mark a link as used and return True; False if it was used before. Those that no longer count are forgotten."""
    connection.execute(delete(used_links).where(used_links.c.expires_at < now))
    row = {"digest": digest, "used_at": now, "expires_at": expires_at}
    query = insert(connection, used_links).values(row).on_conflict_do_nothing().returning(used_links.c.digest)
    return connection.execute(query).scalar_one_or_none() is not None


def is_used(connection: Connection, digest: bytes) -> bool:
    """Return whether a link was used."""
    return connection.execute(select(used_links.c.digest).where(used_links.c.digest == digest)).scalar_one_or_none() is not None
