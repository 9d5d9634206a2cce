"""Build `han_variants.txt` from the character table of OpenCC, which the program itself does not need.

pip install opencc-purepy && python -m workers.matching.build_han_variants
"""

from __future__ import annotations

import sys
from importlib.resources import files

from workers.matching.letter_variants import FILE


def build() -> None:
    """Write the file: each traditional character whose first simplified form is another one."""
    table = files("opencc_purepy").joinpath("dicts/TSCharacters.txt").read_text(encoding="utf-8")
    rows = [line.split() for line in table.splitlines() if line.strip() and not line.startswith("#")]
    pairs = [(row[0], row[1]) for row in rows if len(row) > 1 and row[0] != row[1] and len(row[0]) == len(row[1]) == 1]
    FILE.write_text("".join(pair[0] for pair in pairs) + "\n" + "".join(pair[1] for pair in pairs) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(pairs)} characters\n")


if __name__ == "__main__":
    build()
