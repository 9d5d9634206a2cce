"""Documents of made prose, 1 to 4 KB each, in four formats and in nested directories."""

from __future__ import annotations

import json
import random
from pathlib import Path

WORDS = (
    "minister harbour council river engineer market bridge winter teacher railway garden island doctor factory border festival "
    "library museum valley captain village station forest storm treaty budget strike election harvest refugee convoy aid talks "
    "while after before against under with from about and the a of in to was has said will could reported announced"
).split()
SUFFIXES = ("txt", "md", "html", "json")


def document(number: int) -> tuple[str, str]:
    """Name and content of a made document unlike any other."""
    chance = random.Random(number)
    paragraphs: list[str] = []
    while sum(map(len, paragraphs)) < 1000 + number * 7919 % 3000:
        sentences = (" ".join(chance.choices(WORDS, k=chance.randint(8, 20))).capitalize() for _ in range(4))
        paragraphs.append(". ".join(sentences) + f", {number}.")
    title, suffix = f"Report {number} from the {chance.choice(WORDS)}", SUFFIXES[number % len(SUFFIXES)]
    if suffix == "html":
        body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
        return (
            f"{number}.html",
            f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{body}</article></body></html>",
        )
    if suffix == "json":
        return f"{number}.json", json.dumps({"id": str(number), "title": title, "text": "\n\n".join(paragraphs)})
    heading = f"# {title}" if suffix == "md" else title
    return f"{number}.{suffix}", "\n\n".join([heading, *paragraphs])


def fill(folder: Path, numbers: range) -> None:
    """Write documents into directories three deep, some 400 of them."""
    for number in numbers:
        directory = folder / f"{number % 7}" / f"{number % 49}" / f"{number % 343}"
        directory.mkdir(parents=True, exist_ok=True)
        name, content = document(number)
        (directory / name).write_text(content)
