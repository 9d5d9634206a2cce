"""Follow chains of versions, each of which names those before it, to the first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


def replaced_keys(versions: Iterable[tuple[str, Sequence[str]]]) -> dict[str, str]:
    """Return for each identifier of a later version the key of its first, from pairs of a key and all identifiers that belong to it."""
    return {identifier: key for key, identifiers in versions for identifier in identifiers if identifier != key}


def first_key(key: str, replaced: Mapping[str, str]) -> str:
    """Return the key of the first version in the chain of `key`."""
    seen = {key}
    while (before := replaced.get(key)) is not None and before not in seen:
        seen.add(before)
        key = before
    return key
