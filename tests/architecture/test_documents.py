"""The documents agree with the code: rooms, glossary."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
MOST_TERMS = 60


def _first_cells(document: str) -> list[str]:
    """The first cell of every row of a document's tables, without heads."""
    rows = re.findall(r"^\| ([^|]+) \|", (ROOT / document).read_text("utf-8"), re.MULTILINE)
    return [row.strip() for row in rows if row.strip() not in {"word", "room", "killed", "idea"}]


def test_the_glossary_is_short_sorted_and_says_each_word_once() -> None:
    """Sixty words are what a newcomer can read; each has one meaning."""
    words = _first_cells("GLOSSARY.md")
    assert 0 < len(words) <= MOST_TERMS
    assert words == sorted(words, key=str.lower)
    assert len(set(words)) == len(words)


def test_every_room_is_in_the_architecture() -> None:
    """The table of rooms names every package and top-level module, and nothing else."""
    named = {room for cell in _first_cells("ARCHITECTURE.md") for room in re.findall(r"`((?:monitor|workers)/\w+)`", cell)}
    rooms = {
        f"{half}/{path.stem}"
        for half in ("monitor", "workers")
        for path in (ROOT / half).iterdir()
        if (path.is_dir() and (path / "__init__.py").exists()) or (path.suffix == ".py" and not path.stem.startswith("__"))
    }
    assert named == rooms
