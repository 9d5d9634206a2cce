"""Say how near two texts are in meaning, by a static table of word pieces: that of the package wordllama, read without importing it.

A text is the sum of the vectors of its words, common words less (smooth inverse frequency); nearness is the cosine of two such sums.
"""

from __future__ import annotations

import json
import mmap
import re
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from workers.language.word_frequencies import expected_share, languages_of

PACKAGE: Final = "wordllama"
_WEIGHTS: Final = "weights/l2_supercat_256.safetensors"
_TOKENIZER: Final = "tokenizers/l2_supercat_tokenizer_config.json"
_TENSOR: Final = "embedding.weight"
_WORD: Final = re.compile(r"\w+")
_COMMON: Final = 0.01
"""A word that this share of reports has counts half."""
_MAX_WORDS: Final = 200


def is_available() -> bool:
    """Whether the table is installed, without loading it."""
    return all(find_spec(package) is not None for package in (PACKAGE, "tokenizers", "numpy"))


def vector(text: str) -> Any:
    """Return a text as a vector of length 1, or of zeros where it has no word. Raises ImportError where the table is not installed."""
    import numpy as np  # noqa: PLC0415 - for terms that ask for a topic

    words = _WORD.findall(text)[:_MAX_WORDS]
    total = sum((_word_vector(word) for word in words), start=_word_vector(""))
    return total / (float(np.linalg.norm(total)) or 1.0)


@lru_cache(maxsize=20_000)
def _word_vector(word: str) -> Any:
    tokenizer, table = _loaded()
    lowered = word.lower()
    share = max([expected_share(lowered, language) for language in languages_of(lowered)], default=0.0)
    pieces = tokenizer.encode(word, add_special_tokens=False).ids if word else []
    return table[pieces].astype("float32").sum(axis=0) * (_COMMON / (_COMMON + share))


@cache
def _loaded() -> tuple[Any, Any]:
    """Return the tokenizer and the table, which is mapped into memory and so shared by all processes."""
    import numpy as np  # noqa: PLC0415 - as above
    from tokenizers import Tokenizer  # noqa: PLC0415

    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ImportError(PACKAGE)
    folder = Path(spec.submodule_search_locations[0])
    with (folder / _WEIGHTS).open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    header_end = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:header_end])[_TENSOR]
    begin, end = header["data_offsets"]
    table = np.frombuffer(data, dtype=np.float16, offset=header_end + begin, count=(end - begin) // 2).reshape(header["shape"])
    tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
    tokenizer.no_padding()
    return tokenizer, table
