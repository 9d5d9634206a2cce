"""One report as forty outlets would print it: edited, cut, retitled, reordered, dressed up. Seeded, so that a failure can be repeated."""

from __future__ import annotations

import random
import re

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_FILLERS = ("reportedly", "meanwhile", "officials", "earlier", "nearby", "local", "several", "also", "later", "apparently")
_FURNITURE = (
    "We use cookies to give you the best experience on our website. Accept all cookies or manage your cookie settings.",
    "Read more: what we know so far. Sign up for our newsletter to get the news in your inbox every morning.",
    "(Reporting by our staff; Editing by the desk.) Our Standards: the trust principles. All rights reserved.",
)


def variant(rng: random.Random, title: str, text: str) -> tuple[str, str]:
    """Another outlet's title and text of the same report."""
    sentences = [sentence for sentence in _SENTENCE.split(text) if sentence.strip()]
    for change in rng.sample((_edit, _cut, _swap, _add, _new_lead), k=2):
        sentences = change(rng, sentences)
    if rng.random() < 0.5:
        sentences.append(rng.choice(_FURNITURE))
    return _retitle(rng, title), "\n\n".join(" ".join(sentences[start : start + 3]) for start in range(0, len(sentences), 3))


def _edit(rng: random.Random, sentences: list[str]) -> list[str]:
    """One word in twelve is another."""
    return [
        " ".join(rng.choice(_FILLERS) if rng.random() < 1 / 12 else word for word in sentence.split()) for sentence in sentences
    ]


def _cut(rng: random.Random, sentences: list[str]) -> list[str]:
    return sentences[: max(3, int(len(sentences) * rng.uniform(0.6, 0.9)))]


def _swap(rng: random.Random, sentences: list[str]) -> list[str]:
    place = rng.randrange(len(sentences))
    return sentences[place:] + sentences[:place]


def _add(rng: random.Random, sentences: list[str]) -> list[str]:
    added = f"A spokesman for {rng.choice(_FILLERS)} groups in {rng.randrange(100)} towns could not be reached by our reporter for comment."
    return [*sentences[:2], added, *sentences[2:]]


def _new_lead(rng: random.Random, sentences: list[str]) -> list[str]:
    return [
        f"It was a day of {rng.choice(_FILLERS)} news that {rng.randrange(100)} of our readers wrote to us about.",
        *sentences[1:],
    ]


def _retitle(rng: random.Random, title: str) -> str:
    words = title.split()
    return rng.choice(
        (title, f"{title} - Outlet {rng.randrange(100)}", " ".join(words[::-1]), f"UPDATE {rng.randrange(9)}: {title}")
    )


_LEADS = (
    "The news broke early on Thursday, according to people who are familiar with the matter and do not want to be named.",
    "It is the latest of several events that residents of the region have followed with growing concern.",
    "",
)
_BYLINES = ("By Ann Lee, staff correspondent", "BRASK (Agency) —", "From our correspondent in the capital", "")


def dressed(rng: random.Random, title: str, text: str) -> tuple[str, str]:
    """Another outlet's title and text of the same wire report: another headline, a by-line, a lead sentence, a tail cut off."""
    sentences = [sentence for sentence in _SENTENCE.split(text) if sentence.strip()]
    kept = " ".join(sentences[: max(3, int(len(sentences) * rng.uniform(0.4, 1)))])
    words = title.split()
    headline = rng.choice(
        (
            title,
            "World in brief",
            "Morning update: what happened overnight",
            f"Reporters: {' '.join(words[2:])}",
            " ".join(rng.sample(words, min(6, len(words)))),
        )
    )
    return headline, "\n\n".join(part for part in (rng.choice(_BYLINES), rng.choice(_LEADS), kept) if part)
