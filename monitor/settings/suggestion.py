"""Suggest what a misspelled word probably means."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word closest to `word`; None if none is close."""
    by_fold = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold().replace("-", "_"), by_fold, n=1, cutoff=0.6)
    return by_fold[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean …?` as the end of a message, or an empty text."""
    near = nearest(word, known)
    return f"; did you mean `{near}`?" if near else ""
