"""The British spelling of American words, and the other way about.

`spelling_pairs.txt` is built by build_spelling_pairs.py from the list of breame (Apache-2.0, see NOTICE).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("spelling_pairs.txt")

_ISATION: Final = re.compile("(?<=[a-z]{3})i([sz])ation(s?)$")


def other_spelling(word: str) -> str | None:
    """Return the other spelling of a normalized English word, or None if there is one only."""
    found = _pairs().get(word)
    if found is None and "ation" in word and (ending := _ISATION.search(word)):
        found = f"{word[: ending.start()]}i{'z' if ending[1] == 's' else 's'}ation{ending[2]}"
    return found


@cache
def _pairs() -> dict[str, str]:
    pairs = dict(line.split() for line in FILE.read_text(encoding="utf-8").splitlines())
    return {american: british for british, american in pairs.items()} | pairs
