"""Build `model.bin` from the model of py3langid (BSD 3-clause licence): `python -m workers.language.build_model`.

Needs the development extras. py3langid tells 142 languages apart by 100 000 n-grams of bytes; kept are the languages that news is written in and that share
a script with others, and for each script the n-grams that tell most about its languages. The same version of py3langid gives the same n-grams and levels.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from py3langid.langid import MODEL_DIR, MODEL_FILE
from py3langid.modelio import load_model

from workers.language.detector import LENGTHS, MODEL_PATH, SCALE, TOP

N_GRAMS: Final = {"latin": 28_000, "cyrillic": 5_000, "arabic": 1_500, "devanagari": 800, "bengali": 100}
_BYTES: Final = {
    "cyrillic": b"[\xd0-\xd3]",
    "arabic": b"[\xd8-\xdb]",
    "devanagari": b"\xe0[\xa4\xa5]",
    "bengali": b"\xe0[\xa6\xa7]",
}
"""What n-grams of a script hold; languages of none of these scripts are Latin."""
_SHARE: Final = 0.2
"""The share of a script in the n-grams of a language from which on the language is written in it."""
_LEFT_OUT: Final = frozenset(
    {"la", "eo", "vo", "an", "wa", "ht", "jv", "oc", "li", "sa", "se", "br", "fy", "lg", "ln", "st", "sn", "om", "ig", "lb"}
)
"""Languages with hardly any news, which the model offers for names and short texts."""
_OWN_SCRIPT: Final = frozenset(
    {"he", "el", "hy", "ka", "am", "th", "lo", "my", "km", "ta", "te", "kn", "ml", "gu", "pa", "ko", "ja", "zh", "si", "or", "dz"}
)
"""Languages that are known from their script."""


def main() -> None:
    """Write the model beside the detector."""
    weights, _, languages, next_state, state_rows, outputs = load_model(Path(MODEL_DIR) / MODEL_FILE)
    found = _n_grams(next_state, state_rows, outputs)
    table = np.asarray(weights, dtype=np.float32)[list(found)]
    columns = _columns_by_script(languages, table, list(found.values()))
    parts = {script: _part(table[:, columns[script]], list(found.values()), N_GRAMS[script]) for script in N_GRAMS}
    lines = [
        " ".join([script, str(len(part)), *(languages[column] for column in columns[script])]) for script, part in parts.items()
    ]
    MODEL_PATH.write_bytes("\n".join(lines).encode() + b"\n\n" + b"".join(parts.values()))


def _n_grams(next_state: Sequence[int], state_rows: Sequence[int], outputs: Sequence[int]) -> dict[int, bytes]:
    """Return each feature's n-gram: the shortest bytes that lead to a state that puts the feature out."""
    reached: dict[int, bytes] = {0: b""}
    waiting = deque(reached)
    while waiting:
        state = waiting.popleft()
        for byte in range(256):
            following = next_state[(state_rows[state] << 8) + byte]
            if following not in reached:
                reached[following] = reached[state] + bytes([byte])
                waiting.append(following)
    found: dict[int, bytes] = {}
    for state, path in reached.items():
        feature = outputs[state]
        if feature >= 0 and len(path) < len(found.get(feature, path + b"?")):
            found[feature] = path
    return {feature: n_gram for feature, n_gram in sorted(found.items()) if len(n_gram) in LENGTHS}


def _columns_by_script(languages: Sequence[str], table: Any, n_grams: Sequence[bytes]) -> dict[str, list[int]]:
    kept = [column for column, name in enumerate(languages) if len(name) == 2 and name not in _LEFT_OUT | _OWN_SCRIPT]
    shares = {script: _share(table, n_grams, pattern) for script, pattern in _BYTES.items()}
    columns = {script: [column for column in kept if shares[script][column] > _SHARE] for script in shares}
    others = {column for known in columns.values() for column in known}
    return {"latin": [column for column in kept if column not in others], **columns}


def _share(table: Any, n_grams: Sequence[bytes], pattern: bytes) -> Any:
    """Return for each language the share of the n-grams that match, weighted by how frequent they are."""
    matching = [bool(re.search(pattern, n_gram)) for n_gram in n_grams]
    frequencies = np.exp(table)
    return frequencies[matching].sum(axis=0) / frequencies.sum(axis=0)


def _part(table: Any, n_grams: Sequence[bytes], number: int) -> bytes:
    """Return the compressed part of a script as the detector reads it."""
    levels = np.clip(np.rint((table - table.max(axis=1, keepdims=True)) * SCALE) + TOP, 0, None).astype(np.uint8)
    chosen = sorted(_most_telling(table, number), key=lambda feature: (len(n_grams[feature]), n_grams[feature]))
    sizes = [sum(len(n_grams[feature]) == length for feature in chosen) for length in LENGTHS]
    packed = (
        struct.pack(f"<{len(sizes)}I", *sizes) + b"".join(n_grams[feature] for feature in chosen) + _in_four_bits(levels[chosen])
    )
    return zlib.compress(packed, 9)


def _most_telling(table: Any, number: int) -> list[int]:
    """Return the n-grams that set most languages most apart from the likeliest, as far as levels show it, weighted by how frequent they are."""
    apart = np.minimum(table.max(axis=1, keepdims=True) - table, TOP / SCALE).mean(axis=1)
    ranks = np.argsort(-np.exp(table).mean(axis=1) * apart, kind="stable")
    return [int(feature) for feature in ranks[:number]]


def _in_four_bits(levels: Any) -> bytes:
    """Return rows of levels with two to a byte, the first in the upper half; a row of odd length ends with a level of nothing."""
    padded = np.pad(levels, ((0, 0), (0, levels.shape[1] % 2)))
    return bytes((padded[:, ::2] << 4 | padded[:, 1::2]).astype(np.uint8).tobytes())


if __name__ == "__main__":
    main()
