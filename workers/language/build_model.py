"""Build `model.bin` from the model of py3langid (BSD licence): `python -m workers.language.build_model`.

Needs the development extras. py3langid tells 142 languages apart by 100 000 n-grams of bytes; kept are the languages that news is written in and
that share a script with others, and the n-grams that tell most about them.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from py3langid.langid import MODEL_DIR, MODEL_FILE
from py3langid.modelio import load_model

from workers.language.detector import CLIP, LONGEST, MODEL_PATH, SCALE, SCRIPT_LANGUAGES

N_GRAMS: Final = 40_000
_LEFT_OUT: Final = frozenset(
    {"la", "eo", "vo", "an", "wa", "ht", "jv", "oc", "li", "sa", "se", "br", "fy", "lg", "ln", "st", "sn", "om", "ig", "lb"}
)
"""Languages with hardly any news, which the model offers for names and short texts."""


def main() -> None:
    """Write the model beside the detector."""
    weights, priors, languages, next_state, state_rows, outputs = load_model(Path(MODEL_DIR) / MODEL_FILE)
    n_grams = _n_grams(next_state, state_rows, outputs)
    columns = [number for number, name in enumerate(languages) if _is_kept(name)]
    table = np.asarray(weights, dtype=np.float32)[:, columns]
    chosen = _most_telling(table, n_grams)
    content = _packed([languages[column] for column in columns], [float(priors[column]) for column in columns], table, chosen)
    MODEL_PATH.write_bytes(zlib.compress(content, 9))


def _is_kept(language: str) -> bool:
    return len(language) == 2 and language not in _LEFT_OUT and language not in SCRIPT_LANGUAGES


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
    return found


def _most_telling(table: Any, n_grams: Mapping[int, bytes]) -> dict[int, bytes]:
    """Return the n-grams whose probability differs most between languages, weighted by how frequent they are."""
    telling = (np.exp(table) * np.abs(table - table.mean(axis=1, keepdims=True))).sum(axis=1)
    short = [feature for feature in sorted(n_grams, key=lambda feature: -telling[feature]) if 2 <= len(n_grams[feature]) <= LONGEST]
    return {feature: n_grams[feature] for feature in short[:N_GRAMS]}


def _packed(languages: Sequence[str], priors: Sequence[float], table: Any, chosen: Mapping[int, bytes]) -> bytes:
    """Return the model as the detector reads it: a line of languages, the row of priors, then for each length of n-gram count, n-grams and rows."""
    steps = np.clip(np.rint((table - table.max(axis=1, keepdims=True) + CLIP) * SCALE), 0, None).astype("<u2")
    rows = {n_gram: int.from_bytes(steps[feature].tobytes(), "little") for feature, n_gram in chosen.items()}
    width = 2 * len(languages)
    parts = [" ".join(languages).encode() + b"\n", np.rint(np.asarray(priors) * SCALE).astype("<u2").tobytes()]
    for length in range(2, LONGEST + 1):
        n_grams = sorted(n_gram for n_gram in rows if len(n_gram) == length)
        parts.append(len(n_grams).to_bytes(4, "little"))
        parts += n_grams
        parts += [_difference(rows, n_gram, width).to_bytes(width, "little") for n_gram in n_grams]
    return b"".join(parts)


def _difference(rows: Mapping[bytes, int], n_gram: bytes, width: int) -> int:
    """Return what the row of an n-gram adds to that of the longest known n-gram at its end."""
    inner = next((rows[end] for start in range(1, len(n_gram) - 1) if (end := n_gram[start:]) in rows), 0)
    return (rows[n_gram] - inner) % (1 << 8 * width)


if __name__ == "__main__":
    main()
