"""How well and how fast entities are recognized: F1 on annotated news, CPU of an article, and spaCy's EntityRuler with the same gazetteer.

    NEWS_MONITOR_CORPORA=… PYTHONPATH=. python bench/entities.py

The annotated texts are not part of this repository. Of each set: strict F1 over persons, organisations and places (exact range and type),
exact ranges of any type, and ranges that overlap. Sets of single sentences are read twelve at a time, as an article is.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from monitor.domain.match import Document
from workers.gazetteer.gazetteer import NameKind, gazetteer
from workers.naming.document_names import recognized_names

TYPES: Final = {"PERSON": "person", "ORG": "organisation", "LOC": "place"}
SENTENCES: Final = {"en_wikigold.jsonl": 12}
ROUNDS: Final = 5
ARTICLE: Final = 3_000

Span = tuple[int, int, str]


@dataclass(slots=True)
class Score:
    """Counts of one set: right, found and wanted, for each way of comparing."""

    right: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("strict", "ranges", "overlap", *TYPES.values()), 0))
    found: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("all", *TYPES.values()), 0))
    wanted: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("all", *TYPES.values()), 0))

    def add(self, found: set[Span], wanted: set[Span]) -> None:
        """Add one text."""
        ranges = {(start, end) for start, end, _ in wanted}
        for start, end, type_ in found:
            strict = (start, end, type_) in wanted
            self.right["strict"] += strict
            self.right[type_] += strict
            self.right["ranges"] += (start, end) in ranges
            self.right["overlap"] += any(start < other_end and other < end for other, other_end in ranges)
        for spans, counts in ((found, self.found), (wanted, self.wanted)):
            counts["all"] += len(spans)
            for _, _, type_ in spans:
                counts[type_] += 1

    def f1(self, what: str) -> float:
        """Return 100 × F1."""
        total = what if what in self.found else "all"
        return 200 * self.right[what] / max(1, self.found[total] + self.wanted[total])


def texts_of(path: Path) -> Iterable[tuple[str, set[Span]]]:
    """Yield each text of a set with the ranges that somebody marked in it."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    together = SENTENCES.get(path.name, 1)
    for first in range(0, len(rows), together):
        text, spans = "", set()
        for row in rows[first : first + together]:
            at = len(text)
            spans |= {(at + one["start"], at + one["end"], TYPES[one["label"]]) for one in row["entities"] if one["label"] in TYPES}
            text += row["text"] + "\n"
        yield text, spans


def recognized(text: str, language: str) -> set[Span]:
    """Return what the rules find in a text."""
    document = Document(title="", body=text, language=language)
    return {(one.start - 1, one.end - 1, one.type.value) for one in recognized_names(document) if one.type.value in TYPES.values()}


def ruler() -> Callable[[str], Any] | None:
    """Return spaCy's EntityRuler with the places and organisations of our gazetteer; None without spaCy."""
    try:
        import spacy  # type: ignore[import-not-found]  # noqa: PLC0415 - only compared with
    except ImportError:
        return None
    pipeline = spacy.blank("en")
    kinds = {
        NameKind.COUNTRY: "place",
        NameKind.LARGE_CITY: "place",
        NameKind.ORGANISATION: "organisation",
        NameKind.PERSON: "person",
    }
    patterns = [
        {"label": label, "pattern": name} for name, kind in gazetteer().kinds.items() for bit, label in kinds.items() if kind & bit
    ]
    pipeline.add_pipe("entity_ruler").add_patterns(patterns)
    return lambda text: {(one.start_char, one.end_char, one.label_) for one in pipeline(text).ents}


def milliseconds(read: Callable[[str], Any], texts: list[str]) -> float:
    """Return the CPU time of an article of 3 KB, the best of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for text in texts:
            read(text)
        best = min(best, time.process_time() - began)
    return 1_000 * ARTICLE * best / sum(map(len, texts))


def main() -> None:
    """Print the tables."""
    corpora = os.environ.get("NEWS_MONITOR_CORPORA")
    if corpora is None:
        print("NEWS_MONITOR_CORPORA is not set: no annotated texts")
        return
    other = ruler()
    print("set                    strict  ranges  overlap  person  organisation  place  ms/3KB")
    for path in sorted((Path(corpora) / "ner").glob("*.jsonl")):
        language, texts = path.name[:2], list(texts_of(path))
        readers: dict[str, Callable[[str], set[Span]]] = {path.stem: lambda text, language=language: recognized(text, language)}  # type: ignore[misc]
        if other is not None and language == "en":
            readers["  EntityRuler"] = other
        for name, read in readers.items():
            score = Score()
            for text, wanted in texts:
                score.add(read(text), wanted)
            cost = milliseconds(read, [text for text, _ in texts])
            print(
                f"{name:22} {score.f1('strict'):6.1f} {score.f1('ranges'):7.1f} {score.f1('overlap'):8.1f}"
                f" {score.f1('person'):7.1f} {score.f1('organisation'):13.1f} {score.f1('place'):6.1f} {cost:7.2f}"
            )


if __name__ == "__main__":
    main()
