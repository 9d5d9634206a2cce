"""The hash by which things are recognized again."""

from __future__ import annotations

import hashlib


def hash_parts(*parts: str) -> bytes:
    """Return the SHA-256 of `parts`, 32 bytes; parts never run into each other."""
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).digest()


def number_of(*parts: str) -> int:
    """Return the first 64 bits of the hash of `parts`, as a signed number that databases store in eight bytes."""
    return int.from_bytes(hash_parts(*parts)[:8], "big", signed=True)
