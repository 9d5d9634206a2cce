"""Build `spelling_pairs.txt` from the spelling list of the package breame, which the program itself does not need.

pip install breame && python -m workers.matching.build_spelling_pairs
"""

from __future__ import annotations

import sys
from typing import Final

from workers.matching.english_spelling import FILE

_OTHER_WORDS: Final = frozenset(
    "tyre tyres tyred kerb kerbs kerbed draught draughts disc discs cheque cheques storey storeys axe".split()
)
"""Words whose American spelling is a word of its own, or whose British one is a name."""


def build() -> None:
    """Write the file: a British and an American spelling in each line."""
    from breame.data.spelling_constants import (  # type: ignore[import-not-found]  # noqa: PLC0415 - only needed here
        BRITISH_ENGLISH_SPELLINGS,
    )

    pairs = {
        british: american
        for british, american in BRITISH_ENGLISH_SPELLINGS.items()
        if british.isalpha() and american.isalpha() and british not in _OTHER_WORDS
    }
    FILE.write_text("".join(f"{british} {american}\n" for british, american in sorted(pairs.items())), encoding="utf-8")
    sys.stdout.write(f"{len(pairs)} pairs\n")


if __name__ == "__main__":
    build()
